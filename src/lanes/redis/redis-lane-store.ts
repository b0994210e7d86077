import { randomUUID } from 'node:crypto';
import type { MessageId } from '../../contract/index.ts';
import type { Script, Store } from '../../store/store.ts';
import { ALL_PARTITIONS, type Lane, partitionOf } from '../lane.ts';
import type {
  Claim,
  Claimed,
  ClaimRequest,
  Entry,
  LaneStore,
  Pushed,
  Settled,
  SettleRequest,
} from '../lane-store.ts';
import { answered, PATIENCE } from './answered.ts';
import * as deadLetters from './dead-letter-scripts.ts';
import * as handed from './handed-scripts.ts';
import { redisQueue } from './redis-queue.ts';
import * as serving from './serving-scripts.ts';
import { settlementArgs } from './settlement.ts';
import {
  type Args,
  atLeastOne,
  list,
  partLetter,
  readClaim,
  readEntry,
  text,
  unknownLane,
  writeRepeatable,
  writeReports,
} from './stored-form.ts';

/** How many handed messages one call of `expireHanded` ends. */
const EXPIRED_AT_ONCE = 256;
/** More intents than this are not written in one step. */
const MOST_A_LANE = 512;

/** Custody in Redis: every step is one script, and every script touches one slot. */
export function redisLaneStore(store: Store): LaneStore {
  const run = scriptsOn(store);
  const grouped = groupsOf(store.together);
  const turns = turnNames();
  const queue = redisQueue(store);

  const claimFrom = async (request: ClaimRequest, partitions: readonly number[], lanes: number) => {
    const { channel, holder, leaseMs, perLane } = request;
    const turn = turns();
    const rest = [channel, holder, leaseMs, lanes, Math.min(perLane, MOST_A_LANE)];
    const reply = await answered(PATIENCE.inCustodyMs, (again) =>
      run.claim.run(partitions[0] ?? 0, [
        ...[again ? 1 : 0, turn, ...rest],
        ...[partitions.length, ...partitions],
      ]),
    );
    const [claims, more, nextInMs] = list(reply);
    return {
      claims: list(claims).map((each) => readClaim(each, channel)),
      more: list(more).map(Number),
      nextInMs: Number(nextInMs) < 0 ? undefined : Number(nextInMs),
    };
  };

  /** One partition after the other, where a script reaches no further: so that no lane too many is taken. */
  const claimOneByOne = async (request: ClaimRequest): Promise<Claimed> => {
    const claims: Claim[] = [];
    const more: number[] = [];
    let nextInMs: number | undefined;
    for (const partition of request.partitions) {
      const part = await claimFrom(request, [partition], request.lanes - claims.length);
      claims.push(...part.claims);
      more.push(...part.more);
      if (part.nextInMs !== undefined) nextInMs = Math.min(nextInMs ?? Infinity, part.nextInMs);
    }
    return { claims, more, nextInMs };
  };

  const onClaim = async (script: Script, claim: Claim, ...args: Args): Promise<boolean> => {
    const { partition, name } = claim.lane;
    const all = [partition, name, claim.token, ...args];
    return (await answered(PATIENCE.inCustodyMs, () => script.run(partition, all))) === 1;
  };

  /** A call that changes one message; repeated, it finds the change made and says so. */
  const onMessage = (script: Script, id: MessageId, ...args: Args) =>
    answered(PATIENCE.beforeCustodyMs, () =>
      script.run(partitionOf(id), [partitionOf(id), id, ...args]),
    );

  const readAll = async (found: readonly { id: MessageId; lane: Lane }[]) =>
    await grouped(
      found,
      ({ lane }) => lane.partition,
      async (some, first): Promise<(Entry | undefined)[]> => {
        const args: Args = [some.length, ...some.flatMap(({ id, lane }) => [lane.partition, id])];
        const reply = await answered(PATIENCE.beforeCustodyMs, () => run.read.run(first, args));
        return list(reply).map((each, index) => {
          const [record, journal] = list(each).map(text);
          const asked = some[index];
          if (asked === undefined || !(record || journal)) return undefined;
          return readEntry(asked.id, record ?? '', journal ?? '', asked.lane);
        });
      },
    );

  /** The same question to every partition: in one call where that is possible. */
  const everywhere = async (script: Script, args: Args): Promise<readonly unknown[]> =>
    await grouped(
      ALL_PARTITIONS,
      (partition) => partition,
      async (some, first) => [
        await answered(PATIENCE.beforeCustodyMs, () =>
          script.run(first, [...args, some.length, ...some]),
        ),
      ],
    );

  const networkKey = (transport: string, networkId: string) => {
    const name = `${transport}:${networkId}`;
    return { name, partition: store.partitionFor(name) };
  };

  return {
    ...queue,

    push: (entries, sent) =>
      grouped(
        entries,
        ({ lane }) => lane.partition,
        async (some, first) => {
          const args: Args = [some.length];
          for (const entry of some) writeRepeatable(args, entry);
          // A cluster may send one of two calls on to another node: then the other one overtakes it.
          const sentNow = store.together ? sent : undefined;
          const reply = await answered(PATIENCE.beforeCustodyMs, () =>
            run.push.run(first, args, sentNow),
          );
          if (!store.together) sent?.();
          return list(reply).map(
            (of): Pushed =>
              of === '' ? { result: 'stored' } : { result: 'duplicate', of: text(of) as MessageId },
          );
        },
      ),

    claim: (request) =>
      store.together
        ? claimFrom(request, request.partitions, request.lanes)
        : claimOneByOne(request),

    settle: (requests) =>
      grouped(
        requests,
        ({ claim }) => claim.lane.partition,
        async (some, first) => {
          const turn = turns();
          const requestArgs = some.flatMap((request) => settlementArgs(request, MOST_A_LANE));
          const reply = await answered(PATIENCE.inCustodyMs, (again) =>
            run.settle.run(first, [again ? 1 : 0, turn, some.length, ...requestArgs]),
          );
          return list(reply).map((each, index) => readSettled(each, some[index]));
        },
      ),

    reopen: (claim, id) => onClaim(run.reopen, claim, id),
    partSent: (claim, id, { part, networkId }) => onClaim(run.part, claim, id, part, networkId),

    async confirm({ id, part, networkId, state, reports }) {
      const args: Args = [part, networkId, partLetter(state)];
      writeReports(args, reports);
      const result = await onMessage(run.confirm, id, ...args);
      return result === 'ended' || result === 'noted' ? result : 'gone';
    },

    async read(id) {
      const [entry] = await readAll([{ id, lane: unknownLane(id) }]);
      return entry;
    },

    async expireHanded(channel, agoMs = 0) {
      const args = [channel, EXPIRED_AT_ONCE, Math.ceil(agoMs)];
      const ended = (await everywhere(run.expire, args)).flatMap(list);
      return {
        ended: ended.map((id) => text(id) as MessageId),
        more: ended.length >= EXPIRED_AT_ONCE,
      };
    },

    async rewind(channel, agoMs = 0) {
      const counts = ALL_PARTITIONS.map((partition) =>
        answered(PATIENCE.inCustodyMs, () =>
          run.rewind.run(partition, [channel, partition, Math.ceil(agoMs)]),
        ),
      );
      return sum(await Promise.all(counts));
    },

    bounce: async (id, verdict) =>
      (await (verdict.kind === 'later'
        ? onMessage(run.bounce, id, 'L', verdict.afterMs)
        : onMessage(run.bounce, id, 'T', verdict.keep ? 1 : 0))) === 1,

    release: async (channel, holder) => sum(await everywhere(run.release, [channel, holder])),

    async deadLetters(limit) {
      const latest = await queue.dead(limit);
      const entries = await readAll(latest.map((id) => ({ id, lane: unknownLane(id) })));
      return entries.filter((entry) => entry !== undefined);
    },

    async revive(id, deadlineAt, { event = '', reports = [] } = {}) {
      const args: Args = [Math.trunc(deadlineAt), event];
      writeReports(args, reports);
      return (await onMessage(run.revive, id, ...args)) === 1;
    },
    discard: async (id) => (await onMessage(run.discard, id)) === 1,

    async bind(transport, networkId, id, windowMs) {
      const { name, partition } = networkKey(transport, networkId);
      const args = [partition, name, id, atLeastOne(windowMs)];
      return list(await answered(PATIENCE.inCustodyMs, () => run.bind.run(partition, args))).map(
        text,
      );
    },

    async whose(transport, networkId) {
      const { name, partition } = networkKey(transport, networkId);
      const owner = await answered(PATIENCE.beforeCustodyMs, () =>
        store.command('GET', partition, `x:${name}`),
      );
      return owner === null ? undefined : (text(owner) as MessageId);
    },

    async keepForLater(transport, networkId, news, windowMs) {
      const { name, partition } = networkKey(transport, networkId);
      const args = [partition, name, news, atLeastOne(windowMs)];
      await answered(PATIENCE.beforeCustodyMs, () => run.keep.run(partition, args));
    },
  };
}

