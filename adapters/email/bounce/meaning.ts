import { type Answer, answerIn, diagnosisOf, isVague } from './answer.ts';
import { MEANINGS, PERMANENT, TEMPORARY } from './meaning-table.ts';

/** Why a mail did not get through. */
export interface Cause {
  /** RFC 3463. */
  readonly status: string;
  readonly reply?: number;
  readonly diagnosis?: string;
}

const MOST_WORDS = 4_000;

/**
 * The cause that the words of a server give; undefined when they give none.
 *
 * A status within the words is the remote server's own and goes before the one that its reporter
 * stated: sendmail sums up a refusal of 4.7.1 as 4.4.7, Exim any as 5.0.0. A reply code alone does
 * not outweigh the stated class: a mail that met 554 at the greeting was tried until it expired.
 */
export function causeOf(lines: readonly string[], stated?: string): Cause | undefined {
  const answer = answerIn(lines);
  const words = lines.join('\n').slice(0, MOST_WORDS);
  const status = statusFrom(words.replaceAll('\n', ' ').toLowerCase(), answer, stated);
  if (status === undefined) return undefined;
  const diagnosis = diagnosisOf(answer?.words ?? tellingLine(words.split('\n')) ?? '');
  return {
    status,
    ...(answer?.reply === undefined ? {} : { reply: answer.reply }),
    ...(diagnosis === undefined ? {} : { diagnosis }),
  };
}

function statusFrom(
  words: string,
  answer: Answer | undefined,
  stated: string | undefined,
): string | undefined {
  const codes = [answer?.status, stated].filter((code) => code !== undefined);
  const precise = codes.find((code) => !isVague(code));
  if (precise !== undefined) return precise;
  const meaning = meaningOf(words);
  const coded = codes[0]?.[0] ?? answer?.reply?.toString()[0];
  if (meaning === undefined) return coded === undefined ? undefined : `${coded}.0.0`;
  return `${coded ?? spokenClass(words) ?? meaning[0]}${meaning.slice(1)}`;
}

function meaningOf(words: string): string | undefined {
  return MEANINGS.find(([, pattern]) => pattern.test(words))?.[0];
}

function spokenClass(words: string): string | undefined {
  if (TEMPORARY.test(words)) return '4';
  return PERMANENT.test(words) ? '5' : undefined;
}

/** The line to show of a text without a code: the first that means something. */
function tellingLine(lines: readonly string[]): string | undefined {
  return lines.find((line) => meaningOf(line.toLowerCase()) !== undefined);
}
