/** What each line of a mail is for. */

import { attributionStart } from './attribution.ts';
import type { Line } from './lines.ts';
import { isForwardMarker, isHeaderBlock, isOriginalMarker } from './original.ts';
import {
  isDelimiter,
  isFooter,
  isRule,
  isSignatureBelow,
  lengthOfSignature,
  sentFrom,
} from './signature.ts';

export type Kind =
  | 'blank'
  | 'text'
  | 'quote'
  /** Says whose the quote below is. */
  | 'attribution'
  /** An original that is not marked line by line. */
  | 'history'
  /** Somebody else's mail, which is what is sent. */
  | 'forward'
  | 'signature'
  /** The frame of a signed text. */
  | 'armour';

/** Lines below a rule that are looked at: a signature has fewer. */
const MOST_BELOW = 40;
/** A quoted line that a program has wrapped was at least this long. */
const SHORTEST_WRAPPED = 55;

export interface How {
  /** The mail is known to be a forward, from its subject: what it holds of others is what it is for. */
  readonly forward?: boolean;
}

/** One kind for each line. Linear: every rule looks at a bounded number of lines. */
export function kindsOf(lines: readonly Line[], { forward = false }: How): Kind[] {
  const kinds: Kind[] = lines.map((line) => basicKind(line));
  markArmour(lines, kinds);
  markEnclosed(lines, kinds);
  markWrapped(lines, kinds);
  markAttributions(lines, kinds);
  markForeign(lines, kinds, forward);
  markSignatures(lines, kinds);
  return kinds;
}

function basicKind(line: Line): Kind {
  if (line.depth > 0) return 'quote';
  if (line.bare === '') return 'blank';
  if (line.mark === 'signature' || line.mark === 'attribution') return line.mark;
  return 'text';
}

/** RFC 9580 §7: "-----BEGIN PGP SIGNED MESSAGE-----", headers, an empty line; the signature. */
function markArmour(lines: readonly Line[], kinds: Kind[]): void {
  let inside: 'headers' | 'signature' | undefined;
  for (const [at, { bare }] of lines.entries()) {
    if (bare === '-----BEGIN PGP SIGNED MESSAGE-----') inside = 'headers';
    if (bare === '-----BEGIN PGP SIGNATURE-----') inside = 'signature';
    if (inside === 'headers' && bare === '') inside = undefined;
    if (inside === undefined) continue;
    kinds[at] = 'armour';
    if (bare === '-----END PGP SIGNATURE-----') inside = undefined;
  }
}

/** Quotes between ">>> Name >>>" and "<<< Name <<<", or ">>>>" and "<<<<". */
function markEnclosed(lines: readonly Line[], kinds: Kind[]): void {
  let open: number | undefined;
  for (const [at, { text }] of lines.entries()) {
    if (/^>{3}.{0,200}>{3}$|^>{4,}$/.test(text)) open ??= at;
    if (open === undefined || !/^<{3}.{0,200}<{3}$|^<{4,}$/.test(text)) continue;
    kinds.fill('quote', open, at + 1);
    open = undefined;
  }
}

/** The end of a long quoted line, which stands below it without a mark. */
function markWrapped(lines: readonly Line[], kinds: Kind[]): void {
  for (const [at, line] of lines.entries()) {
    const above = lines[at - 1];
    if (kinds[at] !== 'text' || above === undefined || kinds[at - 1] !== 'quote') continue;
    const tail = above.text.length >= SHORTEST_WRAPPED && /^[\p{Ll}\p{Nd}<]/u.test(line.bare);
    // Where no quote goes on below it, it may as well be an answer in small letters.
    if (tail && kinds[at + 1] === 'quote') kinds[at] = 'quote';
  }
}

function markAttributions(lines: readonly Line[], kinds: Kind[]): void {
  for (let at = lines.length - 1, below: Kind | undefined; at >= 0; at -= 1) {
    const quoteBelow = below === 'quote' || isMarkedByName(lines, at);
    const line = lines[at];
    if (kinds[at] === 'text' && line !== undefined) {
      const start = attributionStart(lines, at, quoteBelow);
      if (start !== undefined) {
        kinds.fill('attribution', start, at + 1);
        markNamed(lines, kinds, at + 1);
        at = start;
      }
    }
    if (kinds[at] !== 'blank') below = kinds[at];
  }
}

/** "Juliet> like this", "| or this": quotes only below an attribution. */
const NAMED_QUOTE = /^(?:\p{L}{1,12}>|\|)(?:\s|$)/u;

function isMarkedByName(lines: readonly Line[], at: number): boolean {
  const below = lines[at + 1]?.bare === '' ? lines[at + 2] : lines[at + 1];
  return below !== undefined && NAMED_QUOTE.test(below.bare);
}

