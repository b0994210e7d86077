import { type ErrorRule, ProviderError, refusalOf } from '../../errors.ts';
import type { SentNews } from '../provider.ts';
import {
  CREDENTIALS,
  ERROR_TABLE,
  FAILED,
  NOT_FOUND,
  REFUSED,
  THROTTLED,
  UNKNOWN,
} from './error-table.ts';
import type { HttpAnswer } from './http.ts';

const MAX_RETRY_AFTER_MS = 60 * 60_000;

/** An answer of the API that is not a success. */
export function errorOf(answer: HttpAnswer, peer: string, now: number): ProviderError {
  const code = numberIn(answer.json, 'code');
  const rule = ruleOf(answer.status, code);
  const afterMs =
    answer.status === 429 ? retryAfter(answer.retryAfter, answer.date ?? now) : undefined;
  return new ProviderError(rule, nameOf(code, `HTTP ${answer.status}`), peer, afterMs);
}

/** How a text that the provider had taken failed. */
export function failureOf(
  code: number | undefined,
  peer: string,
): NonNullable<SentNews['failure']> {
  const rule = (code === undefined ? undefined : ERROR_TABLE.get(code)) ?? FAILED;
  const name = nameOf(code, 'Twilio');
  return { rule, code: name, refusal: refusalOf(rule, name, peer) };
}

function ruleOf(status: number, code: number | undefined): ErrorRule {
  // Whatever a server in trouble says of the text, it may have taken it.
  if (status >= 500 || status === 408) return UNKNOWN;
  const known = code === undefined ? undefined : ERROR_TABLE.get(code);
  if (status === 429) return known?.retry === 'conversation' ? known : THROTTLED;
  if (known !== undefined) return known;
  if (status === 401 || status === 403) return CREDENTIALS;
  // A redirection is not followed: it would carry the credentials to another server.
  if (status === 404 || (status >= 300 && status < 400)) return NOT_FOUND;
  if (status >= 400) return REFUSED;
  return UNKNOWN;
}

function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1000), MAX_RETRY_AFTER_MS) : undefined;
}

function nameOf(code: number | undefined, otherwise: string): string {
  return code === undefined ? otherwise : `Twilio ${code}`;
}

export function numberIn(value: unknown, key: string): number | undefined {
  const found = fieldIn(value, key);
  return Number.isSafeInteger(found) ? Number(found) : undefined;
}

export function textIn(value: unknown, key: string): string | undefined {
  const found = fieldIn(value, key);
  return typeof found === 'string' ? found : undefined;
}

export function fieldIn(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
