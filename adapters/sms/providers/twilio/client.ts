/** Twilio's Messages resource (API version 2010-04-01), and that of servers which speak the same. */

import type { NetworkMessageId, OwnAddress, PeerId } from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';
import { describePeer } from '../../address.ts';
import type { SmsConfig } from '../../config.ts';
import { ProviderError } from '../../errors.ts';
import type {
  Provider,
  ReceivedTexts,
  SendAttempt,
  SentEnds,
  SentText,
  SentTexts,
  TextToSend,
} from '../provider.ts';
import { ListError } from '../provider.ts';
import { errorOf, failureOf, fieldIn, numberIn, textIn } from './answer.ts';
import { basic, type Credentials, encodeForm, Http, type HttpAnswer, NoAnswer } from './http.ts';
import { stateOf } from './webhook.ts';

const MAX_BODY = 1600;
const MAX_VALIDITY_SECONDS = 36_000;
/** Twilio tries a webhook once more, unless its address asks for more ("connection overrides"). */
const TRY_HARD = 'rc=4&rp=all';
const PAGE_SIZE = 100;
const MAX_PAGES = 20;
const PAGE_TIMEOUT_MS = 15_000;
/** What Twilio puts before every text of an account that is on trial, in its list too. */
const TRIAL_PREFIX = /^Sent from your Twilio trial account - /;

export interface TwilioOptions {
  readonly config: SmsConfig;
  /** Where news of a text shall be posted. Undefined: nowhere, so that none comes. */
  readonly statusUrl: URL | undefined;
  /** How many calls may be under way at once. */
  readonly connections: number;
}

export class Twilio implements Provider {
  readonly maxText = MAX_BODY;
  readonly #http: Http;
  readonly #api: URL;
  readonly #messages: string;
  readonly #authorization: Credentials;
  readonly #statusUrl: URL | undefined;

  constructor({ config, statusUrl, connections }: TwilioOptions) {
    this.#api = new URL(config.apiUrl);
    this.#http = new Http(this.#api.protocol === 'https:', connections);
    const prefix = this.#api.pathname.replace(/\/$/, '');
    this.#messages = `${prefix}/2010-04-01/Accounts/${config.accountSid}/Messages.json`;
    this.#authorization = basic(config.accountSid, config.authToken);
    this.#statusUrl = statusUrl;
  }

  async send(text: TextToSend, attempt: SendAttempt): Promise<NetworkMessageId> {
    const answer = await this.#post(this.#form(text), attempt);
    const peer = describePeer(text.to);
    if (answer.status < 200 || answer.status > 299) throw errorOf(answer, peer, Date.now());
    const id = textIn(answer.json, 'sid');
    if (id === undefined || id === '') {
      throw new DeliveryError({ kind: 'unknown-outcome' }, 'the provider answered without an id');
    }
    // No status callback is made for the very first status.
    if (['failed', 'undelivered', 'canceled'].includes(textIn(answer.json, 'status') ?? '')) {
      const { rule, code } = failureOf(numberIn(answer.json, 'error_code'), peer);
      const { retry: _, ...final } = rule;
      throw new ProviderError(final, code, peer);
    }
    return id as NetworkMessageId;
  }

  async sent(from: OwnAddress, to: PeerId, since: number, signal: AbortSignal): Promise<SentTexts> {
    // Not narrowed by DateSent: a text that waits in Twilio's queue has none yet.
    const list = await this.#list({ To: to, From: from }, since, signal);
    const texts = list.entries.flatMap((entry): SentText[] => {
      const id = textIn(entry, 'sid');
      if (id === undefined || textIn(entry, 'direction') === 'inbound') return [];
      return [{ id: id as NetworkMessageId, text: bodyOf(entry) }];
    });
    return { texts, complete: list.complete };
  }

  async received(since: number, signal: AbortSignal): Promise<ReceivedTexts> {
    const day = new Date(since).toISOString().slice(0, 10);
    const list = await this.#list({ 'DateSent>': day }, since, signal);
    const texts = list.entries.flatMap((entry) => {
      const id = textIn(entry, 'sid');
      const from = textIn(entry, 'from');
      const to = textIn(entry, 'to');
      if (textIn(entry, 'direction') !== 'inbound') return [];
      if (id === undefined || from === undefined || to === undefined) return [];
      const text = textIn(entry, 'body') ?? '';
      const attachments = Number(textIn(entry, 'num_media')) || 0;
      return [{ id, from, to, text, attachments, sentAt: timeOf(entry) }];
    });
    return { texts, complete: list.complete };
  }

