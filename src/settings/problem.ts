/** Where something was written: a position in the file, or an environment variable. */
export type Place =
  | { readonly file: string; readonly line: number; readonly column: number }
  | { readonly variable: string };

/** What is wrong, and what to write instead. Never the value of a secret. */
export interface Problem {
  readonly place: Place;
  readonly text: string;
}

/** The configuration can not be used. Carries every problem that was found, in the order of the file. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** All of them, one a line, and their number: what a command prints. */
export function formatProblems({ problems }: SettingsError): string {
  const count = problems.length === 1 ? '1 problem.' : `${problems.length} problems.`;
  return [...problems.map(formatProblem), count].join('\n');
}

/** `postern.yaml:3:5  xmpp.secrt is not a setting. Did you mean secret?` */
export function formatProblem(problem: Problem): string {
  return `${formatPlace(problem.place)}  ${problem.text}`.replace(UNSEEN, codeOf);
}

/** What would end the line, or what a terminal would obey. */
const UNSEEN = /[\p{Cc}\u2028\u2029]/gu;

function codeOf(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function formatPlace(place: Place): string {
  return 'variable' in place ? place.variable : `${place.file}:${place.line}:${place.column}`;
}

/** By position, those from the environment last. Equal problems are told once. */
export function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const once = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...once.values()].sort((a, b) => rank(a.place) - rank(b.place));
}

function rank(place: Place): number {
  return 'variable' in place ? Number.MAX_SAFE_INTEGER : place.line * 1e6 + place.column;
}
