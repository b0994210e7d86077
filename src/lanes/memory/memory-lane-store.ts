import type { MessageId, NetworkMessageId, TransportId } from '../../contract/index.ts';
import type { Channel } from '../lane.ts';
import type { LaneStore } from '../lane-store.ts';
import { Custody } from './custody.ts';
import { Expiring } from './expiring.ts';
import { memoryQueue } from './memory-queue.ts';
import { entryOf, type Message, partAccepted, partNews, verdictOf } from './message.ts';

/** How many handed messages one call of `expireHanded` ends. */
const EXPIRED_AT_ONCE = 256;
/** How many news of one unknown network id are kept. */
const NEWS_KEPT = 16;

/** Custody without a disk: for tests, and where losing everything with the process is fine. */
export function memoryLaneStore(options: { readonly now?: () => number } = {}): LaneStore {
  const clock = options.now ?? Date.now;
  const custody = new Custody();
  const owners = new Expiring<MessageId>(() => custody.now);
  const unowned = new Expiring<readonly string[]>(() => custody.now);

  /** Every call is one step at one time. */
  const step = (): Custody => {
    custody.now = clock();
    return custody;
  };
  const queue = memoryQueue(step);
  const handedOf = (channel: Channel): Message[] =>
    [...step().handed].filter(({ lane }) => lane.channel === channel);
  const ofState = (id: MessageId, state: Message['state']): Message | undefined => {
    const message = step().messages.get(id);
    return message?.state === state ? message : undefined;
  };
  const networkKey = (transport: TransportId, networkId: NetworkMessageId): string => {
    step();
    return `${transport}:${networkId}`;
  };

  return {
    ...queue,

    async push(entries, sent) {
      step();
      const pushed = entries.map((entry) => custody.push(entry));
      sent?.();
      return pushed;
    },

    async claim({ channel, holder, leaseMs, lanes, perLane, partitions }) {
      const { now } = step();
      const wanted = new Set(partitions);
      const ours = custody
        .queuesOf(channel)
        .filter(({ lane }) => wanted.has(lane.partition) && !custody.isOnHold(lane));
      const due = ours.filter(({ dueAt }) => dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
      const claims = due
        .slice(0, lanes)
        .map((queue) => custody.take(queue, holder, leaseMs, perLane, 'lease'));
      const more = new Set(due.slice(lanes).map(({ lane }) => lane.partition));
      const waits = ours.map(({ dueAt }) => dueAt - now).filter((wait) => wait > 0);
      const nextInMs = waits.length === 0 ? undefined : Math.min(...waits);
      return { claims, more: [...more], nextInMs };
    },

    async settle(requests) {
      step();
      return requests.map((request) => custody.settle(request));
    },

    async reopen(claim, id) {
      const message = step().messages.get(id);
      if (custody.heldBy(claim) === undefined || message === undefined) return false;
      custody.open(message);
      return true;
    },

    async partSent(claim, id, { part, networkId }) {
      const message = step().messages.get(id);
      if (custody.heldBy(claim) === undefined || message === undefined) return false;
      partAccepted(message, part, networkId);
      return true;
    },

    async confirm({ id, part, networkId, state, reports }) {
      const message = step().messages.get(id);
      if (message === undefined || message.state === 'dead' || message.attempts === 0)
        return 'gone';
      partNews(message, { part, networkId, state });
      if (message.state !== 'handed' || verdictOf(message.parts) !== state) return 'noted';
      custody.end(message, false);
      for (const report of reports) custody.push(report);
      return 'ended';
    },

    async read(id) {
      const message = step().messages.get(id);
      return message === undefined ? undefined : entryOf(message);
    },

    async expireHanded(channel, agoMs = 0) {
      const over = handedOf(channel).filter(({ keptUntil }) => keptUntil <= custody.now - agoMs);
      const ended = over.slice(0, EXPIRED_AT_ONCE);
      for (const message of ended) custody.end(message, false);
      return { ended: ended.map(({ id }) => id), more: over.length > ended.length };
    },

    async rewind(channel, agoMs = 0) {
      const old = handedOf(channel).filter(({ since }) => custody.now - since >= agoMs);
      for (const message of old) custody.back(message, 0);
      return old.length;
    },

    async bounce(id, verdict) {
      const message = ofState(id, 'handed');
      if (message === undefined) return false;
      if (verdict.kind === 'later') custody.back(message, verdict.afterMs);
      else custody.end(message, verdict.keep);
      return true;
    },

    async release(channel, holder) {
      const { now } = step();
      const held = custody.queuesOf(channel).filter((queue) => queue.held?.holder === holder);
      for (const queue of held) {
        queue.held = undefined;
        queue.dueAt = now;
      }
      return held.length;
    },

    async deadLetters(limit) {
      const latest = await queue.dead(limit);
      return latest.flatMap((id) => custody.messages.get(id) ?? []).map(entryOf);
    },

    async revive(id, deadlineAt, { event, reports = [] } = {}) {
      const message = ofState(id, 'dead');
      if (message === undefined) return false;
      custody.revive(message, deadlineAt, event ?? message.event);
      for (const report of reports) custody.push(report);
      return true;
    },

    async discard(id) {
      const message = ofState(id, 'dead');
      if (message !== undefined) custody.end(message, false);
      return message !== undefined;
    },

    async bind(transport, networkId, id, windowMs) {
      const key = networkKey(transport, networkId);
      owners.set(key, id, windowMs);
      return unowned.get(key) ?? [];
    },

    whose: async (transport, networkId) => owners.get(networkKey(transport, networkId)),

    async keepForLater(transport, networkId, news, windowMs) {
      const key = networkKey(transport, networkId);
      const known = unowned.get(key) ?? [];
      unowned.set(key, known.length < NEWS_KEPT ? [...known, news] : known, windowMs);
    },
  };
}