function readSettled(reply: unknown, request: SettleRequest | undefined): Settled {
  const [result, next, more, confirmed] = list(reply);
  if (result !== 'settled' || request === undefined) return { result: 'fenced' };
  return {
    result,
    next: next === null ? undefined : readClaim(next, request.claim.lane.channel),
    more: more === 1,
    confirmed: list(confirmed).map((id) => text(id) as MessageId),
  };
}

function scriptsOn(store: Store) {
  return {
    push: store.script(serving.PUSH),
    claim: store.script(serving.CLAIM),
    settle: store.script(serving.SETTLE),
    reopen: store.script(serving.REOPEN),
    part: store.script(serving.PART),
    confirm: store.script(handed.CONFIRM),
    read: store.script(handed.READ),
    expire: store.script(handed.EXPIRE),
    rewind: store.script(handed.REWIND),
    bounce: store.script(handed.BOUNCE),
    release: store.script(handed.RELEASE),
    revive: store.script(deadLetters.REVIVE),
    discard: store.script(deadLetters.DISCARD),
    bind: store.script(handed.BIND),
    keep: store.script(handed.KEEP),
  };
}

/** Runs one call for all items, or one for each partition; the results are in the items' order. */
function groupsOf(together: boolean) {
  return async <Item, Result>(
    items: readonly Item[],
    partition: (item: Item) => number,
    call: (some: readonly Item[], first: number) => Promise<readonly Result[]>,
  ): Promise<readonly Result[]> => {
    const [head] = items;
    if (head === undefined) return [];
    if (together) return await call(items, partition(head));
    const groups = [...Map.groupBy(items.keys(), (index) => partition(items[index] as Item))];
    const results: Result[] = [];
    await Promise.all(
      groups.map(async ([first, indexes]) => {
        const some = await call(
          indexes.map((index) => items[index] as Item),
          first,
        );
        for (const [at, result] of some.entries()) results[indexes[at] ?? 0] = result;
      }),
    );
    return results;
  };
}

/** A name for each call that takes lanes, which no other call anywhere has. */
function turnNames(): () => string {
  const own = randomUUID().slice(0, 13);
  let turn = 0;
  return () => `${own}.${(turn++).toString(36)}`;
}

function sum(counts: readonly unknown[]): number {
  return counts.reduce<number>((total, count) => total + Number(count), 0);
}
