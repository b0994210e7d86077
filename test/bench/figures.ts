/** What was measured, beside what it should be. */

export interface Figure {
  /** What was done. */
  readonly what: string;
  /** What of it was counted, with its unit. */
  readonly measure: string;
  readonly value: number;
  readonly goal?: Goal;
}

export interface Goal {
  readonly is: 'at least' | 'at most';
  readonly value: number;
  /** A gate holds on a busy machine too; any other goal is for a quiet one. */
  readonly gate: boolean;
}

export type Verdict = 'PASS' | 'OVER' | 'met' | 'missed' | '';

export const atLeast = (value: number): Goal => ({ is: 'at least', value, gate: false });
export const atMost = (value: number): Goal => ({ is: 'at most', value, gate: false });
export const gate = (value: number): Goal => ({ is: 'at most', value, gate: true });

export function verdictOf({ value, goal }: Figure): Verdict {
  if (goal === undefined) return '';
  const met = goal.is === 'at least' ? value >= goal.value : value <= goal.value;
  if (goal.gate) return met ? 'PASS' : 'OVER';
  return met ? 'met' : 'missed';
}

export interface Flow {
  readonly perSecond: number;
  /** Microseconds of CPU of one, of each process that was asked for. */
  readonly cpuMicros: readonly number[];
}

/** A process, and what one message may cost it. */
export type Cost = readonly [process: string, goal: Goal | undefined];

/** @param one what is counted: `message` */
export function* flow(
  what: string,
  { perSecond, cpuMicros }: Flow,
  costs: readonly Cost[],
  goal?: Goal,
  one = 'message',
): Generator<Figure> {
  yield figure(what, `${one}s/s`, perSecond, goal);
  for (const [index, [process, most]] of costs.entries()) {
    yield figure(what, `µs of CPU a ${one}, ${process}`, cpuMicros[index] ?? Number.NaN, most);
  }
}

export function ratio(what: string, measure: string, value: number, of = Number.NaN): Figure {
  return figure(what, `rate, ${measure}`, value / of);
}

export function figure(what: string, measure: string, value: number, goal?: Goal): Figure {
  return { what, measure, value, ...(goal === undefined ? {} : { goal }) };
}

/** A line each, in columns; what was done stands once. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure, index) => {
    const { what, measure, value, goal } = figure;
    const repeated = figures[index - 1]?.what === what;
    const wanted = goal === undefined ? '' : `${goal.is} ${shown(goal.value)}`;
    return [repeated ? '' : what, measure, shown(value), wanted, verdictOf(figure)];
  });
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map(([what = '', measure = '', value = '', ...rest]) => {
      const [first = 0, second = 0, third = 0, fourth = 0] = widths;
      const [wanted = '', verdict = ''] = rest;
      const columns = [
        ...[what.padEnd(first), measure.padEnd(second), value.padStart(third)],
        ...[wanted.padEnd(fourth), verdict],
      ];
      return `${columns.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** Three digits are what a bench can tell. */
function shown(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
