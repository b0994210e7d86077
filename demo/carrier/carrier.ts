import { Conducts, type StatusStep } from './conduct.ts';
import { Ledger, type Text } from './ledger.ts';
import { callWebhook, type WebhookCaller, type WebhookResult } from './webhook.ts';

export interface CarrierOptions {
  /** `AC` and 32 hexadecimal digits. */
  readonly account: string;
  readonly token: string;
  /** The numbers of the account, E.164. */
  readonly numbers: readonly string[];
  /** Where texts to these numbers are posted to. */
  readonly inboundUrl?: string;
  readonly through?: URL;
}

/** The state of the stand-in: what its API and its control share. */
export class Carrier {
  readonly account: string;
  readonly token: string;
  readonly numbers: ReadonlySet<string>;
  readonly ledger = new Ledger();
  readonly conducts = new Conducts();
  inboundUrl: string | undefined;
  readonly #caller: WebhookCaller;
  #held: (() => void)[] = [];

  constructor({ account, token, numbers, inboundUrl, through }: CarrierOptions) {
    this.account = account;
    this.token = token;
    this.numbers = new Set(numbers);
    this.inboundUrl = inboundUrl;
    this.#caller = through === undefined ? { token } : { token, through };
  }

  /** Resolves when `release` reaches it. */
  held(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** Lets so many held answers go, the oldest first; returns how many there were. */
  release(count: number): number {
    const released = this.#held.splice(0, count);
    for (const go of released) go();
    return released.length;
  }

  /** Takes a text through its statuses, one callback after the other. */
  async process(text: Text, steps: readonly StatusStep[]): Promise<void> {
    for (const step of steps) await this.report(text, step);
  }

  /** One status, and its callback where the sender asked for it. */
  async report(text: Text, step: StatusStep): Promise<WebhookResult | undefined> {
    this.ledger.step(text, step);
    if (text.statusCallback === undefined) return undefined;
    const params = new Map([
      ...addressParams(this.account, text),
      ['MessageStatus', step.status],
      ['SmsStatus', step.status],
    ]);
    if (step.errorCode !== undefined) params.set('ErrorCode', String(step.errorCode));
    return callWebhook(text.statusCallback, params, this.#caller);
  }

  /**
   * A person's phone sends a text to one of the numbers.
   * @param extra further parameters of the webhook, or others in place of the usual
   */
  async text(
    written: { readonly from: string; readonly to: string; readonly body: string; sid?: string },
    extra: ReadonlyMap<string, string> = new Map(),
  ): Promise<WebhookResult & { readonly sid: string }> {
    const known = written.sid === undefined ? undefined : this.ledger.find(written.sid);
    const text = known ?? this.ledger.add({ ...written, direction: 'inbound', status: 'received' });
    if (this.inboundUrl === undefined) return { sid: text.sid, tries: [], ms: 0 };
    const params = new Map([
      ...addressParams(this.account, text),
      ['Body', text.body],
      ['NumMedia', '0'],
      ['NumSegments', '1'],
      ['SmsMessageSid', text.sid],
      ['SmsStatus', 'received'],
      ...extra,
    ]);
    return { sid: text.sid, ...(await callWebhook(this.inboundUrl, params, this.#caller)) };
  }
}

function addressParams(account: string, { sid, from, to }: Text): readonly [string, string][] {
  return [
    ['AccountSid', account],
    ['ApiVersion', '2010-04-01'],
    ['MessageSid', sid],
    ['SmsSid', sid],
    ['From', from],
    ['To', to],
  ];
}
