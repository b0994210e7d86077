/** The rooms of the way network → XMPP, put together. */

import { presenter } from '../inbound/present.ts';
import { type Receiver, receiver } from '../inbound/receive.ts';
import { startDrain } from '../lanes/drain.ts';
import { channelOf, PARTITIONS, parseMessageId } from '../lanes/lane.ts';
import type { TransportSettings } from '../settings/settings.ts';
import type { IncomingError, ServerAge, XmppPort } from '../xmpp/port.ts';
import type { Parts } from './parts.ts';
import type { Shared } from './shared.ts';

/** How many messages of one conversation are on their way to the server together. */
const TOGETHER = 32;

/** How many conversations at once: the window of the stream is the limit that counts. */
const LANES = 64;

/** The clocks of the server and of the store may differ so much. */
const CLOCKS_MS = 1_000;

/** The stream's return ends the pause. */
const WHILE_OFFLINE_MS = 365 * 24 * 3_600_000;

/** The one door in. Needs no stream. */
export function openDoor({
  shared,
  settings,
  addressing,
  accounts,
  nudgeInbound,
  onError,
}: Parts): Receiver {
  return receiver({
    transport: settings.id,
    capabilities: settings.definition.capabilities,
    addressing,
    accounts,
    // A reload may change them.
    get admins() {
      return shared.settings.admins;
    },
    admits: shared.admits,
    lanes: shared.lanes,
    history: shared.history,
    originals: shared.originals,
    nudge: nudgeInbound,
    onError,
    now: Date.now,
  });
}

export interface InboundWay {
  /** Sends again what the server may have forgotten, then goes on. */
  online(server: ServerAge | undefined): void;
  offline(): void;
  bounced(error: IncomingError): void;
  /** What the server has kept through the grace period has ended well; called about once a second. */
  tick(): Promise<void>;
  stop(capMs: number): Promise<void>;
}

type InboundParts = Pick<
  Parts,
  'log' | 'note' | 'parked' | 'nudgeInbound' | 'drains' | 'onError'
> & {
  readonly shared: Pick<Shared, 'lanes' | 'wake' | 'holder'>;
  readonly settings: Pick<TransportSettings, 'id'>;
};

export function openInboundWay(parts: InboundParts, port: Pick<XmppPort, 'deliver'>): InboundWay {
  const { shared, onError } = parts;
  const channel = channelOf(parts.settings.id, 'inbound');
  const server = presenter({
    port,
    lanes: shared.lanes,
    note: parts.note,
    parked: parts.parked,
    nudge: parts.nudgeInbound,
    onError,
    now: Date.now,
  });
  const drain = startDrain({
    channel,
    store: shared.lanes,
    server,
    holder: shared.holder,
    concurrency: LANES,
    perLane: TOGETHER,
    wake: shared.wake,
    onError,
  });
  drain.pause(WHILE_OFFLINE_MS);
  parts.drains.inbound = drain;
  let online = false;
  /** How many streams there were. */
  let streams = 0;
  /**
   * A server that was started again may have forgotten what it answered for: all that was handed over so
   * many milliseconds ago or longer is to be put back. Undefined: it has everything.
   */
  let doubtMs: number | undefined;
  let serving = false;
  let stopping = false;
  let following = false;

  const putBack = async () => {
    while (doubtMs !== undefined) {
      const stream = streams;
      const again = await shared.lanes.rewind(channel, doubtMs);
      if (again > 0) {
        parts.log.info({ messages: again }, 'sending again what the server may have forgotten');
      }
      if (stream === streams) doubtMs = undefined;
    }
  };
  const serve = () => {
    serving = true;
    // Nobody knows where something waits by now.
    for (let partition = 0; partition < PARTITIONS; partition++) drain.nudge(partition);
    drain.pause(0);
  };
  /** Never rejects. Where the store fails, the next tick tries again: nothing is served before. */
  const follow = async () => {
    if (following) return;
    following = true;
    try {
      await putBack();
      if (online) serve();
    } catch (error) {
      onError(error);
    } finally {
      following = false;
    }
  };
  return {
    online(server) {
      online = true;
      streams++;
      // At first nobody knows which server has what an earlier process handed over.
      if (streams === 1) doubtMs = Math.max(0, (server?.upMs ?? 0) - CLOCKS_MS);
      else if (server?.sinceLastBarrier !== true) doubtMs = 0;
      void follow();
    },
    offline() {
      if (!online || stopping) return;
      online = serving = false;
      drain.pause(WHILE_OFFLINE_MS);
    },
    bounced(error) {
      const id = error.id === undefined ? undefined : parseMessageId(error.id);
      if (id !== undefined) server.bounced(id, error).catch(onError);
    },
    async tick() {
      if (online && !serving) void follow();
      // While the stream is broken they are kept: they may have to be sent again.
      for (let more = serving; more && serving; ) {
        ({ more } = await shared.lanes.expireHanded(channel));
      }
    },
    async stop(capMs) {
      // The end of the stream is our own then, and the server keeps what it has.
      stopping = true;
      await drain.stop(capMs);
    },
  };
}
