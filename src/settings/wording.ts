import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
};

/**
 * What zod found wrong, to be read after the name of the setting. It never shows what was written:
 * that may be a secret.
 */
export const wording: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}.`;
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `must be ${oneOf(issue.options.map(String))}.`
        : 'is not written in any form that is known here.';
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}.`;
    case 'invalid_format':
      return issue.format === 'regex' || issue.format === 'url'
        ? `is not ${issue.format === 'url' ? 'a valid address' : 'of the right form'}.`
        : `is not a valid ${issue.format}.`;
    default:
      return 'is not valid.';
  }
};

function wrongType(expected: string, input: unknown): string {
  if (input === undefined) return 'is missing.';
  const text = `must be ${EXPECTED[expected] ?? expected}.`;
  if (expected !== 'string') return text;
  if (typeof input === 'number' || typeof input === 'boolean') return `${text} Put it in quotes.`;
  if (typeof input === 'object' && input !== null && 'file' in input && 'env' in input) {
    return `${text} Name one source of it: file or env.`;
  }
  return text;
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  if (issue.origin === 'string') return `must have at least ${count(issue.minimum, 'character')}.`;
  if (issue.origin === 'array') return `must have at least ${count(issue.minimum, 'entry')}.`;
  return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}.`;
}

function tooBig(issue: Extract<Issue, { code: 'too_big' }>): string {
  if (issue.origin === 'string') return `must have at most ${count(issue.maximum, 'character')}.`;
  if (issue.origin === 'array') return `must have at most ${count(issue.maximum, 'entry')}.`;
  return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}.`;
}

function count(amount: number | bigint, noun: 'character' | 'entry'): string {
  if (Number(amount) === 1) return `one ${noun}`;
  return `${amount} ${noun === 'entry' ? 'entries' : 'characters'}`;
}

/** `a, b or c` */
function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
