/** What Twilio posts to us: texts for our numbers, and news of texts that we sent. */

import type {
  AdapterContext,
  MessageId,
  NetworkMessageId,
  WebhookRequest,
  WebhookResponse,
} from 'postern/adapter';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { describePeer, senderOf } from '../../address.ts';
import type { SmsConfig } from '../../config.ts';
import type { Inbox, ReceivedText, SentNews } from '../provider.ts';
import { failureOf } from './answer.ts';

const MAX_FIELDS = 200;
const MAX_PARTS = 1000;
/** Of Twilio, or a UUID at servers that speak the same. */
const SID = /^(?:[A-Z]{2}[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** Whatever else "To" says is another channel than SMS, or a request that was cut anew. */
const OWN_NUMBER = /^(?:\+[1-9][0-9]{6,14}|[0-9]{3,6})$/;
const MESSAGE_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Anybody can make us refuse, and a store that is away refuses all: the log must not grow with it. */
const WARN_EVERY_MS = 60_000;

const FORBIDDEN: WebhookResponse = { status: 403 };
const UNSIGNED =
  'refused a request that is not signed for its address: from a stranger, or http.publicUrl or authToken is not what the provider has';
const UNFIT = 'refused a signed request: of another account, or not about a text of a number';
const TRY_AGAIN: WebhookResponse = { status: 503 };
// Not an empty body and not 204: some servers that speak the same take those for a failure.
const DONE: WebhookResponse = {
  status: 200,
  contentType: 'text/xml',
  body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
};

export function mountWebhooks(context: AdapterContext<SmsConfig>, inbox: Inbox): void {
  const { config, log } = context;
  const mount = <T>(
    name: string,
    read: (form: Form, request: WebhookRequest) => T | 'nothing' | undefined,
    store: (event: T) => Promise<void>,
  ): void => {
    const refused = seldom((why) => log.warn({ webhook: name }, why));
    const notStored = seldom((why) => log.warn({ webhook: name }, why));
    const refuse = (why: string): WebhookResponse => {
      refused(why);
      return FORBIDDEN;
    };
    context.webhook(name, async (request) => {
      const form = readForm(request);
      if (form === undefined || !isSigned(form, request, config)) return refuse(UNSIGNED);
      const event = read(form, request);
      if (event === undefined) return refuse(UNFIT);
      if (event === 'nothing') return DONE;
      try {
        await store(event);
      } catch {
        // The error may quote what was to be stored.
        notStored('could not store what the provider posted');
        return TRY_AGAIN;
      }
      return DONE;
    });
  };
  mount(
    'message',
    (form) => readText(form, config),
    (text) => inbox.text(text),
  );
  mount(
    'status',
    (form, request) => readNews(form, request, config),
    (news) => inbox.news(news),
  );
}

function seldom(warn: (why: string) => void): (why: string) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (why) => {
    const now = performance.now();
    if (now - warnedAt < WARN_EVERY_MS) return;
    warnedAt = now;
    warn(why);
  };
}

/** Every field with all its values, as the signature covers them. */
type Form = ReadonlyMap<string, readonly string[]>;

function readForm(request: WebhookRequest): Form | undefined {
  const form = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(request.body.toString('utf8'))) {
    count += 1;
    if (count > MAX_FIELDS) return undefined;
    const values = form.get(name);
    if (values === undefined) form.set(name, [value]);
    else values.push(value);
  }
  return form;
}

function isSigned(form: Form, request: WebhookRequest, config: SmsConfig): boolean {
  const signature = request.headers.get('x-twilio-signature');
  if (signature === undefined) return false;
  // Without a prototype, so that a field called "__proto__" is a field.
  const parameters: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, values] of form) {
    const [first, ...others] = values;
    parameters[name] = others.length === 0 ? (first ?? '') : values;
  }
  const tokens = [config.authToken, config.secondAuthToken].filter((token) => token !== undefined);
  try {
    return tokens.some((token) => validateRequest(token, signature, request.url, parameters));
  } catch {
    return false;
  }
}

/**
 * The value of a field that is there once. The signature does not cover where one field ends and the
 * next begins, so that a request which was recorded can be cut anew: what matters must be whole.
 */
function only(form: Form, name: string): string | undefined {
  const values = form.get(name);
  return values?.length === 1 ? values[0] : undefined;
}

function readSid(form: Form, config: SmsConfig): string | undefined {
  const sid = only(form, 'MessageSid');
  if (sid === undefined || !SID.test(sid)) return undefined;
  return only(form, 'AccountSid') === config.accountSid ? sid : undefined;
}

function readText(form: Form, config: SmsConfig): ReceivedText | undefined {
  const id = readSid(form, config);
  const from = only(form, 'From');
  const to = only(form, 'To');
  const text = only(form, 'Body');
  if (id === undefined || from === undefined || to === undefined || text === undefined) {
    return undefined;
  }
  if (!OWN_NUMBER.test(to)) return undefined;
  const attachments = Number(only(form, 'NumMedia') ?? 0);
  const optOut = only(form, 'OptOutType')?.toLowerCase();
  return {
    id,
    from,
    to,
    text,
    attachments: Number.isSafeInteger(attachments) ? attachments : 0,
    ...(optOut === 'stop' || optOut === 'start' ? { optOut } : {}),
  };
}

function readNews(
  form: Form,
  request: WebhookRequest,
  config: SmsConfig,
): SentNews | 'nothing' | undefined {
  const id = readSid(form, config);
  const status = only(form, 'MessageStatus');
  if (id === undefined || status === undefined) return undefined;
  const is = stateOf(status);
  if (is === undefined) return 'nothing';
  const to = only(form, 'To') ?? '';
  const message = request.query.get('message') ?? '';
  const part = Number(request.query.get('part'));
  const isOurs =
    MESSAGE_ID.test(message) && Number.isInteger(part) && part >= 0 && part < MAX_PARTS;
  const news: SentNews = {
    id: id as NetworkMessageId,
    message: isOurs ? (message as MessageId) : undefined,
    part,
    is,
    from: only(form, 'From') ?? '',
    to,
  };
  if (is !== 'failed') return news;
  const peer = senderOf(to, config);
  const code = Number(only(form, 'ErrorCode') ?? Number.NaN);
  const name = peer === undefined ? 'The recipient' : describePeer(peer);
  return { ...news, failure: failureOf(Number.isSafeInteger(code) ? code : undefined, name) };
}

/** Undefined: no news. That a carrier took it ("sent") is no delivery. */
export function stateOf(status: string): SentNews['is'] | undefined {
  switch (status) {
    case 'sent':
    case 'partially_delivered':
      return 'accepted';
    case 'delivered':
    case 'read':
      return 'delivered';
    case 'undelivered':
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      return undefined;
  }
}
