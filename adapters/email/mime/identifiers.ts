/** Message-ID, In-Reply-To, References (RFC 5322 §3.6.4) and Date (§3.3). */

import type { Field } from './header.ts';

const MAX_REFERENCES = 50;
const MAX_ID = 250;
/** What stands between the brackets: anything visible in ASCII that is no bracket, since not all have an @. */
const ID = /^[\x21-\x3b\x3d\x3f-\x7e]+$/;

const HOUR_MS = 3_600_000;
/** Queues give up after five days: an older date is a clock that is wrong, or a mail sent again. */
const OLDEST_MS = 7 * 24 * HOUR_MS;
const CLOCK_SKEW_MS = 10 * 60_000;

/** The ids of a field, without brackets, in their order; the last 50. */
export function messageIds(raw: string): readonly string[] {
  const written = raw.includes('<')
    ? Array.from(raw.matchAll(/<([^<>]*)>/g), ([, id = '']) => id.trim())
    : raw.split(/[\s,]+/);
  return written.filter((id) => id.length <= MAX_ID && ID.test(id)).slice(-MAX_REFERENCES);
}

export function idsOf(fields: readonly Field[], name: string): readonly string[] {
  const raw = fields.filter((field) => field.name === name).map((field) => field.raw);
  return messageIds(raw.join(' '));
}

/** @returns Unix time in milliseconds, undefined where it is no date or can not be true */
export function believableDate(raw: string | undefined, now: number): number | undefined {
  const time = raw === undefined || raw.length > 100 ? Number.NaN : Date.parse(raw);
  return time > now - OLDEST_MS && time < now + CLOCK_SKEW_MS ? time : undefined;
}
