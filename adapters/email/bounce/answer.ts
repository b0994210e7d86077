/** What an SMTP server answered: "550 5.1.1 User unknown". */
export interface Answer {
  readonly reply?: number;
  /** RFC 3463, "5.1.1". */
  readonly status?: string;
  /** From the answer on to the end of its line, or lines. */
  readonly words: string;
}

/**
 * A reply code, and an enhanced status if it follows. Digits of an address, a time, a size or a
 * version are none; some servers say the code twice.
 */
const REPLY =
  /(?<![\w.\-/@=,+]|[\w\]]:)([45][0-57]\d)(?![\w.@/])(?:[ :-]{1,3}[45]\d\d)?(?:[ :;-]{1,3}[#('"]{0,2}([45]\.\d\.\d{1,3})(?![\d.]\d|\d))?/g;
/** An enhanced status by itself: "(#5.1.1)", "5.2.2 Mailbox full". */
const STATUS = /(?:^|[#(]|[ :;](?=[45]\.\d\.\d{1,3}(?:[ :)]|$)))([45]\.\d\.\d{1,3})(?![\d.]\d|\d)/;
/** What stands before a code that is an answer, and no number in a sentence. */
const LEAD = /(?:^|[:;<>[("'#]|\bsaid|\breturned|\bwith|\berror|\bresponse|code)\s{0,12}$/i;

/** The most telling answer in the lines, each of bounded length. */
export function answerIn(lines: readonly string[]): Answer | undefined {
  let best: Answer | undefined;
  let bestRank = 0;
  for (const [at, line] of lines.entries()) {
    for (const match of line.matchAll(REPLY)) {
      const rank = rankOf(line, match);
      if (rank <= bestRank) continue;
      bestRank = rank;
      best = {
        reply: Number(match[1]),
        ...(match[2] === undefined ? {} : { status: match[2] }),
        words: [line.slice(match.index), ...continuation(lines, at, match[1] ?? '')].join(' '),
      };
    }
  }
  if (best?.status !== undefined) return best;
  for (const line of lines) {
    const status = STATUS.exec(line.trimStart())?.[1];
    if (status !== undefined) return { words: line, ...best, status };
  }
  return best;
}

/** A code with its status tells more than a code that stands where answers stand. */
function rankOf(line: string, match: RegExpExecArray): number {
  const before = line.slice(Math.max(0, match.index - 16), match.index);
  return (match[2] === undefined ? 0 : 3) + (LEAD.test(before) ? 2 : 0);
}

/**
 * The further lines of an answer: each begins with the code again (RFC 5321 §4.2.1), or is folded
 * by its reporter. A code alone on its line has its words on the next.
 */
function continuation(lines: readonly string[], at: number, code: string): string[] {
  const line = lines[at] ?? '';
  const folds = !/^\s/.test(line);
  const rest = lines.slice(at + 1, at + 6);
  const end = rest.findIndex(
    (next) => !next.trimStart().startsWith(code) && !(folds && /^\s{2}/.test(next)),
  );
  const bare = !/\p{L}/u.test(line.slice(line.indexOf(code)));
  return rest.slice(0, end === -1 ? rest.length : Math.max(end, bare ? 1 : 0));
}

/** A status field, "5.2.1 (mailbox disabled)", reduced to what RFC 3463 §2 defines. */
export function statusOf(field: string): string | undefined {
  return /^\s?([245]\.\d{1,3}\.\d{1,3})(?!\d)/.exec(field)?.[1];
}

/** "x.0.0" says that something failed, and nothing else. */
export function isVague(status: string): boolean {
  return status.endsWith('.0.0');
}

/** Codes: of an answer's first and of its further lines. */
const CODES =
  /(^|\s)(?:[45]\d\d[ :-]{1,2}){1,2}(?:#?[45]\.\d\.\d{1,3}(?=[\s:]))?|(^|\s)#?[45]\.\d\.\d{1,3}(?=\s)/g;

/** One line of at most 200 characters, without codes and without control characters. */
export function diagnosisOf(words: string): string | undefined {
  const line = words
    .slice(0, 1_000)
    .replace(/[\p{C}\s]/gu, ' ')
    .replace(CODES, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(/^(?:[<>]{3}|[\s:;,.#>)-]){1,20}/, '')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(line)) return undefined;
  const characters = Array.from(line);
  return characters.length <= 200 ? line : `${characters.slice(0, 199).join('').trimEnd()}…`;
}
