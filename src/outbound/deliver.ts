/**
 * The way XMPP → network, second step: the head of a lane is handed to the network, and what became
 * of it is written down.
 */

import type {
  Handed,
  MessageId,
  NetworkMessageId,
  Refusal,
  Session,
  Verdict,
} from '../contract/index.ts';
import { DeliveryError } from '../contract/index.ts';
import { crashPoint } from '../crash-point.ts';
import {
  type Claim,
  type ClaimedEntry,
  CRASHES_TO_PARK,
  type NewEntry,
  type Settlement,
} from '../lanes/lane-store.ts';
import type { LaneServer, Served, Turn } from '../lanes/serving.ts';
import { readOutbound, type StoredOutbound, UnreadableError } from '../lanes/stored.ts';
import type { BareJid } from '../xmpp/jid.ts';
import { attemptOf } from './attempt.ts';
import type { DeliverOptions, Job } from './deliver-options.ts';
import { outboundEvent } from './event.ts';
import { endsInDoubt, reconcile } from './reconcile.ts';
import { askAfter, backoff } from './retry.ts';
import {
  expired,
  LOST_ACCOUNT,
  LOST_ACCOUNT_IN_DOUBT,
  MAY_HAVE_BEEN_SENT,
  POISONED,
} from './texts.ts';

/** While an account's credentials are refused: rarely enough that no network takes it for an attack. */
const RELINK_MS = 60_000;
/** While a network takes nothing from us: so soon after it is mended messages go out again. */
const PAUSE_MS = 60_000;

interface Outcome {
  readonly settlement: Settlement;
  readonly reports?: readonly NewEntry[];
  readonly pauseMs?: number;
  /** News that came before the answer: applied once the settlement is stored. */
  readonly earlier?: readonly string[];
  /** Lets the sender see what he said: called once the settlement is stored. */
  readonly show?: () => void;
}

export function deliverer(options: DeliverOptions): LaneServer {
  /** Of a claim that is never settled by us, because it was fenced, nothing is left to clear away. */
  const outcomes = new WeakMap<Claim, Outcome>();
  return {
    async serve(claim, turn) {
      const [entry] = claim.entries;
      if (entry === undefined) return { settlements: [], reports: [] };
      const outcome = await outcomeOf(options, entry, turn);
      outcomes.set(claim, outcome);
      const { settlement, reports = [], pauseMs } = outcome;
      return { settlements: [settlement], reports, ...(pauseMs === undefined ? {} : { pauseMs }) };
    },
    settled(claim: Claim, served: Served, confirmed: readonly MessageId[]) {
      if (served.reports.length > 0) options.nudgeInbound(claim.lane.partition);
      for (const id of confirmed) options.confirmedEarly(id);
      const [entry] = claim.entries;
      const { show, earlier } = outcomes.get(claim) ?? {};
      show?.();
      if (entry !== undefined && earlier !== undefined) options.newsOf(entry.id, earlier);
    },
  };
}

async function outcomeOf(
  options: DeliverOptions,
  entry: ClaimedEntry,
  turn: Turn,
): Promise<Outcome> {
  let event: StoredOutbound;
  try {
    event = readOutbound(entry.event);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const why = `what is stored can not be read: ${error.message}`;
    options.note(entry.id, 'parked', why);
    options.parked(entry.id, why);
    return { settlement: { kind: 'terminal', keep: true } };
  }
  if (entry.crashes >= CRASHES_TO_PARK) {
    options.parked(entry.id, `${entry.crashes} attempts ended in a crash`);
    return fail(options, entry, event, POISONED, true);
  }
  const account = options.accounts.find(event.account as BareJid);
  if (account === undefined) {
    const inDoubt = entry.interrupted || entry.parts.length > 0;
    return fail(options, entry, event, inDoubt ? LOST_ACCOUNT_IN_DOUBT : LOST_ACCOUNT);
  }
  const { wantsReceipt } = event.reply;
  const message = outboundEvent(entry.id, event, wantsReceipt, entry.acceptedAt);
  const job: Job = { entry, event, message, turn };
  const session = options.sessionOf(account);
  return entry.interrupted
    ? await afterInterruption(options, job, session)
    : await attempt(options, job, session, entry.attempts);
}

async function attempt(
  options: DeliverOptions,
  job: Job,
  session: Session,
  number: number,
  sentParts = partsOf(job.entry),
): Promise<Outcome> {
  const { entry, message, turn } = job;
  const deadlineAt = options.deadlineOf(entry);
  if (options.now() >= deadlineAt) return expire(options, job, sentParts.size > 0);
  options.note(entry.id, 'attempt', `attempt ${number}`);
  const { attempt, left } = attemptOf(number, entry.id, sentParts, turn, deadlineAt);
  try {
    crashPoint('send.before', entry.lane.channel);
    const result = await session.deliver(message, attempt);
    crashPoint('send.after', entry.lane.channel);
    return await handed(options, job, result);
  } catch (error) {
    return failed(options, job, session, number, verdictOf(error, left()), error);
  }
}

async function handed(options: DeliverOptions, job: Job, result: Handed): Promise<Outcome> {
  const { entry, event } = job;
  const parts = result.networkIds.map((networkId, part) => ({ part, networkId }));
  options.note(entry.id, 'handed', result.networkIds.join(' ') || undefined, result.networkIds);
  // Once he has seen it nothing else may be said of it: not even that a crash left it in doubt.
  const shown =
    event.kind === 'room-message'
      ? { show: await options.saidInRoom(entry.id, event, result.said) }
      : undefined;
  if (result.delivered === true || options.capabilities.receipts === 'none') {
    const sure = result.delivered === true;
    if (sure) options.note(entry.id, 'delivered');
    return {
      settlement: { kind: 'handed', parts, keepMs: 0 },
      reports: sure ? options.reports.delivered(entry.id, event) : [],
      ...shown,
    };
  }
  const keepMs = options.capabilities.confirmationMs;
  const bound = parts.map(({ networkId }) =>
    options.lanes.bind(options.transport, networkId, entry.id, keepMs),
  );
  const earlier = (await Promise.all(bound)).flat();
  crashPoint('bind.after', entry.lane.channel);
  return { settlement: { kind: 'handed', parts, keepMs }, earlier, ...shown };
}

