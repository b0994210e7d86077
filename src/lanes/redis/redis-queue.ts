import type { MessageId } from '../../contract/index.ts';
import type { Script, Store } from '../../store/store.ts';
import type { NewEntry } from '../entry.ts';
import { ALL_PARTITIONS, type Channel, partitionOf } from '../lane.ts';
import {
  type HeadsRequest,
  type Hold,
  type HoldTarget,
  type Hurried,
  MOST_LANES,
  type PageRequest,
  type Queue,
  type Standing,
  type Survey,
  type Waiting,
  type Withdrawn,
} from '../queue.ts';
import { answered, PATIENCE } from './answered.ts';
import { DEAD } from './dead-letter-scripts.ts';
import * as queue from './queue-scripts.ts';
import {
  type Args,
  atLeastOne,
  list,
  readEntry,
  text,
  unknownLane,
  writeReports,
} from './stored-form.ts';

/** So many messages are looked at in one call. */
const LOOKED_AT = 128;

const HURRIED: readonly string[] = [
  'hurried',
  'served',
  'on-hold',
  'handed',
  'dead',
  'gone',
] satisfies Hurried[];
const WITHDRAWN: readonly string[] = [
  'withdrawn',
  'changed',
  'sending',
  'unknown',
  'handed',
  'dead',
  'gone',
] satisfies Withdrawn[];

/** What people see of custody in Redis, and do to it. One partition a call: a long look holds up nobody. */
export function redisQueue(store: Store): Queue {
  const scripts = {
    survey: store.script(queue.SURVEY),
    heads: store.script(queue.HEADS),
    held: store.script(queue.HELD),
    look: store.script(queue.LOOK),
    dead: store.script(DEAD),
    hurry: store.script(queue.HURRY),
    hurryAll: store.script(queue.HURRY_ALL),
    withdraw: store.script(queue.WITHDRAW),
    hold: store.script(queue.HOLD),
    resume: store.script(queue.RESUME),
    holds: store.script(queue.HOLDS),
  };
  const run = (script: Script, partition: number, ...args: Args) =>
    answered(PATIENCE.beforeCustodyMs, () => script.run(partition, [partition, ...args]));
  const everywhere = async (script: Script, ...args: Args): Promise<readonly unknown[]> =>
    await Promise.all(ALL_PARTITIONS.map((partition) => run(script, partition, ...args)));
  const page = async (script: Script, { channel, partition, skip, limit }: PageRequest) => {
    const [lanes, ...heads] = list(await run(script, partition, channel, skip, limit));
    const looked = Number(lanes);
    return {
      lanes: looked,
      heads: heads.map((id) => text(id) as MessageId),
      more: looked >= limit,
    };
  };
  const command = (name: string, channel: Channel, ...args: Args) =>
    answered(PATIENCE.beforeCustodyMs, () =>
      store.command(name, store.partitionFor(channel), `pause:${channel}`, ...args),
    );

  return {
    async survey(channels) {
      const parts = await everywhere(scripts.survey, MOST_LANES, channels.length, ...channels);
      return channels.map((channel, index) =>
        parts.map((part) => readSurvey(channel, list(part)[index])).reduce(added),
      );
    },

    async heads({ channels, conversation, after, limit }: HeadsRequest) {
      const args = [
        MOST_LANES,
        limit,
        after ?? '',
        conversation?.name ?? '',
        channels.length,
        ...channels,
      ];
      const parts =
        conversation === undefined
          ? await everywhere(scripts.heads, ...args)
          : { [conversation.partition]: await run(scripts.heads, conversation.partition, ...args) };
      const all = Object.entries(parts)
        .flatMap(([partition, part]) => list(part).map((each) => readWaiting(each, partition)))
        .sort((a, b) => (a.head < b.head ? -1 : 1));
      return { waiting: all.slice(0, limit), more: all.length > limit };
    },

    held: (request) => page(scripts.held, request),

    async messagesOf({ partition, name }, limit) {
      if (limit <= 0) return [];
      const ids = await answered(PATIENCE.beforeCustodyMs, () =>
        store.command('LRANGE', partition, `l:${name}`, 0, limit - 1),
      );
      return list(ids).map((id) => text(id) as MessageId);
    },

    async look(ids) {
      const found = new Map<MessageId, Standing>();
      const calls = [...Map.groupBy(ids, partitionOf)].flatMap(([partition, some]) =>
        pieces(some).map(async (piece) => {
          const reply = await run(scripts.look, partition, piece.length, ...piece);
          for (const [index, each] of list(reply).entries()) {
            const id = piece[index];
            const standing = id === undefined ? undefined : readStanding(id, each);
            if (standing !== undefined) found.set(standing.id, standing);
          }
        }),
      );
      await Promise.all(calls);
      return ids.flatMap((id) => found.get(id) ?? []);
    },

    async dead(limit) {
      if (limit <= 0) return [];
      const calls = ALL_PARTITIONS.map((partition) =>
        answered(PATIENCE.beforeCustodyMs, () =>
          scripts.dead.run(partition, [limit, 1, partition]),
        ),
      );
      const found = (await Promise.all(calls)).flatMap(list).map((each) => {
        const [id, since] = list(each);
        return { id: text(id) as MessageId, since: Number(since) };
      });
      return found
        .sort((a, b) => b.since - a.since)
        .slice(0, limit)
        .map(({ id }) => id);
    },

    async hurry(id) {
      const result = text(await run(scripts.hurry, partitionOf(id), id));
      return HURRIED.includes(result) ? (result as Hurried) : 'gone';
    },

    hurryAll: (request) => page(scripts.hurryAll, request),

    async withdraw(id, seen, reports: readonly NewEntry[]) {
      const args: Args = [partitionOf(id), id, seen];
      writeReports(args, reports);
      let asked = false;
      const result = await answered(PATIENCE.beforeCustodyMs, async (again) => {
        asked = again;
        return text(await scripts.withdraw.run(partitionOf(id), args));
      });
      // What was there a moment ago and is gone now was withdrawn by the call whose answer was lost.
      if (asked && result === 'gone') return 'withdrawn';
      return WITHDRAWN.includes(result) ? (result as Withdrawn) : 'gone';
    },

    async hold(target, note) {
      const name = nameOf(target);
      const calls = partitionsOf(target).map((partition) =>
        run(scripts.hold, partition, target.channel, name, note),
      );
      return (await Promise.all(calls)).includes(1);
    },

    async resume(target) {
      const args = [target.channel, nameOf(target)];
      const calls = partitionsOf(target).map((partition) =>
        run(scripts.resume, partition, ...args),
      );
      return (await Promise.all(calls)).includes(1);
    },

    async holds() {
      const holds = new Map<string, Hold>();
      for (const reply of await everywhere(scripts.holds)) {
        const pairs = list(reply).map(text);
        for (let at = 0; at + 1 < pairs.length; at += 2) {
          const [name = '', note = ''] = pairs.slice(at, at + 2);
          holds.set(name, { channel: isChannel(name) ? name : undefined, note });
        }
      }
      return [...holds.values()];
    },

    async notePause(channel, ms) {
      const lasting = atLeastOne(ms);
      const first = await command('SET', channel, '1', 'PX', lasting, 'NX');
      if (first === null) await command('PEXPIRE', channel, lasting, 'GT');
    },

    async pauseOf(channel) {
      const left = Number(await command('PTTL', channel));
      return left > 0 ? left : undefined;
    },
  };
}

