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
import { crashPoint } from '../crash-point.ts';
import type { StepKind } from '../history/history.ts';
import { type ClaimedEntry, CRASHES_TO_PARK, type Settlement } from '../lanes/lane-store.ts';
import type { LaneServer, Turn } from '../lanes/serving.ts';
import { readKept, UnreadableError } from '../lanes/stored.ts';
import type { Opening } from '../opening/messages.ts';

export interface OpenOptions {
  /** @param alone with nothing else in its worker, so that it is known who kills it; one at a time */
  readonly open: (kept: Kept, alone: boolean) => Promise<Opening>;
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
/** The store takes nothing at this moment: longer with every attempt. */
const NOT_STORED_MS = { each: 1_000, most: 60_000 } as const;
/** Until a suspect is looked at again while another one is open: as a rule that takes milliseconds. */
const NEXT_SUSPECT_MS = 200;
const REMEMBERED = 10_000;

export function opener(options: OpenOptions): LaneServer {
  const known: Known = { failures: new Map(), suspect: undefined };
  return {
    async serve({ entries }, turn) {
      const [entry] = entries;
      if (entry === undefined) return { settlements: [], reports: [] };
      const settlement = await settlementOf(options, known, entry, turn);
      if (settlement.kind === 'terminal') known.failures.delete(entry.id);
      return { settlements: [settlement], reports: [] };
    },
  };
}

interface Known {
  /** How often each has failed since this process began to serve. */
  readonly failures: Map<MessageId, number>;
  /** What has failed before, or was under way in a crash, and is open now. */
  suspect: MessageId | undefined;
}

async function settlementOf(
  options: OpenOptions,
  known: Known,
  entry: ClaimedEntry,
  turn: Turn,
): Promise<Settlement> {
  const { id } = entry;
  const kept = read(entry);
  if (typeof kept === 'string') return park(options, id, kept);
  if (entry.crashes >= CRASHES_TO_PARK) {
    return park(options, id, `${entry.crashes} attempts ended in a crash`);
  }
  const isSuspect = known.failures.has(id) || entry.crashes > 0;
  if (!isSuspect) return await openNow(options, known, entry, kept, turn);
  if (known.suspect !== undefined) {
    // No new intent: the one that is open may end this process, and is to be blamed alone.
    return { kind: entry.interrupted ? 'unknown' : 'later', afterMs: NEXT_SUSPECT_MS };
  }
  known.suspect = id;
  try {
    return await openNow(options, known, entry, kept, turn);
  } finally {
    known.suspect = undefined;
  }
}

async function openNow(
  options: OpenOptions,
  known: Known,
  entry: ClaimedEntry,
  kept: Kept,
  turn: Turn,
): Promise<Settlement> {
  const { id } = entry;
  // Nothing of it has left: a repeat stores nothing twice.
  if (entry.interrupted && !(await turn.reopen(id))) return { kind: 'untouched' };
  crashPoint('open.before', entry.lane.channel);
  const result = await options.open(kept, known.suspect === id);
  crashPoint('open.after', entry.lane.channel);
  switch (result.is) {
    case 'later':
      return later(options, entry, result.afterMs, 'it can not be opened now');
    case 'failed':
      return failure(options, known, entry, result.why);
    case 'opened':
      return await store(options, known, entry, kept, result.opened);
  }
}

async function store(
  options: OpenOptions,
  known: Known,
  entry: ClaimedEntry,
  kept: Kept,
  opened: unknown,
): Promise<Settlement> {
  let events: readonly InboundEvent[];
  try {
    events = await options.eventsOf(opened, kept);
  } catch (error) {
    options.onError(error);
    return failure(options, known, entry, 'the adapter met an error');
  }
  const messages = events.filter((event) => event.kind === 'message');
  try {
    await options.receive(messages, kept.id);
    for (const event of events) if (event.kind === 'status') await options.news(event);
  } catch (error) {
    options.onError(error);
    const afterMs = Math.min(NOT_STORED_MS.each * entry.attempts, NOT_STORED_MS.most);
    return later(options, entry, afterMs, 'what it says could not be stored');
  }
  options.note(
    kept.id,
    'opened',
    `${messages.length} messages, ${events.length - messages.length} news`,
  );
  return { kind: 'terminal', keep: false };
}

/** Past the deadline it is tried once more, too: nobody may have been there to try it before. */
function later(
  options: OpenOptions,
  { id, deadlineAt }: ClaimedEntry,
  afterMs: number,
  why: string,
): Settlement {
  const left = deadlineAt - options.now();
  if (left <= 0) {
    options.note(id, 'expired');
    return park(options, id, `it could not be opened in time: ${why}`);
  }
  const wait = Math.min(afterMs, left);
  options.note(id, 'later', `${why}; again in ${Math.ceil(wait / 1_000)} s`);
  return { kind: 'later', afterMs: wait };
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
  { failures }: Known,
  entry: ClaimedEntry,
  why: string,
): Settlement {
  const { id } = entry;
  const count = (failures.get(id) ?? 0) + 1;
  if (count >= FAILURES_TO_PARK) return park(options, id, `${why} (${count} times)`);
  failures.set(id, count);
  dropOldest(failures, REMEMBERED);
  return later(options, entry, AGAIN_MS * count, why);
}

function park(options: OpenOptions, id: MessageId, why: string): Settlement {
  options.note(id, 'parked', why);
  options.parked(id, why);
  return { kind: 'terminal', keep: true };
}
