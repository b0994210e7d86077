/** The results, as people read them: what stands between two marks of docs/reliability.md. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DIRECTIONS, type DirectionName } from '../../support/faults/ledger.ts';
import { ROOT } from '../../support/processes.ts';
import type { PartResult, ResultRow } from './results.ts';

const PAGE = join(ROOT, 'docs/reliability.md');
export const MARKED: RegExp = /(<!-- long run: begin -->\n)(.*)(<!-- long run: end -->)/s;
/** Nothing is promised of the order in which mail arrives. */
const WITHOUT_ORDER: readonly DirectionName[] = ['xmpp-mail', 'mail-xmpp'];
const COLUMNS = [
  ...(['accepted', 'delivered', 'unconfirmed', 'duplicates'] as const),
  ...(['inversions', 'told', 'parked', 'lost', 'unproved'] as const),
];
type Counts = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** @throws Error where the page has no marks */
export async function writePage(parts: readonly PartResult[]): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  if (!MARKED.test(page)) throw new Error(`${PAGE} has no marks for the long run`);
  const text = textOf(parts);
  await writeFile(
    PAGE,
    page.replace(
      MARKED,
      (_all, begin: string, _text: string, end: string) => `${begin}${text}${end}`,
    ),
  );
}

/** In Markdown, with a line's end at the end. */
export function textOf(parts: readonly PartResult[]): string {
  const servers = [...Map.groupBy(parts, ({ server }) => server)];
  return servers.map(([server, those]) => sectionOf(server, those)).join('\n');
}

function sectionOf(server: PartResult['server'], parts: readonly PartResult[]): string {
  const rows = parts.flatMap((each) => each.rows);
  const times = new Map<string, number>();
  for (const { faults } of parts) {
    for (const [kind, count] of Object.entries(faults)) add(times, kind, count);
  }
  const accepted = sumOf(rows).accepted;
  const broken = parts.flatMap((each) => each.broken);
  const name = server === 'prosody' ? 'Prosody' : 'ejabberd';
  const dates = [...new Set(parts.map(({ date }) => date.slice(0, 10)))].sort();
  const kills = [...times].filter(([kind]) => kind.endsWith(' killed'));
  const killed = kills.map(([kind, count]) => `${kind.replace(' killed', '')} ${count}`);
  return `### Behind ${name}

${parts.length} parts, ${dates.join(', ')}: ${number(accepted)} messages accepted; killed: ${killed.join(', ')}.
${broken.length === 0 ? 'Every promise was kept.' : `${broken.length} promises were broken: see the results.`}

${table(
  'direction',
  DIRECTIONS.map((direction) => [
    direction
      .replace('-', ' → ')
      .replace(/^irc → room-/, 'irc room → ')
      .replace('irc-room', 'irc room'),
    cellsOf(
      rows.filter((row) => row.direction === direction),
      !WITHOUT_ORDER.includes(direction),
    ),
  ]),
)}

A message is counted after the fault that was the last before its own end:

${table(
  'after',
  [...Map.groupBy(rows, ({ fault }) => fault)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([fault, those]) => [
      `${fault}${times.has(fault) ? `, ${times.get(fault)} times` : ''}`,
      cellsOf(those, true),
    ]),
)}

${originOf(parts)}
`;
}

function originOf(parts: readonly PartResult[]): string {
  const machines = new Set(parts.map(({ machine }) => words(machine)));
  const commits = new Set(parts.map(({ commit }) => commit));
  const seeds = parts.map(({ seed }) => seed).join(', ');
  const minutes = Math.round(parts.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return `Machine: ${[...machines].join('; or ')}. Commits: ${[...commits].join(', ')}. Seeds: ${seeds}; ${minutes}
minutes. Command, for the first: \`${parts[0]?.command ?? ''}\`.`;
}

function words(machine: Readonly<Record<string, string>>): string {
  return Object.entries(machine)
    .map(([what, is]) => `${what} ${is}`)
    .join(', ');
}

function table(first: string, lines: readonly (readonly [string, readonly string[]])[]): string {
  return [
    `| ${[first, ...COLUMNS].join(' | ')} |`,
    `|---|${COLUMNS.map(() => '--:|').join('')}`,
    ...lines.map(([name, cells]) => `| ${[name, ...cells].join(' | ')} |`),
  ].join('\n');
}

function cellsOf(rows: readonly ResultRow[], hasOrder: boolean): readonly string[] {
  const sum = sumOf(rows);
  return COLUMNS.map((column) =>
    column === 'inversions' && !hasOrder ? '–' : number(sum[column]),
  );
}

function sumOf(rows: readonly ResultRow[]): Counts {
  const sum = { accepted: 0, delivered: 0, unconfirmed: 0, duplicates: 0 };
  const bad = { inversions: 0, told: 0, parked: 0, lost: 0, unproved: 0 };
  const total = { ...sum, ...bad };
  for (const row of rows) {
    for (const column of COLUMNS) {
      const counts = column !== 'inversions' || !WITHOUT_ORDER.includes(row.direction);
      if (counts) total[column] += row[column];
    }
  }
  return total;
}

function add(to: Map<string, number>, key: string, count: number): void {
  to.set(key, (to.get(key) ?? 0) + count);
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
