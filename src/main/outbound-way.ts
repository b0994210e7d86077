/** The rooms of the way XMPP → network, put together. */

import type { Adapter } from '../contract/index.ts';
import { startDrain } from '../lanes/drain.ts';
import { channelOf } from '../lanes/lane.ts';
import { type Acceptor, acceptor } from '../outbound/accept.ts';
import { deadlines } from '../outbound/deadlines.ts';
import { deliverer } from '../outbound/deliver.ts';
import { endOverdue } from '../outbound/overdue.ts';
import { type StatusDesk, statusDesk } from '../outbound/status.ts';
import type { Host } from '../rooms/host.ts';
import { openSessions, type Sessions } from '../sessions/sessions.ts';
import type { IncomingText, XmppPort } from '../xmpp/port.ts';
import type { Parts } from './parts.ts';

/** What the network says of what it took. Needs no session and no stream. */
export function openStatusDesk(parts: Parts): StatusDesk {
  const { shared, settings, reports, note, nudgeInbound } = parts;
  return statusDesk({ transport: settings.id, lanes: shared.lanes, reports, note, nudgeInbound });
}

/** A look at what is on hold. */
const OVERDUE_EVERY_MS = 15_000;

export interface OutboundWay {
  accept(message: IncomingText): void;
  /** See `Acceptor.acceptFor`. */
  acceptFor: Acceptor['acceptFor'];
  readonly sessions: Sessions;
  /** See `Acceptor.settled`. */
  accepted(): Promise<void>;
  /** Handed messages that nobody will hear of any more end unconfirmed; those on hold end when their time is over. */
  tick(): Promise<void>;
  /** Nothing new is taken to the network; what is under way is settled, at most `capMs`. */
  stop(capMs: number): Promise<void>;
}

export function openOutboundWay(
  parts: Parts,
  adapter: Adapter,
  desk: StatusDesk,
  port: Pick<XmppPort, 'refuse'>,
  host: Host | undefined,
): OutboundWay {
  const { shared, settings, addressing, accounts, onError } = parts;
  const { id: transport, definition } = settings;
  const { capabilities } = definition;
  const channel = channelOf(transport, 'outbound');
  const deadlineMs = settings.deadlineMs ?? capabilities.deadlineMs;
  const deadlineOf = deadlines(capabilities.deadlineFrom, deadlineMs, Date.now);
  const sessions = openSessions(adapter, onError);
  const archived = together(() => shared.archive.written());

  const door = acceptor({
    transport,
    domain: settings.domain,
    capabilities,
    deadlineMs,
    addressing,
    adapter,
    accounts,
    policy: parts.policy,
    admits: shared.admits,
    lanes: shared.lanes,
    history: shared.history,
    port,
    nudge: parts.nudgeOutbound,
    onError,
    now: Date.now,
  });
  const drain = startDrain({
    channel,
    store: shared.lanes,
    server: deliverer({
      transport,
      capabilities,
      deadlineMs,
      deadlineOf,
      // A reload may change it.
      get unknownOutcome() {
        return parts.settings.unknownOutcome;
      },
      accounts,
      sessionOf: (account) => sessions.of(account),
      lanes: shared.lanes,
      reports: parts.reports,
      note: parts.note,
      parked: parts.parked,
      saidInRoom: async (message, event, parts) => {
        const show = host?.saidInRoom(message, event, parts) ?? (() => undefined);
        await archived();
        return show;
      },
      wasSaidInRoom: (message, event) => host?.wasSaidInRoom(message, event) ?? false,
      newsOf: (message, news) => void desk.apply(message, news).catch(onError),
      confirmedEarly: (message) => void desk.endConfirmed(message).catch(onError),
      nudgeInbound: parts.nudgeInbound,
      onError,
      now: Date.now,
      chance: Math.random,
    }),
    holder: shared.holder,
    concurrency: capabilities.concurrency,
    // Each is an attempt of its own: an intent must not be written for what is not sent next.
    perLane: 1,
    wake: shared.wake,
    onError,
  });
  parts.drains.outbound = drain;
  let lookedAt = performance.now();
  const endWhatIsOverdue = async () => {
    if (performance.now() - lookedAt < OVERDUE_EVERY_MS) return;
    lookedAt = performance.now();
    const { reports, note, nudgeInbound } = parts;
    const rest = { deadlineOf, reports, note, nudgeInbound, now: Date.now };
    await endOverdue({ channel, lanes: shared.lanes, ...rest });
  };
  return {
    accept: (message) => door.accept(message),
    acceptFor: (to, message) => door.acceptFor(to, message),
    sessions,
    accepted: () => door.settled(),
    async tick() {
      for (let more = true; more; ) {
        const expired = await shared.lanes.expireHanded(channel);
        for (const id of expired.ended) parts.note(id, 'unconfirmed');
        more = expired.more;
      }
      await endWhatIsOverdue();
    },
    async stop(capMs) {
      await drain.stop(capMs);
      await sessions.closeAll();
    },
  };
}

/** What is asked for in one turn of the loop is done once, for all. */
function together<T>(work: () => Promise<T>): () => Promise<T> {
  let soon: Promise<T> | undefined;
  return () => {
    soon ??= new Promise((resolve) => {
      setImmediate(() => {
        soon = undefined;
        resolve(work());
      });
    });
    return soon;
  };
}