  async ends(since: number, signal: AbortSignal): Promise<SentEnds> {
    // Not narrowed by DateSent: what failed at once has none.
    const list = await this.#list({}, since, signal);
    const news = list.entries.flatMap((entry): SentEnds['news'][number][] => {
      const id = textIn(entry, 'sid');
      const is = stateOf(textIn(entry, 'status') ?? '');
      if (id === undefined || textIn(entry, 'direction') === 'inbound') return [];
      if (is !== 'delivered' && is !== 'failed') return [];
      const [from, to] = [textIn(entry, 'from') ?? '', textIn(entry, 'to') ?? ''];
      const end = { id: id as NetworkMessageId, is, from, to };
      if (is === 'delivered') return [end];
      const code = numberIn(entry, 'error_code');
      return [{ ...end, failure: failureOf(code, describePeer(to as PeerId)) }];
    });
    return { news, complete: list.complete };
  }

  close(): void {
    this.#http.close();
  }

  #form(text: TextToSend): URLSearchParams {
    const seconds = Math.min(Math.max(Math.floor(text.validMs / 1000), 1), MAX_VALIDITY_SECONDS);
    const form = new URLSearchParams({
      To: text.to,
      From: text.from,
      Body: text.text,
      ValidityPeriod: String(seconds),
    });
    if (this.#statusUrl !== undefined) {
      // The news may come before the answer that has the id: it says itself what it is about.
      const url = new URL(this.#statusUrl);
      url.searchParams.set('message', text.message);
      url.searchParams.set('part', String(text.part));
      url.hash = TRY_HARD;
      form.set('StatusCallback', url.href);
    }
    return form;
  }

  async #post(form: URLSearchParams, attempt: SendAttempt): Promise<HttpAnswer> {
    try {
      return await this.#http.call({
        url: new URL(this.#messages, this.#api),
        authorization: this.#authorization,
        form: encodeForm(form),
        signal: attempt.signal,
        leave: attempt.leave,
      });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new DeliveryError(
        error.left ? { kind: 'unknown-outcome' } : { kind: 'later' },
        error.message,
      );
    }
  }

  /**
   * Entries that are not older than `since` by our clock, oldest first. Twilio lists the newest first,
   * by its own clock: each answer says how late it is there.
   */
  async #list(query: Readonly<Record<string, string>>, since: number, signal: AbortSignal) {
    const entries: unknown[] = [];
    const parameters = new URLSearchParams({ ...query, PageSize: String(PAGE_SIZE) });
    let next: URL | undefined = new URL(`${this.#messages}?${parameters}`, this.#api);
    for (let page = 0; page < MAX_PAGES && next !== undefined; page += 1) {
      const { json, date } = await this.#get(next, signal);
      const ahead = date === undefined ? 0 : Date.now() - date;
      const messages = fieldIn(json, 'messages');
      if (!Array.isArray(messages)) throw new ListError('unreachable', 'the list was not a list');
      const recent = messages.filter((entry) => timeOf(entry) + ahead >= since);
      entries.push(...recent);
      const finished = messages.length > 0 && recent.length === 0;
      next = finished ? undefined : this.#nextPage(json);
    }
    // Turned round first: within one second, which is all that a time tells, the list has the order.
    entries.reverse().sort((a, b) => timeOf(a) - timeOf(b));
    return { entries, complete: next === undefined };
  }

  #nextPage(json: unknown): URL | undefined {
    const path = textIn(json, 'next_page_uri');
    if (path === undefined || path === '') return undefined;
    const url = new URL(path, this.#api);
    // The credentials go to the server that was configured, whatever the list says.
    if (url.origin !== this.#api.origin) throw new ListError('unreachable', 'the list leads away');
    return url;
  }

  async #get(url: URL, stop: AbortSignal): Promise<HttpAnswer> {
    let answer: HttpAnswer;
    try {
      const leave = () => {};
      const signal = AbortSignal.any([stop, AbortSignal.timeout(PAGE_TIMEOUT_MS)]);
      answer = await this.#http.call({
        ...{ url, authorization: this.#authorization, form: undefined },
        ...{ signal, leave },
      });
    } catch (error) {
      throw new ListError('unreachable', error instanceof NoAnswer ? error.message : 'no answer');
    }
    if (answer.status === 200) return answer;
    const reasons = { 401: 'refused', 403: 'refused', 404: 'absent' } as const;
    const reason = Object.entries(reasons).find(
      ([status]) => Number(status) === answer.status,
    )?.[1];
    throw new ListError(reason ?? 'unreachable', `the list was answered with ${answer.status}`);
  }
}

function bodyOf(entry: unknown): string {
  return (textIn(entry, 'body') ?? '').replace(TRIAL_PREFIX, '');
}

/** When an entry of a list was made, milliseconds since the epoch; in the far past where it says nothing. */
function timeOf(entry: unknown): number {
  const written = textIn(entry, 'date_created') ?? textIn(entry, 'date_sent') ?? '';
  const time = Date.parse(written);
  return Number.isNaN(time) ? 0 : time;
}