function failed(
  options: DeliverOptions,
  job: Job,
  session: Session,
  number: number,
  verdict: Verdict,
  error: unknown,
): Outcome {
  const { entry, event } = job;
  const why = error instanceof DeliveryError ? error.message : 'the adapter met an error';
  if (!(error instanceof DeliveryError)) options.onError(error);
  switch (verdict.kind) {
    case 'never':
      return fail(options, entry, event, verdict.refusal, false, why);
    case 'after-relink':
      return later(options, job, RELINK_MS, why);
    case 'unknown-outcome':
      options.note(entry.id, 'unknown', why);
      // However often it had to wait before, of what can only be told its sender hears soon.
      return again(
        options,
        job,
        'unknown',
        askAfter(endsInDoubt(options, session) ? 1 : number, options.chance()),
      );
    case 'later': {
      const afterMs = verdict.afterMs ?? backoff(number, options.chance());
      const outcome = later(options, job, afterMs, why);
      const pauseMs = verdict.afterMs ?? Math.min(afterMs, PAUSE_MS);
      return verdict.scope === 'transport' ? { ...outcome, pauseMs } : outcome;
    }
  }
}

function later(options: DeliverOptions, job: Job, afterMs: number, why: string): Outcome {
  const outcome = again(options, job, 'later', afterMs);
  const seconds = Math.ceil(outcome.settlement.afterMs / 1_000);
  options.note(job.entry.id, 'later', `${why}; again in ${seconds} s`);
  return outcome;
}

/**
 * At the deadline at the latest: the next turn knows which parts were sent, and tells the sender. And
 * when he is to be told that it takes long, if he is.
 */
function again(
  options: DeliverOptions,
  { entry, event }: Job,
  kind: 'later' | 'unknown',
  afterMs: number,
): Outcome & { readonly settlement: { readonly afterMs: number } } {
  const now = options.now();
  const deadlineAt = options.deadlineOf(entry);
  const noticeAt = entry.acceptedAt + (options.capabilities.delayNoticeMs ?? Infinity);
  const late = now >= noticeAt;
  const wait = Math.max(1, Math.min(afterMs, deadlineAt - now, late ? Infinity : noticeAt - now));
  return {
    settlement: { kind, afterMs: wait },
    reports: late ? options.reports.delayed(entry, event, deadlineAt) : [],
  };
}

async function afterInterruption(
  options: DeliverOptions,
  job: Job,
  session: Session,
): Promise<Outcome> {
  const { entry, event, turn } = job;
  if (event.kind === 'room-message' && options.wasSaidInRoom(entry.id, event)) {
    // The network had it; only the settlement was not stored any more. Its sender comes back into the
    // room, where it is among what was said before.
    options.note(entry.id, 'reconciled', 'it is in the archive of the room');
    return { settlement: { kind: 'handed', parts: [], keepMs: 0 } };
  }
  const found = await reconcile(options, job, session);
  switch (found.result) {
    case 'handed':
      options.note(entry.id, 'reconciled', 'the network has it');
      return await handed(options, job, found.handed);
    case 'ask-later':
      return { settlement: { kind: 'unknown', afterMs: found.afterMs } };
    case 'unknown':
      if (options.unknownOutcome === 'fail') {
        return fail(options, entry, event, MAY_HAVE_BEEN_SENT, false, 'nobody can tell');
      }
      break;
    case 'absent':
      options.note(entry.id, 'reconciled', 'the network does not have it');
      break;
    case 'part':
      options.note(entry.id, 'reconciled', `the network has part ${found.part + 1}`);
      if (!(await turn.partSent(entry.id, found.part, found.id))) return UNTOUCHED;
      break;
  }
  const parts = partsOf(entry);
  if (found.result === 'part') parts.set(found.part, found.id);
  if (!(await turn.reopen(entry.id))) return UNTOUCHED;
  return await attempt(options, job, session, entry.attempts + 1, parts);
}

/** The claim is fenced: whoever holds the lane now decides. */
const UNTOUCHED: Outcome = { settlement: { kind: 'untouched' } };

function fail(
  options: DeliverOptions,
  entry: ClaimedEntry,
  event: StoredOutbound,
  refusal: Refusal,
  keep = false,
  why: string = refusal.text,
): Outcome {
  options.note(entry.id, 'failed', why);
  return {
    settlement: { kind: 'terminal', keep },
    reports: options.reports.failed(entry, event, refusal),
  };
}

function expire(options: DeliverOptions, { entry, event }: Job, inPart: boolean): Outcome {
  options.note(entry.id, 'expired');
  return {
    settlement: { kind: 'terminal', keep: false },
    reports: options.reports.failed(entry, event, expired(options.deadlineMs, inPart)),
  };
}

/** Whatever is thrown without a verdict is a passing fault until bytes have left. */
function verdictOf(error: unknown, left: boolean): Verdict {
  if (error instanceof DeliveryError) return error.verdict;
  return left ? { kind: 'unknown-outcome' } : { kind: 'later' };
}

function partsOf(entry: ClaimedEntry): Map<number, NetworkMessageId> {
  return new Map(entry.parts.map(({ part, networkId }) => [part, networkId]));
}
