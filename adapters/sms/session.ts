import type {
  AccountLink,
  AdapterContext,
  Attempt,
  Handed,
  NetworkMessageId,
  OutboundMessage,
  OwnAddress,
  PastAttempt,
  Reconciled,
  Session,
} from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';
import type { SmsAccount } from './config.ts';
import { ProviderError } from './errors.ts';
import { type OptOuts, optOutRefusal } from './optout.ts';
import { ListError, type Provider } from './providers/provider.ts';
import type { Remarks } from './remarks.ts';
import { splitText } from './segments.ts';

/** For so long after its intent a text may leave: see `Attempt.signal`. */
const ATTEMPT_MS = 20_000;
/** And so long after that it may be missing in the provider's list although it was taken. */
const LIST_LAG_MS = 10_000;
/** A provider in trouble is asked ever less often. */
const ASK_AGAIN_MS = { first: 5_000, most: 300_000 } as const;
/**
 * What may pass between two looks at our clock, and what a list rounds. No more than needed: an equal text
 * that somebody sent from the same number by other means would be taken for this one.
 */
const CLOCK_SKEW_MS = 30_000;
/** Twilio advises against less: it would only be paid for, and expire. */
const LEAST_VALID_MS = 5_000;

export interface SessionOptions {
  readonly account: AccountLink<SmsAccount>;
  readonly provider: Provider;
  readonly optOuts: OptOuts;
  readonly remarks: Remarks;
  readonly log: AdapterContext['log'];
}

/** One account: a number to send from. Holds no connection and no state of its own. */
export class SmsSession implements Session<'message'> {
  readonly #options: SessionOptions;
  readonly #own: OwnAddress;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#own = options.account.settings.number as OwnAddress;
  }

  async deliver(event: OutboundMessage, attempt: Attempt): Promise<Handed> {
    const { provider, optOuts } = this.#options;
    if (optOuts.has(this.#own, event.peer)) throw optedOut(event);
    const unsent = attempt.sentParts.size === 0;
    if (unsent && attempt.deadlineAt - Date.now() < LEAST_VALID_MS) throw tooLate();
    const parts = splitText(event.text, provider.maxText);
    const networkIds: NetworkMessageId[] = [];
    for (const [part, text] of parts.entries()) {
      const sent = attempt.sentParts.get(part);
      const id = sent ?? (await this.#send(event, part, text, attempt));
      if (sent === undefined && parts.length > 1) await attempt.partSent(part, id, parts.length);
      networkIds.push(id);
    }
    return { networkIds };
  }

  /** A repeat can not be recognised by the provider, but it lists what it took. */
  async reconcile(event: OutboundMessage, past: PastAttempt): Promise<Reconciled> {
    const parts = splitText(event.text, this.#options.provider.maxText);
    const part = parts.findIndex((_, index) => !past.sentParts.has(index));
    const text = parts[part];
    if (text === undefined) return { result: 'handed', handed: handed(past.sentParts) };
    // Its age before the question: a list that was read too early proves nothing.
    const age = Date.now() - past.startedAt;
    const later: Reconciled = { result: 'ask-later', afterMs: askAgainMs(age) };
    const found = await this.#find(event, text, past);
    switch (found.is) {
      case 'unknown':
        return { result: 'unknown' };
      case 'unreadable':
        return later;
      case 'absent':
        return age >= ATTEMPT_MS + LIST_LAG_MS ? { result: 'absent' } : later;
      case 'there':
        if (part < parts.length - 1) return { result: 'part', part, id: found.id };
        return { result: 'handed', handed: handed(new Map([...past.sentParts, [part, found.id]])) };
    }
  }

  async close(): Promise<void> {}

  async #send(
    event: OutboundMessage,
    part: number,
    text: string,
    attempt: Attempt,
  ): Promise<NetworkMessageId> {
    const { provider, remarks } = this.#options;
    const leave = () => attempt.leave(part);
    const toSend = {
      message: event.id,
      part,
      from: this.#own,
      to: event.peer,
      text,
      validMs: attempt.deadlineAt - Date.now(),
    };
    try {
      const id = await provider.send(toSend, { signal: attempt.signal, leave });
      remarks.health('connected', 'the provider takes texts');
      return id;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      await this.#remark(error, event);
      throw part === 0 ? error : sentInPart(error);
    }
  }

  /** The verdict stands, whether or not what it calls for could be stored. */
  async #remark(error: ProviderError, event: OutboundMessage): Promise<void> {
    const { remarks, log } = this.#options;
    try {
      await remarks.failed(error, this.#own, event.peer);
    } catch {
      log.warn({ code: error.code }, 'could not store what the answer of the provider calls for');
    }
  }

  async #find(event: OutboundMessage, text: string, past: PastAttempt): Promise<Found> {
    const since = past.startedAt - CLOCK_SKEW_MS;
    const sentParts = new Set(past.sentParts.values());
    let hidden = false;
    try {
      const { provider } = this.#options;
      const list = await provider.sent(this.#own, event.peer, since, past.signal);
      for (const candidate of list.texts) {
        const same = candidate.text.trim() === text.trim();
        if (!same && candidate.text !== '') continue;
        if (sentParts.has(candidate.id) || (await past.isKnown(candidate.id))) continue;
        if (same) return { is: 'there', id: candidate.id };
        hidden = true;
      }
      return { is: list.complete && !hidden ? 'absent' : 'unknown' };
    } catch (error) {
      if (!(error instanceof ListError)) throw error;
      return { is: error.reason === 'absent' ? 'unknown' : 'unreadable' };
    }
  }
}

/** `unknown`: the provider keeps no texts, or no list. `unreadable`: not now. */
type Found =
  | { readonly is: 'there'; readonly id: NetworkMessageId }
  | { readonly is: 'absent' | 'unknown' | 'unreadable' };

function askAgainMs(age: number): number {
  return Math.min(Math.max(Math.round(age / 4), ASK_AGAIN_MS.first), ASK_AGAIN_MS.most);
}

function handed(parts: ReadonlyMap<number, NetworkMessageId>): Handed {
  const inOrder = [...parts].sort(([a], [b]) => a - b);
  return { networkIds: inOrder.map(([, id]) => id) };
}

/** The parts before this one are on their way: "not delivered" would be untrue. */
function sentInPart(error: ProviderError): DeliveryError {
  const { verdict } = error;
  if (verdict.kind !== 'never') return error;
  const text = verdict.refusal.text.replace(/^Not delivered:/, 'Sent in part:');
  return new DeliveryError({ kind: 'never', refusal: { ...verdict.refusal, text } }, error.message);
}

/** Until its deadline it waits, and then its sender is told that it expired. */
function tooLate(): DeliveryError {
  return new DeliveryError({ kind: 'later' }, 'too late to be delivered before its deadline');
}

function optedOut(event: OutboundMessage): DeliveryError {
  const refusal = optOutRefusal(event.peer);
  return new DeliveryError({ kind: 'never', refusal }, 'the recipient opted out');
}
