/** What is wrong with a file that is no YAML, in the words of somebody who writes one by hand. */

import type { YAMLError } from 'yaml';

/** A problem with the text at this offset. */
export interface SyntaxProblem {
  readonly offset: number;
  readonly text: string;
}

/** Stand on their own. Of the others one makes the next: whoever mends the first sees what is left. */
const ALONE: ReadonlySet<YAMLError['code']> = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED']);

/** @param text of the whole file */
export function syntaxProblems(errors: readonly YAMLError[], text: string): SyntaxProblem[] {
  const first = errors.find(({ code }) => !ALONE.has(code));
  return errors
    .filter((error) => error === first || ALONE.has(error.code))
    .map((error) => ({ offset: error.pos[0], text: explain(error, lineAt(text, error.pos[0])) }));
}

/** Not the parser's own words: they quote the text, which may be a secret. */
function explain({ code, message }: YAMLError, line: string): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && colons(line) < 2) return DEEPER;
  if (code === 'MISSING_CHAR' && message.startsWith('Sequence item without')) return LESS_DEEP;
  if (code === 'MULTILINE_IMPLICIT_KEY' && /^[\s-]*[\w-]+:[^\s/]/.test(line)) return NO_SPACE;
  return SYNTAX[code] ?? `This is not valid YAML (${code}).`;
}

/** How many keys a line seems to have. */
function colons(line: string): number {
  return line.replace(/\s#.*$/, '').match(/:(?=\s|$)/g)?.length ?? 0;
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return text.slice(start, end < 0 ? undefined : end).trimEnd();
}

export const QUOTE = 'Put text that begins like this in quotes.';
const DEEPER =
  'The indentation is wrong: this key has a value, and the line below it is indented deeper. Keys of one block begin in the same column.';
const LESS_DEEP =
  'The indentation is wrong: this line is indented less than the keys of its entry in the list. They begin in the column of the first one, behind the "- ".';
const NO_SPACE = 'A space is missing behind the colon.';

const SYNTAX: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_DQ_ESCAPE:
    'This is no escape that YAML knows. Write \\\\ for a backslash, or use single quotes.',
  BAD_INDENT: 'The indentation or a closing bracket is wrong here.',
  BAD_SCALAR_START: QUOTE,
  BLOCK_AS_IMPLICIT_KEY: 'There are two ": " in one line. Put text that contains one in quotes.',
  DUPLICATE_KEY: 'This key is written twice in one block. Keep one.',
  MISSING_CHAR: 'A closing quote or bracket, or a comma, is missing before this.',
  MULTILINE_IMPLICIT_KEY: 'This line is not of the form  key: value.',
  MULTIPLE_DOCS: 'A second document begins here (---). Only one is read.',
  NON_STRING_KEY: 'A key must be text.',
  TAB_AS_INDENT: 'Indent with spaces: YAML forbids tabs here.',
  TAG_RESOLVE_FAILED: 'This tag is not known. Put text that begins with ! in quotes.',
  UNEXPECTED_TOKEN: 'Nothing was expected here. Is a bracket closed too early?',
};
