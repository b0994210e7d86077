/** The way network → XMPP in two stages, on a real Redis and a real disk, without a network and a stream. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { InboundEvent, Kept, ToKeep } from '../../src/contract/index.ts';
import { openOriginals } from '../../src/history/sqlite-originals.ts';
import { KEEP_WITHIN_MS, keeper } from '../../src/inbound/keep.ts';
import { opener } from '../../src/inbound/open.ts';
import { Patience } from '../../src/inbound/patience.ts';
import { type Receiver, receiver } from '../../src/inbound/receive.ts';
import { batched } from '../../src/lanes/batching.ts';
import { startDrain } from '../../src/lanes/drain.ts';
import { channelOf, DIRECTIONS, type Direction, PARTITIONS } from '../../src/lanes/lane.ts';
import type { Entry, LaneStore } from '../../src/lanes/lane-store.ts';
import { noWake } from '../../src/lanes/no-wake.ts';
import { redisLaneStore } from '../../src/lanes/redis/redis-lane-store.ts';
import type { Drain } from '../../src/lanes/serving.ts';
import { spooled } from '../../src/lanes/spool.ts';
import { type Openers, startOpeners } from '../../src/opening/openers.ts';
import { openStore } from '../../src/store/store.ts';
import { ADDRESSING, accountsOf, CAPABILITIES, JULIET, PAPER, RecordedHistory } from './paper.ts';

export const SPOOL = 'spool';
const NURSE = 'nurse@example.org';

export interface TwoStages {
  readonly lanes: LaneStore;
  readonly history: RecordedHistory;
  readonly receiver: Receiver;
  readonly errors: unknown[];
  /** Why each that was put aside is. */
  readonly parked: string[];
  keep(what: Partial<ToKeep>): Promise<void>;
  /** Opens what is kept, until the end. */
  open(options: OpenOptions): Drain;
  /** What waits in one direction, whatever its size; looked at and left as it is. */
  waiting(direction: Direction): Promise<readonly Entry[]>;
  stop(): Promise<void>;
}

interface OpenOptions {
  /** URL of the opener. */
  readonly module: string;
  readonly holder?: string;
  readonly limitMs?: number;
  readonly eventsOf: (opened: unknown, kept: Kept) => readonly InboundEvent[];
  readonly receive?: Receiver['receiveOpened'];
  /** Called when something has been settled. */
  readonly settled?: () => void;
}

/** @param directory where the spool and the originals are */
export async function openTwoStages(socket: string, directory: string): Promise<TwoStages> {
  await mkdir(directory, { recursive: true });
  const store = openStore({ kind: 'url', url: `unix:${socket}` });
  const spool = await spooled(redisLaneStore(store), join(directory, SPOOL));
  const lanes = batched(spool);
  const history = new RecordedHistory();
  const originals = openOriginals(join(directory, 'originals.sqlite'));
  const errors: unknown[] = [];
  const parked: string[] = [];
  const drains: Drain[] = [];
  const openers: Openers[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const keep = keeper({
    transport: PAPER,
    duplicateWindowMs: CAPABILITIES.duplicateWindowMs,
    intake: () => 'open',
    setAside: spool.setAside,
    lanes,
    history,
    nudge: (partition) => {
      for (const drain of drains) drain.nudge(partition);
    },
    onError,
    now: Date.now,
    patience: new Patience(KEEP_WITHIN_MS),
  });
  const door = receiver({
    transport: PAPER,
    capabilities: CAPABILITIES,
    addressing: ADDRESSING,
    accounts: accountsOf({ [JULIET]: 'one', [NURSE]: 'two' }),
    admins: [],
    admits: () => true,
    lanes,
    history,
    originals,
    nudge: () => undefined,
    onError,
    now: Date.now,
  });
  return {
    ...{ lanes, history, receiver: door, errors, parked },
    keep: (what) => keep({ raw: Buffer.from('raw'), envelope: '', ...what }),
    open({ module, holder = 'test', limitMs, eventsOf, receive, settled }) {
      const threads = startOpeners({
        ...{ module, config: {}, onError },
        ...(limitMs === undefined ? {} : { limitMs }),
      });
      openers.push(threads);
      const server = opener({
        open: threads.open,
        eventsOf: async (opened, kept) => eventsOf(opened, kept),
        receive: receive ?? door.receiveOpened,
        news: async () => undefined,
        note: (message, what, detail = '') =>
          history.note({ message, transport: PAPER, at: Date.now(), what, detail }),
        parked: (_message, why) => void parked.push(why),
        onError,
        now: Date.now,
      });
      const drain = startDrain({
        ...{ channel: channelOf(PAPER, 'kept'), store: lanes, holder, wake: noWake, onError },
        server: { serve: server.serve, settled: () => settled?.() },
        ...{ concurrency: threads.concurrency, perLane: 1, sweepMs: 100 },
      });
      drains.push(drain);
      return drain;
    },
    async waiting(direction) {
      const leaseMs = 30_000;
      const partitions = Array.from({ length: PARTITIONS }, (_, at) => at);
      const looks = DIRECTIONS.filter((each) => each.startsWith(direction)).map((each) =>
        lanes.claim({
          ...{ channel: channelOf(PAPER, each), holder: 'looker', leaseMs, lanes: 1_000 },
          ...{ perLane: 100, partitions },
        }),
      );
      const claims = (await Promise.all(looks)).flatMap((looked) => looked.claims);
      await lanes.settle(
        claims.map((claim) => ({ claim, settlements: [], reports: [], next: 0, leaseMs })),
      );
      return claims.flatMap(({ entries }) => entries);
    },
    async stop() {
      await Promise.all(drains.map((drain) => drain.stop(2_000)));
      await Promise.all(openers.map((each) => each.stop()));
      spool.stop();
      originals.close();
      await store.close();
    },
  };
}
