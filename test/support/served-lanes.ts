import { EventEmitter, on } from 'node:events';
import type { TransportId } from '../../src/contract/index.ts';
import { channelOf, type Lane, laneOf, newMessageId } from '../../src/lanes/lane.ts';
import type { Claim, ClaimedEntry, LaneStore, NewEntry } from '../../src/lanes/lane-store.ts';
import type { LaneServer, Served, Turn } from '../../src/lanes/serving.ts';

const TRANSPORT = 'net' as TransportId;
export const CHANNEL = channelOf(TRANSPORT, 'outbound');

/** A lane of its own for every peer. */
export const lane = (peer: string): Lane =>
  laneOf({ transport: TRANSPORT, account: 'juliet@example.org', peer }, 'outbound');

export function entry(to: Lane, event: string): NewEntry {
  return {
    ...{ id: newMessageId(to.partition), lane: to, event, duplicateKeys: [] },
    ...{ acceptedAt: Date.now(), deadlineAt: Date.now() + 3_600_000 },
  };
}

/** Stores messages `<peer> <from>` to `<peer> <to - 1>`. */
export async function push(store: LaneStore, peer: string, from: number, to: number) {
  const entries = Array.from({ length: to - from }, (_, i) =>
    entry(lane(peer), `${peer} ${from + i}`),
  );
  await store.push(entries);
  return entries;
}

export type Serve = (entries: readonly ClaimedEntry[], turn: Turn) => Promise<Served> | Served;

export const ended = (entries: readonly unknown[]): Served => ({
  settlements: entries.map(() => ({ kind: 'terminal', keep: false })),
  reports: [],
});

/** Serves as it is told, by default by ending everything, and notes what it saw. */
export class RecordingServer implements LaneServer {
  /** Events in the order in which they were served. */
  readonly events: string[] = [];
  readonly stored: string[] = [];
  /** Lanes served at this moment, and the most there were. */
  now = 0;
  most = 0;
  readonly #changes = new EventEmitter();
  readonly #serve: Serve;

  constructor(serve: Serve = ended) {
    this.#serve = serve;
  }

  async serve(claim: Claim, turn: Turn): Promise<Served> {
    this.now += 1;
    this.most = Math.max(this.most, this.now);
    this.events.push(...claim.entries.map(({ event }) => event));
    this.#changes.emit('change');
    try {
      return await this.#serve(claim.entries, turn);
    } finally {
      this.now -= 1;
    }
  }

  settled(claim: Claim, served: Served): void {
    this.stored.push(...claim.entries.slice(0, served.settlements.length).map((e) => e.event));
    this.#changes.emit('change');
  }

  /** Resolves when this holds, looked at after every turn. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    for await (const _ of on(this.#changes, 'change')) if (holds()) return;
  }
}
