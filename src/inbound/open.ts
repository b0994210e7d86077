/**
 * The way network → XMPP in two stages, second: what was kept is understood, and becomes messages for
 * users and news of what they sent.
 */

import { dropOldest } from '../bounded-map.ts';
import type {
  DeliveryStatus,
  InboundEvent,
  InboundMessage,
  Kept,
  MessageId,
} from '../contract/index.ts';
import type { StepKind } from '../history/history.ts';
import { type ClaimedEntry, CRASHES_TO_PARK, type Settlement } from '../lanes/lane-store.ts';
import type { LaneServer, Turn } from '../lanes/serving.ts';
import { readKept, UnreadableError } from '../lanes/stored.ts';
import type { Opening } from '../opening/messages.ts';

export interface OpenOptions {
  /** @param alone with nothing else in its worker, so that it is known who kills it */
  readonly open: (kept: Kept, alone: boolean, signal: AbortSignal) => Promise<Opening>;
  readonly eventsOf: (opened: unknown, kept: Kept) => Promise<readonly InboundEvent[]>;
  /** Store them; both can be repeated. */
  readonly receive: (messages: readonly InboundMessage[], kept: MessageId) => Promise<unknown>;
  readonly news: (status: DeliveryStatus) => Promise<unknown>;
  readonly note: (message: MessageId, what: StepKind, detail?: string) => void;
  /** It was put aside for the operator. */
  readonly parked: (message: MessageId, why: string) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

const FAILURES_TO_PARK = 3;
const AGAIN_MS = 2_000;
/** The store takes nothing at this moment. */
const NOT_STORED_MS = 1_000;
const REMEMBERED = 10_000;

export function opener(options: OpenOptions): LaneServer {
  /** How often each has failed since this process began to serve. */
  const failures = new Map<MessageId, number>();
  return {
    async serve({ entries }, turn) {
      const [entry] = entries;
      if (entry === undefined) return { settlements: [], reports: [] };
      const settlement = await settlementOf(options, failures, entry, turn);
      if (settlement.kind === 'terminal') failures.delete(entry.id);
      return { settlements: [settlement], reports: [] };
    },
    settled: () => undefined,
  };
}

async function settlementOf(
  options: OpenOptions,
  failures: Map<MessageId, number>,
  entry: ClaimedEntry,
  turn: Turn,
): Promise<Settlement> {
  const { id } = entry;
  const kept = read(entry);
  if (typeof kept === 'string') return park(options, id, kept);
  if (entry.crashes >= CRASHES_TO_PARK) {
    return park(options, id, `${entry.crashes} attempts ended in a crash`);
  }
  if (options.now() >= entry.deadlineAt) {
    options.note(id, 'expired');
    return park(options, id, 'it could not be opened in time');
  }
  // Nothing of it has left: a repeat stores nothing twice.
  if (entry.interrupted && !(await turn.reopen(id))) return { kind: 'untouched' };
  const failed = failures.get(id) ?? 0;
  const result = await options.open(kept, failed > 0 || entry.crashes > 0, turn.signal);
  switch (result.is) {
    case 'later':
      options.note(id, 'later', `again in ${Math.ceil(result.afterMs / 1_000)} s`);
      return { kind: 'later', afterMs: result.afterMs };
    case 'failed':
      return failure(options, failures, id, result.why);
    case 'opened':
      return await store(options, failures, kept, result.opened);
  }
}

async function store(
  options: OpenOptions,
  failures: Map<MessageId, number>,
  kept: Kept,
  opened: unknown,
): Promise<Settlement> {
  const { id } = kept;
  let events: readonly InboundEvent[];
  try {
    events = await options.eventsOf(opened, kept);
  } catch (error) {
    options.onError(error);
    return failure(options, failures, id, 'the adapter met an error');
  }
  const messages = events.filter((event) => event.kind === 'message');
  try {
    await options.receive(messages, id);
    for (const event of events) if (event.kind === 'status') await options.news(event);
  } catch (error) {
    options.onError(error);
    return { kind: 'later', afterMs: NOT_STORED_MS };
  }
  options.note(
    id,
    'opened',
    `${messages.length} messages, ${events.length - messages.length} news`,
  );
  return { kind: 'terminal', keep: false };
}

function read(entry: ClaimedEntry): Kept | string {
  try {
    return { id: entry.id, ...readKept(entry.event), keptAt: entry.acceptedAt };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return `what is stored can not be read: ${error.message}`;
  }
}

function failure(
  options: OpenOptions,
  failures: Map<MessageId, number>,
  id: MessageId,
  why: string,
): Settlement {
  const count = (failures.get(id) ?? 0) + 1;
  if (count >= FAILURES_TO_PARK) return park(options, id, `${why} (${count} times)`);
  failures.set(id, count);
  dropOldest(failures, REMEMBERED);
  options.note(id, 'later', why);
  return { kind: 'later', afterMs: AGAIN_MS * count };
}

function park(options: OpenOptions, id: MessageId, why: string): Settlement {
  options.note(id, 'parked', why);
  options.parked(id, why);
  return { kind: 'terminal', keep: true };
}
