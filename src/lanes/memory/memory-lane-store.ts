import type { MessageId, NetworkMessageId, TransportId } from '../../contract/index.ts';
import type { Channel, Lane } from '../lane.ts';
import type {
  Claim,
  ClaimedEntry,
  Entry,
  LaneStore,
  NewEntry,
  Pushed,
  Settled,
  Settlement,
  SettleRequest,
} from '../lane-store.ts';
import { Expiring } from './expiring.ts';
import { entryOf, type Message, newMessage, partAccepted, partNews, verdictOf } from './message.ts';

/** The messages of a lane that wait or are being sent, in order. */
interface Queue {
  readonly lane: Lane;
  readonly ids: MessageId[];
  dueAt: number;
  held: { readonly token: number; readonly holder: string } | undefined;
}

/** How many handed messages one call of `expireHanded` ends. */
const EXPIRED_AT_ONCE = 256;
/** How many news of one unknown network id are kept. */
const NEWS_KEPT = 16;
/** For so long a message is recognised when it is pushed again, whatever became of it. */
const REPEAT_WINDOW_MS = 120_000;

/** Custody without a disk: for tests, and where losing everything with the process is fine. */
export function memoryLaneStore(options: { readonly now?: () => number } = {}): LaneStore {
  const now = options.now ?? Date.now;
  const messages = new Map<MessageId, Message>();
  const queues = new Map<string, Queue>();
  const handed = new Set<MessageId>();
  const duplicates = new Expiring<MessageId>(now);
  const owners = new Expiring<MessageId>(now);
  const unowned = new Expiring<readonly string[]>(now);
  let counter = 0;

  const queueOf = (lane: Lane): Queue => {
    const key = `${lane.partition} ${lane.name}`;
    let queue = queues.get(key);
    if (queue === undefined) {
      queue = { lane, ids: [], dueAt: now(), held: undefined };
      queues.set(key, queue);
    }
    return queue;
  };

  const dropIfEmpty = (queue: Queue) => {
    if (queue.ids.length === 0) queues.delete(`${queue.lane.partition} ${queue.lane.name}`);
  };

  const push = (entry: NewEntry): Pushed => {
    for (const { key } of entry.duplicateKeys) {
      const of = duplicates.get(`${entry.lane.partition} ${key}`);
      if (of !== undefined)
        return of === entry.id ? { result: 'stored' } : { result: 'duplicate', of };
    }
    if (messages.has(entry.id) || duplicates.get(entry.id) !== undefined)
      return { result: 'stored' };
    duplicates.set(entry.id, entry.id, REPEAT_WINDOW_MS);
    for (const { key, windowMs } of entry.duplicateKeys) {
      duplicates.set(`${entry.lane.partition} ${key}`, entry.id, windowMs);
    }
    counter += 1;
    messages.set(entry.id, newMessage(entry, counter));
    queueOf(entry.lane).ids.push(entry.id);
    return { result: 'stored' };
  };

  const intent = (message: Message): ClaimedEntry => {
    const interrupted = message.state === 'sending' || message.state === 'unknown';
    if (message.state === 'sending') message.crashes += 1;
    if (interrupted) {
      message.state = 'unknown';
    } else {
      Object.assign(message, { state: 'sending', attempts: message.attempts + 1, since: now() });
    }
    return { ...entryOf(message), interrupted };
  };

  const take = (queue: Queue, holder: string, leaseMs: number, most: number): Claim => {
    counter += 1;
    const token = counter;
    queue.held = { token, holder };
    queue.dueAt = now() + leaseMs;
    const entries: ClaimedEntry[] = [];
    for (const id of queue.ids.slice(0, most)) {
      const message = messages.get(id);
      if (message === undefined) continue;
      const alone =
        message.crashes > 0 || message.state === 'sending' || message.state === 'unknown';
      if (alone && entries.length > 0) break;
      entries.push(intent(message));
      if (alone) break;
    }
    return { lane: queue.lane, token, entries };
  };

  const leave = (queue: Queue, id: MessageId) => {
    const at = queue.ids.indexOf(id);
    if (at >= 0) queue.ids.splice(at, 1);
  };

  const end = (message: Message, keep: boolean) => {
    handed.delete(message.id);
    if (keep) Object.assign(message, { state: 'dead', since: now() });
    else messages.delete(message.id);
  };

  /** To its old place before what was stored after it: mostly the head. */
  const back = (message: Message, afterMs: number) => {
    handed.delete(message.id);
    Object.assign(message, { state: 'waiting', since: now() });
    const queue = queueOf(message.lane);
    const at = queue.ids.findIndex((id) => (messages.get(id)?.sequence ?? 0) > message.sequence);
    queue.ids.splice(at < 0 ? queue.ids.length : at, 0, message.id);
    if (queue.held === undefined) queue.dueAt = now() + afterMs;
  };

  /** @returns for how long the lane has to wait, where it has to */
  const settleOne = (
    queue: Queue,
    message: Message,
    settlement: Settlement,
    confirmed: MessageId[],
  ): number | undefined => {
    switch (settlement.kind) {
      case 'handed':
        leave(queue, message.id);
        if (settlement.keepMs === 0) {
          end(message, false);
          return undefined;
        }
        for (const { part, networkId } of settlement.parts) partAccepted(message, part, networkId);
        if (verdictOf(message.parts) !== undefined) confirmed.push(message.id);
        Object.assign(message, {
          ...{ state: 'handed', since: now(), keptUntil: now() + settlement.keepMs },
        });
        handed.add(message.id);
        return undefined;
      case 'terminal':
        leave(queue, message.id);
        end(message, settlement.keep);
        return undefined;
      case 'later':
        Object.assign(message, { state: 'waiting', since: now() });
        return settlement.afterMs;
      case 'unknown':
        message.state = 'unknown';
        return settlement.afterMs;
      case 'untouched':
        if (message.state !== 'sending') return undefined;
        Object.assign(message, { state: 'waiting', attempts: message.attempts - 1, since: now() });
        return undefined;
    }
  };

  const heldBy = (claim: Claim): Queue | undefined => {
    const queue = queues.get(`${claim.lane.partition} ${claim.lane.name}`);
    return queue?.held?.token === claim.token ? queue : undefined;
  };

  const settle = (request: SettleRequest): Settled => {
    const { claim, settlements, reports, next, leaseMs } = request;
    const queue = heldBy(claim);
    if (queue?.held === undefined) return { result: 'fenced' };
    const { holder } = queue.held;
    const confirmed: MessageId[] = [];
    let wait: number | undefined;
    for (const [index, { id }] of claim.entries.entries()) {
      const message = messages.get(id);
      if (message === undefined) continue;
      const settlement = settlements[index] ?? { kind: 'untouched' };
      wait = settleOne(queue, message, settlement, confirmed) ?? wait;
    }
    for (const report of reports) push(report);
    const more = queue.ids.length > 0 && wait === undefined;
    if (more && next > 0) {
      const nextClaim = take(queue, holder, leaseMs, next);
      return { result: 'settled', next: nextClaim, more: false, confirmed };
    }
    queue.held = undefined;
    queue.dueAt = now() + (wait ?? 0);
    dropIfEmpty(queue);
    return { result: 'settled', next: undefined, more, confirmed };
  };

  const keptOf = (channel: Channel): Message[] =>
    [...handed].flatMap((id) => messages.get(id) ?? []).filter((m) => m.lane.channel === channel);
  const networkKey = (transport: TransportId, id: NetworkMessageId) => `${transport}:${id}`;

  return {
    push: async (entries) => entries.map(push),

    async claim({ channel, holder, leaseMs, lanes, perLane, partitions }) {
      const wanted = new Set(partitions);
      const ours = [...queues.values()].filter(
        ({ lane }) => lane.channel === channel && wanted.has(lane.partition),
      );
      const due = ours.filter(({ dueAt }) => dueAt <= now()).sort((a, b) => a.dueAt - b.dueAt);
      const claims = due.slice(0, lanes).map((queue) => take(queue, holder, leaseMs, perLane));
      const more = new Set(due.slice(lanes).map(({ lane }) => lane.partition));
      const waits = ours.map(({ dueAt }) => dueAt - now()).filter((wait) => wait > 0);
      const nextInMs = waits.length === 0 ? undefined : Math.min(...waits);
      return { claims, more: [...more], nextInMs };
    },

    settle: async (requests) => requests.map(settle),

    async reopen(claim, id) {
      const message = messages.get(id);
      if (heldBy(claim) === undefined || message === undefined) return false;
      Object.assign(message, { state: 'sending', attempts: message.attempts + 1, since: now() });
      return true;
    },

    async partSent(claim, id, { part, networkId }) {
      const message = messages.get(id);
      if (heldBy(claim) === undefined || message === undefined) return false;
      partAccepted(message, part, networkId);
      return true;
    },

    async confirm({ id, part, networkId, state, reports }) {
      const message = messages.get(id);
      if (message === undefined || message.state === 'dead') return 'gone';
      partNews(message, { part, networkId, state });
      if (message.state !== 'handed' || verdictOf(message.parts) !== state) return 'noted';
      end(message, false);
      for (const report of reports) push(report);
      return 'ended';
    },

    async read(id): Promise<Entry | undefined> {
      const message = messages.get(id);
      return message === undefined ? undefined : entryOf(message);
    },

    async expireHanded(channel) {
      const over = keptOf(channel).filter(({ keptUntil }) => keptUntil <= now());
      const ended = over.slice(0, EXPIRED_AT_ONCE);
      for (const message of ended) end(message, false);
      return { ended: ended.map(({ id }) => id), more: over.length > ended.length };
    },

    async rewind(channel) {
      const all = keptOf(channel);
      for (const message of all) back(message, 0);
      return all.length;
    },

    async bounce(id, verdict) {
      const message = messages.get(id);
      if (message?.state !== 'handed') return false;
      if (verdict.kind === 'later') back(message, verdict.afterMs);
      else end(message, verdict.keep);
      return true;
    },

    async release(channel, holder) {
      const held = [...queues.values()].filter(
        (queue) => queue.lane.channel === channel && queue.held?.holder === holder,
      );
      for (const queue of held) Object.assign(queue, { held: undefined, dueAt: now() });
      return held.length;
    },

    async deadLetters(limit) {
      const dead = [...messages.values()].filter(({ state }) => state === 'dead');
      return dead
        .sort((a, b) => b.since - a.since)
        .slice(0, limit)
        .map(entryOf);
    },

    async revive(id, deadlineAt) {
      const message = messages.get(id);
      if (message?.state !== 'dead') return false;
      counter += 1;
      Object.assign(message, {
        ...{ state: 'waiting', attempts: 0, crashes: 0, parts: [], since: now() },
        ...{ deadlineAt, sequence: counter },
      });
      queueOf(message.lane).ids.push(id);
      return true;
    },

    async discard(id) {
      if (messages.get(id)?.state !== 'dead') return false;
      return messages.delete(id);
    },

    async bind(transport, networkId, id, windowMs) {
      owners.set(networkKey(transport, networkId), id, windowMs);
      return unowned.get(networkKey(transport, networkId)) ?? [];
    },

    whose: async (transport, networkId) => owners.get(networkKey(transport, networkId)),

    async keepForLater(transport, networkId, news, windowMs) {
      const key = networkKey(transport, networkId);
      const known = unowned.get(key) ?? [];
      unowned.set(key, known.length < NEWS_KEPT ? [...known, news] : known, windowMs);
    },
  };
}
