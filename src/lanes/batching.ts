/**
 * Those who wait for durability wait together: what is asked while a call is under way, or within
 * one tick, becomes the next call. So a busy gateway pays one round trip and one fsync for many
 * messages, and an idle one waits for nobody.
 */

import {
  type LaneStore,
  type NewEntry,
  type SettleRequest,
  UnansweredError,
} from './lane-store.ts';

/** What one call carries at most, unless a caller asks for more at once. */
const MOST_ITEMS = 256;
const MOST_CHARACTERS = 1_048_576;
/** What waits at most: past it the store is too slow for what comes in, and the source has to know. */
const MOST_WAITING_CHARACTERS = 33_554_432;

/**
 * The same store with `push` and `settle` gathered. One call of each is under way at a time: so that
 * messages are stored in the order in which they were pushed, though a call had to be repeated.
 */
export function batched(store: LaneStore): LaneStore {
  return {
    ...store,
    push: gathered((entries, sent) => store.push(entries, sent), weightOfEntry, {
      mostWaiting: MOST_WAITING_CHARACTERS,
      endsTogether: true,
    }),
    // A settlement is never refused: it is the way out, and there are only as many as claims.
    settle: gathered((requests) => store.settle(requests), weightOfRequest, {
      mostWaiting: Infinity,
      endsTogether: false,
    }),
  };
}

function weightOfEntry({ event }: NewEntry): number {
  return event.length;
}

function weightOfRequest({ reports }: SettleRequest): number {
  return reports.reduce((total, report) => total + weightOfEntry(report), 0);
}

/** One caller's items, which stay in one call. */
interface Group<Item, Result> {
  readonly items: readonly Item[];
  readonly weight: number;
  readonly sent: (() => void) | undefined;
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

type Call<Item, Result> = (items: readonly Item[], sent?: () => void) => Promise<readonly Result[]>;

interface Bounds {
  readonly mostWaiting: number;
  /**
   * Whether all that waits is refused when a call is not answered: one after the other would find out
   * for itself, each in some seconds, and whoever is last would hear nothing for minutes.
   */
  readonly endsTogether: boolean;
}

function gathered<Item, Result>(
  call: Call<Item, Result>,
  weigh: (item: Item) => number,
  { mostWaiting, endsTogether }: Bounds,
): Call<Item, Result> {
  const waiting: Group<Item, Result>[] = [];
  let weightWaiting = 0;
  let running = false;

  /** As many groups as one call carries; at least one. */
  const nextGroups = (): Group<Item, Result>[] => {
    let items = 0;
    let weight = 0;
    const end = waiting.findIndex((group, index) => {
      items += group.items.length;
      weight += group.weight;
      return index > 0 && (items > MOST_ITEMS || weight > MOST_CHARACTERS);
    });
    const groups = waiting.splice(0, end < 0 ? waiting.length : end);
    for (const group of groups) weightWaiting -= group.weight;
    return groups;
  };

  const refuseWaiting = () => {
    weightWaiting = 0;
    for (const { reject } of waiting.splice(0)) {
      reject(new Error('the store does not answer, and was not asked'));
    }
  };

  const run = async () => {
    while (waiting.length > 0) {
      const isAnswered = await answerTo(nextGroups(), call);
      if (!isAnswered && endsTogether) refuseWaiting();
    }
    running = false;
  };

  return (items, sent) => {
    if (items.length === 0) return Promise.resolve([]);
    const weight = items.reduce((total, item) => total + weigh(item), 0);
    if (weightWaiting > 0 && weightWaiting + weight > mostWaiting) {
      return Promise.reject(new UnansweredError('too much waits for the store'));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ items, weight, sent, resolve, reject });
      weightWaiting += weight;
      if (running) return;
      running = true;
      queueMicrotask(() => void run());
    });
  };
}

/**
 * Never rejects. A fault of one group is not laid on the others.
 * @returns false where the store did not answer
 */
async function answerTo<Item, Result>(
  groups: readonly Group<Item, Result>[],
  call: Call<Item, Result>,
): Promise<boolean> {
  const sent = () => {
    for (const group of groups) group.sent?.();
  };
  try {
    const all = groups.flatMap(({ items }) => items);
    const results = await call(all, sent);
    let at = 0;
    for (const { items, resolve } of groups) {
      resolve(results.slice(at, at + items.length));
      at += items.length;
    }
    return true;
  } catch (error) {
    const isUnanswered = error instanceof UnansweredError;
    if (groups.length === 1 || isUnanswered) {
      for (const { reject } of groups) reject(error);
      return !isUnanswered;
    }
    let isAnswered = true;
    for (const group of groups) isAnswered = (await answerTo([group], call)) && isAnswered;
    return isAnswered;
  }
}
