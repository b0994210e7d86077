/** The lines which programs put above an original that they do not quote, and above a forward. */

import { FORWARDED, HEADER_NAMES, ORIGINAL } from './languages.ts';
import type { Line } from './lines.ts';

type Role = keyof typeof HEADER_NAMES;

/** A block of headers is not longer, wrapped lines included. */
const MOST_HEADER_LINES = 16;
const LONGEST_MARKER = 120;

const NAMES = new Map<string, Set<Role>>();
for (const role of ['from', 'date', 'to', 'cc', 'subject'] as const) {
  for (const name of HEADER_NAMES[role]) {
    NAMES.set(name, (NAMES.get(name) ?? new Set()).add(role));
  }
}
const HEADER = /^[\s*_]{0,4}([\p{L}\p{M}][\p{L}\p{M}\s.'’-]{0,24}?)[\s*_]{0,4}[:：]/u;
const FRAME = /^[-_=~*>]{2,20}\s{0,3}([^-_=~*>\s].{0,80}?)\s{0,3}[-_=~*<]{2,20}:?(?=$|\p{Lu})/u;
const ORIGINAL_SET = new Set(ORIGINAL);
const REPLY_ABOVE =
  /reply above this line|type your reply above|antworten sie über dieser zeile|antwort oberhalb dieser|répond(?:re|ez) au-dessus|responda? (?:por )?encima|rispondi sopra|antwoord boven deze|svar over denne/i;

/** "-----Original Message-----", in any of the languages, or a line above which to reply. */
export function isOriginalMarker(line: Line): boolean {
  const framed = framedText(line.bare);
  if (framed !== undefined && ORIGINAL_SET.has(framed.replace(/[.:]$/, ''))) return true;
  return line.bare.length <= LONGEST_MARKER && REPLY_ABOVE.test(line.bare);
}

/** "---------- Forwarded message ---------", "Begin forwarded message:". */
export function isForwardMarker(lines: readonly Line[], at: number): boolean {
  const bare = lines[at]?.bare ?? '';
  const framed = framedText(bare);
  if (framed === undefined && (bare.length > LONGEST_MARKER || !/[:：]$/.test(bare))) return false;
  const text = framed ?? bare.toLowerCase();
  if (!FORWARDED.some((stem) => text.includes(stem))) return false;
  // What is written by hand is followed by anything, a program's line by headers.
  const below = lines.slice(at + 1, at + 5).filter((line) => line.bare !== '');
  return framed !== undefined || below.some((line) => rolesOf(line.bare).size > 0);
}

/**
 * Whether a block of headers begins here: "From:", "Sent:", "To:", "Subject:" in one of the
 * languages, and in any order. Long values are wrapped, and some programs leave lines free between.
 */
export function isHeaderBlock(lines: readonly Line[], at: number): boolean {
  const first = lines[at];
  if (first === undefined || rolesOf(first.bare).size === 0) return false;
  const seen: ReadonlySet<Role>[] = [];
  let others = 0;
  let addressed = false;
  for (const line of lines.slice(at, at + MOST_HEADER_LINES)) {
    if (line.depth !== first.depth) break;
    const roles = rolesOf(line.bare);
    if (roles.size > 0) {
      seen.push(roles);
      others = 0;
      addressed ||= roles.has('subject') || line.bare.includes('@');
    } else {
      others += 1;
      if (others > 3) break;
    }
  }
  // "From: Paris, To: London, Date: Monday" is no mail.
  return addressed && distinct(seen) >= 3 && seen.some((roles) => roles.has('from'));
}

/** Some names mean two things: "Da" and "De" are "from", "Data" is a date, "A" is "to". */
function distinct(seen: readonly ReadonlySet<Role>[]): number {
  const roles = new Set<Role>();
  for (const line of seen) {
    const fresh = [...line].find((role) => !roles.has(role));
    if (fresh !== undefined) roles.add(fresh);
  }
  return roles.size;
}

function rolesOf(bare: string): ReadonlySet<Role> {
  const name = HEADER.exec(bare.slice(0, 60))?.[1];
  return NAMES.get(name?.toLowerCase().trim() ?? '') ?? new Set();
}

function framedText(bare: string): string | undefined {
  return FRAME.exec(bare.slice(0, LONGEST_MARKER))?.[1]?.replaceAll('İ', 'i').trim().toLowerCase();
}
