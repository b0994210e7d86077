import type {
  DeliveryStatus,
  InboundEvent,
  InboundMessage,
  Intake,
  Kept,
  MessageId,
  ToKeep,
} from '../../../src/contract/index.ts';
import { keeper } from '../../../src/inbound/keep.ts';
import { opener } from '../../../src/inbound/open.ts';
import type { Entry, LaneStore, NewEntry } from '../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import type { LaneServer, Turn } from '../../../src/lanes/serving.ts';
import type { Opening } from '../../../src/opening/messages.ts';
import {
  Clock,
  claimAll,
  LEASE_MS,
  PAPER,
  RecordedHistory,
  serveOnce,
} from '../../support/paper.ts';

/** The way in, in two stages, over a store in memory; the test plays opener, adapter and door. */
export class KeptBench {
  readonly clock = new Clock();
  readonly store = memoryLaneStore({ now: this.clock.read });
  readonly history = new RecordedHistory();
  readonly errors: unknown[] = [];
  readonly parked: string[] = [];
  readonly nudged: number[] = [];
  readonly received: InboundMessage[] = [];
  readonly news: DeliveryStatus[] = [];
  /** What was opened, and whether alone. */
  readonly opens: { readonly id: MessageId; readonly alone: boolean }[] = [];
  intake: Intake = 'open';
  push: LaneStore['push'] = (entries) => this.store.push(entries);
  setAside: (entry: NewEntry) => Promise<NewEntry> = async (entry) => entry;
  patience = { with: <T>(work: Promise<T>): Promise<T> => work };
  open: (kept: Kept, alone: boolean) => Promise<Opening> = async () => OPENED;
  eventsOf: (opened: unknown, kept: Kept) => Promise<readonly InboundEvent[]> = async () => [];
  receive: (events: readonly InboundMessage[]) => Promise<unknown> = async () => [];

  keep(what: Partial<ToKeep> = {}): Promise<void> {
    const { history, clock, errors } = this;
    const keep = keeper({
      transport: PAPER,
      duplicateWindowMs: 60_000,
      intake: () => this.intake,
      setAside: (entry) => this.setAside(entry),
      lanes: { push: (entries) => this.push(entries) },
      history,
      nudge: (partition) => void this.nudged.push(partition),
      onError: (error) => void errors.push(error),
      now: clock.read,
      patience: { with: (work) => this.patience.with(work) },
    });
    return keep({ raw: Buffer.from('raw'), envelope: 'envelope', ...what });
  }

  /** This process begins to serve: what an earlier one remembered is gone. */
  readonly begin = (): LaneServer =>
    opener({
      open: (kept, alone) => {
        this.opens.push({ id: kept.id, alone });
        return this.open(kept, alone);
      },
      eventsOf: (opened, kept) => this.eventsOf(opened, kept),
      receive: async (messages) => {
        await this.receive(messages);
        this.received.push(...messages);
      },
      news: async (status) => this.news.push(status),
      note: (message, what, detail) => {
        const step = { message, transport: PAPER, at: this.clock.now, what };
        this.history.note(detail === undefined ? step : { ...step, detail });
      },
      parked: (_message, why) => void this.parked.push(why),
      onError: (error) => void this.errors.push(error),
      now: this.clock.read,
    });

  server = this.begin();

  /** One round over all that is due. */
  serve() {
    return serveOnce(this.store, 'kept', this.server);
  }

  /**
   * The process serves what is due, dies before anything of that is settled, and the next one begins.
   */
  async crash(turn: Partial<Turn> = {}) {
    const claims = await claimAll(this.store, 'kept');
    for (const claim of claims) {
      const reopen = (id: MessageId) => this.store.reopen(claim, id);
      await this.server.serve(claim, { ...NO_TURN, reopen, ...turn });
    }
    this.clock.pass(LEASE_MS);
    this.server = this.begin();
  }

  /** What waits, looked at and left as it was. */
  async waiting(): Promise<readonly Entry[]> {
    const claims = await claimAll(this.store, 'kept');
    await this.store.settle(
      claims.map((claim) => ({ claim, settlements: [], reports: [], next: 0, leaseMs: LEASE_MS })),
    );
    return claims.flatMap(({ entries }) => entries);
  }
}

const NO_TURN: Turn = {
  signal: new AbortController().signal,
  live: () => true,
  reopen: async () => false,
  partSent: async () => false,
};

export const OPENED: Opening = { is: 'opened', opened: 'what it says' };

/** Lets everything happen that is ready to happen. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
