import { Queue, Worker } from 'bullmq';
import type { Store } from '../store/store.ts';
import { type Channel, PARTITIONS } from './lane.ts';
import type { Wake } from './serving.ts';

/** Of BullMQ, all of whose keys may vanish at any time: see `src/store/keys.ts`. */
const PREFIX = '{pst-wake}';
/** Longer than BullMQ ever blocks on its connection. */
const COMMAND_TIMEOUT_MS = 15_000;
/** A wake-up further ahead is left to the sweep: nobody minds five seconds after an hour. */
const LONGEST_DELAY_MS = 3_600_000;
const ERROR_EVERY_MS = 60_000;
const CLOSE_MS = 1_000;

/**
 * Wake-up calls as BullMQ jobs, one queue a channel. A job says which partition to look at and nothing
 * else. It may be lost, late or twice: each drain sweeps.
 *
 * Jobs are few: for a partition one for now and one for each power of two of seconds ahead. Not one
 * altogether, for BullMQ swallows a call while a later one with the same deduplication id waits.
 *
 * @param onError trouble, told once a minute at most
 */
export function openWake(store: Store, onError: (error: unknown) => void): Wake {
  const connection = store.another(COMMAND_TIMEOUT_MS);
  const queues = new Map<Channel, Queue>();
  const workers = new Set<Worker>();
  /**
   * Calls on their way to Redis, and whether each was asked for again meanwhile: it is made again
   * then, for the one under way may have been answered by a look before what this one is about.
   */
  const underWay = new Map<string, { again: boolean; made?: Promise<unknown> }>();
  let closed = false;
  let toldAt = Number.NEGATIVE_INFINITY;

  const tell = (error: unknown) => {
    if (closed || performance.now() - toldAt < ERROR_EVERY_MS) return;
    toldAt = performance.now();
    onError(error);
  };
  const queueOf = (channel: Channel): Queue => {
    let queue = queues.get(channel);
    if (queue === undefined) {
      queue = new Queue(channel, {
        ...{ connection, prefix: PREFIX, streams: { events: { maxLen: 100 } } },
        defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
      });
      queue.on('error', tell);
      queues.set(channel, queue);
    }
    return queue;
  };

  const schedule = (channel: Channel, partition: number, afterMs: number) => {
    if (closed || afterMs > LONGEST_DELAY_MS) return;
    const id = `p${partition}.${slotOf(afterMs)}`;
    const call = `${channel} ${id}`;
    const before = underWay.get(call);
    if (before !== undefined) {
      before.again = true;
      return;
    }
    const own: { again: boolean; made?: Promise<unknown> } = { again: false };
    underWay.set(call, own);
    own.made = queueOf(channel)
      .add(
        'look',
        { partition },
        { delay: Math.ceil(afterMs), deduplication: { id, keepLastIfActive: true } },
      )
      .catch(tell)
      .finally(() => {
        underWay.delete(call);
        if (own.again) schedule(channel, partition, afterMs);
      });
  };

  return {
    schedule,

    listen(channel, nudge) {
      let stopped = false;
      const worker = new Worker(
        channel,
        async ({ data }) => {
          const partition: unknown = data?.partition;
          if (!isPartition(partition)) return;
          // What still comes to one who listens no more is passed on.
          if (stopped) schedule(channel, partition, 0);
          else nudge(partition);
        },
        {
          ...{ connection, prefix: PREFIX, runRetryDelay: 1_000, skipLockRenewal: true },
          ...{ removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } },
        },
      );
      worker.on('error', tell);
      workers.add(worker);
      return () => {
        stopped = true;
        workers.delete(worker);
        worker.close().catch(tell);
      };
    },

    async close() {
      closed = true;
      const end = async () => {
        // A process that has only called somebody is not gone before its call is made.
        await Promise.all([...underWay.values()].map(({ made }) => made));
        await Promise.all(
          [...workers, ...queues.values()].map((one) =>
            (one instanceof Worker ? one.close(true) : one.close()).catch(() => undefined),
          ),
        );
      };
      let cap: NodeJS.Timeout | undefined;
      const capped = new Promise<void>((resolve) => {
        cap = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([end(), capped]);
      clearTimeout(cap);
      connection.disconnect();
    },
  };
}

/** 0 for now, else the power of two of seconds that lies ahead. */
function slotOf(afterMs: number): number {
  return afterMs <= 0 ? 0 : 1 + Math.max(0, Math.ceil(Math.log2(afterMs / 1_000)));
}

function isPartition(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < PARTITIONS;
}
