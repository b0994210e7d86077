/** One line for people out of an invitation (RFC 5545). */

import { clip, oneLine } from './words.ts';

/** RFC 5546 §1.4 */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['REQUEST', 'Invitation'],
  ['CANCEL', 'Cancelled'],
  ['REPLY', 'Answer to an invitation'],
  ['COUNTER', 'Another time proposed'],
]);

const MAX_LINE = 300;

// Each stops where `^` may match again, which is more than LF, or a long text would take very long.
const SUMMARY = /^SUMMARY[^:\r\n\u2028\u2029]*:([^\r\n]*)/im;
const LOCATION = /^LOCATION[^:\r\n\u2028\u2029]*:([^\r\n]*)/im;
const START = /^DTSTART((?:;[^:\r\n\u2028\u2029]*)?):(\d{8})(?:T(\d{4})\d{0,2}(Z?))?/im;

/** @returns `[Invitation: Lunch, 2026-05-05 12:00 (Europe/Berlin)]`, undefined where it is no event */
export function eventLine(calendar: string): string | undefined {
  const unfolded = calendar.replace(/\r?\n[ \t]/g, '');
  // A description of a time zone, in front of the event, has times too.
  const at = unfolded.search(/^BEGIN:VEVENT\s*$/im);
  if (at < 0) return undefined;
  const event = unfolded.slice(at);
  const method = /^METHOD:(\w+)/im.exec(unfolded)?.[1]?.toUpperCase() ?? '';
  const summary = SUMMARY.exec(event)?.[1] ?? '';
  const place = LOCATION.exec(event)?.[1] ?? '';
  const said = [unescaped(summary), start(event), unescaped(place)].filter((text) => text !== '');
  return `[${METHODS.get(method) ?? 'Event'}: ${clip(oneLine(said.join(', ')), MAX_LINE)}]`;
}

function start(event: string): string {
  const [, parameters = '', date = '', time, zone] = START.exec(event) ?? [];
  const day = date.replace(/^(....)(..)(..)$/, '$1-$2-$3');
  if (time === undefined) return day;
  const name = /TZID=([^;:"]{1,60})/i.exec(parameters)?.[1];
  const where = zone === 'Z' ? ' UTC' : name === undefined ? '' : ` (${name})`;
  return `${day} ${time.slice(0, 2)}:${time.slice(2)}${where}`;
}

/** RFC 5545 §3.3.11 */
function unescaped(text: string): string {
  return text
    .replace(/\\n/gi, ' ')
    .replace(/\\([\\;,])/g, '$1')
    .trim();
}
