import type { MessageId } from '../../contract/index.ts';
import type { Channel } from '../lane.ts';
import {
  type HoldTarget,
  MOST_AHEAD,
  type Page,
  type PageRequest,
  type Queue,
  type Standing,
} from '../queue.ts';
import type { Custody } from './custody.ts';
import { Expiring } from './expiring.ts';
import { entryOf, type Message } from './message.ts';

/**
 * What people see of custody in memory, and do to it.
 *
 * @param step begins a step: gives custody, at the time of now
 */
export function memoryQueue(step: () => Custody): Queue {
  const pauses = new Expiring<number>(() => step().now);

  /** Of a message that is tried no more: what became of it. */
  const endOf = (message: Message | undefined): 'handed' | 'dead' | 'gone' | undefined => {
    if (message === undefined) return 'gone';
    return message.state === 'handed' || message.state === 'dead' ? message.state : undefined;
  };

  return {
    async survey(channels) {
      return channels.map((channel) => surveyOf(step(), channel));
    },

    async heads({ channels, conversation, after = '', limit }) {
      const found = channels
        .flatMap((channel) => step().queuesOf(channel))
        .filter(({ lane }) => isOf(lane.name, conversation?.name))
        .flatMap(({ lane, ids }) => {
          const [head] = ids;
          return head === undefined || head <= after ? [] : [{ lane, messages: ids.length, head }];
        })
        .sort((a, b) => (a.head < b.head ? -1 : 1));
      return { waiting: found.slice(0, limit), more: found.length > limit };
    },

    async held(request) {
      const custody = step();
      return page(custody, request, ({ lane }) => custody.isOnHold(lane));
    },

    async messagesOf(lane, limit) {
      return step().queueIn(lane)?.ids.slice(0, Math.max(limit, 0)) ?? [];
    },

    async look(ids) {
      const custody = step();
      return ids.flatMap((id) => {
        const message = custody.messages.get(id);
        return message === undefined ? [] : [standingOf(custody, message)];
      });
    },

    async dead(limit) {
      const dead = [...step().messages.values()].filter(({ state }) => state === 'dead');
      const latest = dead.sort((a, b) => b.since - a.since).slice(0, Math.max(limit, 0));
      return latest.map(({ id }) => id);
    },

    async hurry(id) {
      const custody = step();
      const message = custody.messages.get(id);
      const end = endOf(message);
      if (message === undefined || end !== undefined) return end ?? 'gone';
      if (custody.isOnHold(message.lane)) return 'on-hold';
      const queue = custody.queueIn(message.lane);
      if (queue === undefined) return 'gone';
      if (queue.held !== undefined && queue.dueAt > custody.now) return 'served';
      queue.dueAt = Math.min(queue.dueAt, custody.now);
      return 'hurried';
    },

    async hurryAll(request) {
      const custody = step();
      const found = page(
        custody,
        request,
        ({ lane, held, dueAt }) =>
          held === undefined && dueAt > custody.now && !custody.isOnHold(lane),
      );
      for (const id of found.heads) {
        const message = custody.messages.get(id);
        const queue = message && custody.queueIn(message.lane);
        if (queue !== undefined) queue.dueAt = custody.now;
      }
      return found;
    },

    async withdraw(id, seen, reports) {
      const custody = step();
      const message = custody.messages.get(id);
      const end = endOf(message);
      if (message === undefined || end !== undefined) return end ?? 'gone';
      if (message.state === 'sending' || message.state === 'unknown') return message.state;
      if (message.attempts !== seen) return 'changed';
      custody.withdraw(message);
      for (const report of reports) custody.push(report);
      return 'withdrawn';
    },

    async hold(target, note) {
      const { holds } = step();
      if (holds.has(nameOf(target))) return false;
      holds.set(nameOf(target), note);
      return true;
    },

    resume: async (target) => step().holds.delete(nameOf(target)),

    async holds() {
      return [...step().holds].map(([name, note]) => {
        return { channel: name.includes('.') ? (name as Channel) : undefined, note };
      });
    },

    async notePause(channel, ms) {
      const until = step().now + ms;
      if (until > (pauses.get(channel) ?? 0)) pauses.set(channel, until, ms);
    },

    async pauseOf(channel) {
      const until = pauses.get(channel);
      return until === undefined ? undefined : until - step().now;
    },
  };
}

function nameOf({ channel, conversation }: HoldTarget): string {
  return conversation?.name ?? channel;
}

function page(
  custody: Custody,
  { channel, partition, skip, limit }: PageRequest,
  isMeant: (queue: ReturnType<Custody['queuesOf']>[number]) => boolean,
): Page {
  const heads = custody
    .queuesOf(channel)
    .filter((queue) => queue.lane.partition === partition && isMeant(queue))
    .flatMap(({ ids }) => ids.slice(0, 1));
  const some = heads.slice(skip, skip + limit);
  return { lanes: some.length, heads: some, more: some.length >= limit };
}

function isOf(lane: string, conversation: string | undefined): boolean {
  return conversation === undefined || lane.split('.', 1)[0] === conversation;
}

function surveyOf(
  custody: Custody,
  channel: Channel,
): Awaited<ReturnType<Queue['survey']>>[number] {
  const queues = custody.queuesOf(channel).filter(({ ids }) => ids.length > 0);
  const heads = queues.flatMap(({ ids }) => ids.slice(0, 1)).sort();
  const isServed = ({ held, dueAt }: (typeof queues)[number]) =>
    held !== undefined && dueAt > custody.now;
  const idle = queues.filter((queue) => !isServed(queue));
  const held = idle.filter(({ lane }) => custody.isOnHold(lane));
  const messages = [...custody.messages.values()].filter(({ lane }) => lane.channel === channel);
  const count = (state: Message['state']) => messages.filter((each) => each.state === state).length;
  return {
    channel,
    lanes: queues.length,
    waiting: queues.reduce((total, { ids }) => total + ids.length, 0),
    served: queues.length - idle.length,
    delayed: idle.filter(({ lane, dueAt }) => dueAt > custody.now && !custody.isOnHold(lane))
      .length,
    onHold: held.length,
    handed: count('handed'),
    dead: count('dead'),
    oldest: heads[0],
    partial: false,
  };
}

function standingOf(custody: Custody, message: Message): Standing {
  const { event: _, ...entry } = entryOf(message);
  const queue = custody.queueIn(message.lane);
  const place: number = queue?.ids.indexOf(message.id as MessageId) ?? -1;
  if (queue === undefined || place < 0) {
    return { ...entry, dueInMs: undefined, ahead: 0, served: false, onHold: false };
  }
  return {
    ...entry,
    dueInMs: Math.max(queue.dueAt - custody.now, 0),
    ahead: Math.min(place, MOST_AHEAD),
    served: queue.held !== undefined && queue.dueAt > custody.now,
    onHold: custody.isOnHold(message.lane),
  };
}
