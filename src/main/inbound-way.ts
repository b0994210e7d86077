/** The rooms of the way network → XMPP, put together. */

import { presenter } from '../inbound/present.ts';
import { type Receiver, receiver } from '../inbound/receive.ts';
import { startDrain } from '../lanes/drain.ts';
import { channelOf, PARTITIONS, parseMessageId } from '../lanes/lane.ts';
import type { TransportSettings } from '../settings/settings.ts';
import type { ServerMark } from '../store/server-mark.ts';
import { type IncomingError, SAME_START_MS, type ServerAge, type XmppPort } from '../xmpp/port.ts';
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
  /** What the server is known to have kept through the grace period has ended well; called about once a second. */
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

/** @param mark which server has what was handed over, by this process or an earlier one */
export function openInboundWay(
  parts: InboundParts,
  port: Pick<XmppPort, 'deliver' | 'certainAt'>,
  mark: ServerMark,
): InboundWay {
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
  /** Of the stream that is up, or was last. */
  let present: { readonly upMs: number; readonly startedAt: number } | undefined;
  /**
   * Whether a server that was started again, or another one, may not have what was answered for: nothing of
   * it, or what an earlier process handed over, which the store tells. Undefined: it has everything.
   */
  let doubt: 'all' | 'earlier' | undefined = 'earlier';
  /** The number of the stream whose server has everything, as the store knows. */
  let trusted = 0;
  let serving = false;
  let stopping = false;
  let following = false;

  /** All that was handed over so many milliseconds ago, or longer, is in doubt. */
  const doubtMs = async (): Promise<number> => {
    const server = present;
    if (doubt === 'all' || server === undefined) return 0;
    const startedAt = await mark.found();
    const isSame =
      startedAt !== undefined && Math.abs(server.startedAt - startedAt) <= SAME_START_MS;
    return isSame ? Math.max(0, server.upMs - CLOCKS_MS) : 0;
  };
  const putBack = async () => {
    while (trusted !== streams) {
      const stream = streams;
      if (doubt !== undefined) {
        // What the server before has answered for, and is not stored yet, would be missed.
        await drain.settled();
        const again = await shared.lanes.rewind(channel, await doubtMs());
        if (again > 0) {
          parts.log.info({ messages: again }, 'sending again what the server may have forgotten');
        }
      }
      // Before it is given anything, and after it was given back what it may not have: an end of this
      // process in between leaves the next one in doubt.
      await mark.set(present?.startedAt);
      if (stream !== streams) continue;
      doubt = undefined;
      trusted = stream;
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
      present = server && { upMs: server.upMs, startedAt: Date.now() - server.upMs };
      if (streams > 1 && server?.sinceLastBarrier !== true) doubt = 'all';
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
        const { certainAt } = port;
        if (certainAt === undefined) return;
        // Since its last answer it may be gone with all that it has not written down, though the link is
        // not yet known to be dead: a grace ends only where the server was there for all of it.
        const silentMs = performance.now() - certainAt;
        ({ more } = await shared.lanes.expireHanded(channel, silentMs));
      }
    },
    async stop(capMs) {
      // The end of the stream is our own then, and the server keeps what it has.
      stopping = true;
      await drain.stop(capMs);
    },
  };
}
