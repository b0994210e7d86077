/** The rooms of the way network → XMPP, put together. */

import { bounced, type PresentOptions, presenter } from '../inbound/present.ts';
import { type Receiver, receiver } from '../inbound/receive.ts';
import { startDrain } from '../lanes/drain.ts';
import { channelOf, parseMessageId } from '../lanes/lane.ts';
import type { IncomingError, XmppPort } from '../xmpp/port.ts';
import type { Parts } from './parts.ts';

/** How many messages of one conversation are on their way to the server together. */
const TOGETHER = 32;

/** How many conversations at once: the window of the stream is the limit that counts. */
const LANES = 64;

/** The stream's return ends the pause. */
const WHILE_OFFLINE_MS = 365 * 24 * 3_600_000;

/** The one door in. Needs no stream. */
export function openDoor({
  shared,
  settings,
  addressing,
  accounts,
  nudgeInbound,
}: Parts): Receiver {
  return receiver({
    transport: settings.id,
    capabilities: settings.definition.capabilities,
    addressing,
    accounts,
    admins: shared.settings.admins,
    admits: shared.admits,
    lanes: shared.lanes,
    history: shared.history,
    nudge: nudgeInbound,
    now: Date.now,
  });
}

export interface InboundWay {
  /** Sends again what the server may have forgotten, then goes on. */
  online(): Promise<void>;
  offline(): void;
  bounced(error: IncomingError): void;
  /** What the server has kept through the grace period has ended well. */
  tick(): Promise<void>;
  stop(capMs: number): Promise<void>;
}

export function openInboundWay(parts: Parts, port: XmppPort): InboundWay {
  const { shared, onError } = parts;
  const channel = channelOf(parts.settings.id, 'inbound');
  const presenting: PresentOptions = {
    port,
    lanes: shared.lanes,
    note: parts.note,
    parked: parts.parked,
    nudge: parts.nudgeInbound,
    now: Date.now,
  };
  const drain = startDrain({
    channel,
    store: shared.lanes,
    server: presenter(presenting),
    holder: shared.holder,
    concurrency: LANES,
    perLane: TOGETHER,
    wake: shared.wake,
    onError,
  });
  drain.pause(WHILE_OFFLINE_MS);
  parts.drains.inbound = drain;
  let streams = 0;
  let broken = false;
  return {
    async online() {
      const stream = ++streams;
      if (broken) {
        const again = await shared.lanes.rewind(channel);
        if (again > 0) parts.log.info({ messages: again }, 'sending again after a broken stream');
      }
      if (stream !== streams) return;
      broken = false;
      drain.pause(0);
    },
    offline() {
      streams++;
      broken = true;
      drain.pause(WHILE_OFFLINE_MS);
    },
    bounced(error) {
      const id = error.id === undefined ? undefined : parseMessageId(error.id);
      if (id !== undefined) bounced(presenting, id, error).catch(onError);
    },
    async tick() {
      // While the stream is broken they are kept, to be sent again.
      for (let more = port.online && !broken; more; ) {
        ({ more } = await shared.lanes.expireHanded(channel));
      }
    },
    stop: (capMs) => drain.stop(capMs),
  };
}