function markNamed(lines: readonly Line[], kinds: Kind[], from: number): void {
  for (let at = from; at < lines.length; at += 1) {
    const bare = lines[at]?.bare ?? '';
    if (NAMED_QUOTE.test(bare)) kinds[at] = 'quote';
    else if (bare !== '' && kinds[at] !== 'quote') return;
  }
}

/** Forwards and unquoted originals: both reach to the end. */
function markForeign(lines: readonly Line[], kinds: Kind[], forward: boolean): void {
  const next = nextKinds(kinds);
  let fresh = false;
  let above: Kind | undefined;
  for (const [at, line] of lines.entries()) {
    const kind = kinds[at];
    // In a quote of history a forward is history too.
    const ofHistory = kind === 'quote' && (above === 'quote' || above === 'attribution');
    if (!ofHistory && isForwardMarker(lines, at)) {
      kinds.fill('forward', at);
      return;
    }
    // With nothing new above it, and no quote below, it is the writer's who tells what was written.
    if (kind === 'attribution' && !fresh && next[at] !== 'quote') kinds[at] = 'text';
    const begins =
      line.mark === 'history' ||
      (kind === 'text' && (isOriginalMarker(line) || isHeaderBlock(lines, at))) ||
      (kind === 'attribution' && next[at] !== 'quote' && next[at] !== undefined);
    if (begins && fresh) {
      kinds.fill(forward ? 'forward' : 'history', at);
      return;
    }
    fresh ||= kind === 'text' && isAnswer(line);
    if (kind !== 'blank') above = kind;
  }
}

/** Nobody answers with a greeting alone. */
function isAnswer(line: Line): boolean {
  return !isDelimiter(line) && !isRule(line) && !/[,،，]$/u.test(line.bare);
}

/** For each line the kind of the next that is neither blank nor of an attribution. */
function nextKinds(kinds: readonly Kind[]): readonly (Kind | undefined)[] {
  const next: (Kind | undefined)[] = new Array(kinds.length);
  let below: Kind | undefined;
  for (let at = kinds.length - 1; at >= 0; at -= 1) {
    next[at] = below;
    const kind = kinds[at];
    if (kind !== 'blank' && kind !== 'attribution') below = kind;
  }
  return next;
}

/** A signature reaches to the next thing that is not the writer's. */
function markSignatures(lines: readonly Line[], kinds: Kind[]): void {
  const ends = sectionEnds(kinds);
  let fresh = false;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const end = ends[at];
    if (line === undefined || end === undefined || kinds[at] !== 'text') continue;
    if (fresh && beginsSignature(lines, at, end)) {
      const signed = at + lengthOfSignature(lines.slice(at, Math.min(end, at + MOST_BELOW)));
      const stop = signed < at + MOST_BELOW ? signed : end;
      kinds.fill('signature', at, stop);
      at = stop - 1;
    } else if (sentFrom(line) === 'device' && isAlone(lines, at)) {
      kinds[at] = 'signature';
    } else {
      fresh = true;
    }
  }
}

function beginsSignature(lines: readonly Line[], at: number, end: number): boolean {
  const line = lines[at];
  if (line === undefined) return false;
  if (isDelimiter(line)) return true;
  const section = lines.slice(at, Math.min(end, at + MOST_BELOW));
  if (isRule(line) && isAnnounced(lines, at)) return false;
  if (isRule(line)) return isSignatureBelow(line, lines[at - 1], section.slice(1));
  if (isFooter(section)) return true;
  const sent = sentFrom(line);
  if (sent === 'device') return at + 1 >= end || isGap(lines[at + 1]);
  return sent === 'perhaps' && at + 1 >= end;
}

function isGap(line: Line | undefined): boolean {
  return line === undefined || line.bare === '' || isRule(line);
}

/** Below "Options:" */
function isAnnounced(lines: readonly Line[], at: number): boolean {
  const above = lines[at - 1]?.bare === '' ? lines[at - 2] : lines[at - 1];
  return /[:：]$/.test(above?.bare ?? '');
}

function isAlone(lines: readonly Line[], at: number): boolean {
  return (lines[at - 1]?.bare ?? '') === '' && (lines[at + 1]?.bare ?? '') === '';
}

/** For each line of the writer's where his lines end, without the blank ones below them. */
function sectionEnds(kinds: readonly Kind[]): readonly number[] {
  const ends: number[] = new Array(kinds.length);
  let end: number | undefined;
  for (let at = kinds.length - 1; at >= 0; at -= 1) {
    if (kinds[at] === 'text') end ??= at + 1;
    else if (kinds[at] !== 'blank') end = undefined;
    ends[at] = end ?? at + 1;
  }
  return ends;
}