function nameOf({ channel, conversation }: HoldTarget): string {
  return conversation?.name ?? channel;
}

function partitionsOf({ conversation }: HoldTarget): readonly number[] {
  return conversation === undefined ? ALL_PARTITIONS : [conversation.partition];
}

/** No name of a conversation has a full stop. */
function isChannel(name: string): name is Channel {
  return name.includes('.');
}

function pieces(ids: readonly MessageId[]): readonly (readonly MessageId[])[] {
  const count = Math.ceil(ids.length / LOOKED_AT);
  return Array.from({ length: count }, (_, n) => ids.slice(n * LOOKED_AT, (n + 1) * LOOKED_AT));
}

function readSurvey(channel: Channel, reply: unknown): Survey {
  const fields = list(reply);
  const [lanes = 0, waiting = 0, served = 0, delayed = 0, onHold = 0, handed = 0, dead = 0] = fields
    .slice(0, 7)
    .map(Number);
  const oldest = text(fields[7]);
  return {
    ...{ channel, lanes, waiting, served, delayed, onHold, handed, dead },
    oldest: oldest === '' ? undefined : (oldest as MessageId),
    partial: fields[8] === 1,
  };
}

function added(a: Survey, b: Survey): Survey {
  const oldest = [a.oldest, b.oldest].filter((each) => each !== undefined).sort();
  return {
    channel: a.channel,
    lanes: a.lanes + b.lanes,
    waiting: a.waiting + b.waiting,
    served: a.served + b.served,
    delayed: a.delayed + b.delayed,
    onHold: a.onHold + b.onHold,
    handed: a.handed + b.handed,
    dead: a.dead + b.dead,
    oldest: oldest[0],
    partial: a.partial || b.partial,
  };
}

function readWaiting(reply: unknown, partition: string): Waiting {
  const [channel, name, messages, head] = list(reply);
  const lane = {
    channel: text(channel) as Channel,
    partition: Number(partition),
    name: text(name),
  };
  return { lane, messages: Number(messages), head: text(head) as MessageId };
}

function readStanding(id: MessageId, reply: unknown): Standing | undefined {
  const [header, journal, due, ahead, served, onHold] = list(reply);
  if (text(header) === '' && text(journal) === '') return undefined;
  const { event: _, ...entry } = readEntry(id, text(header), text(journal), unknownLane(id));
  return {
    ...entry,
    dueInMs: due === '' ? undefined : Number(due),
    ahead: Number(ahead),
    served: served === 1,
    onHold: onHold === 1,
  };
}
