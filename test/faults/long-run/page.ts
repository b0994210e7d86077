/** The results, as people read them: what stands between two marks of docs/reliability.md. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DIRECTIONS, type DirectionName } from '../../support/faults/ledger.ts';
import { ROOT } from '../../support/processes.ts';
import type { PartResult, ResultRow } from './results.ts';

const PAGE = join(ROOT, 'docs/reliability.md');
export const MARKED: RegExp = /(<!-- long run: begin -->\n)(.*)(<!-- long run: end -->)/s;
const NAMES: Readonly<Record<DirectionName, string>> = {
  'xmpp-sms': 'XMPP → SMS',
  'xmpp-mail': 'XMPP → e-mail',
  'xmpp-irc-room': 'XMPP → IRC, rooms',
  'xmpp-irc': 'XMPP → IRC, private',
  'sms-xmpp': 'SMS → XMPP',
  'mail-xmpp': 'e-mail → XMPP',
  'irc-room-xmpp': 'IRC → XMPP, rooms',
  'irc-xmpp': 'IRC → XMPP, private',
};
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
  if (servers.length === 0) return '';
  return [WORDS, ...servers.map(([server, those]) => sectionOf(server, those))].join('\n');
}

const WORDS = `*Accepted*: the source has a proof of it, or the sink has it. *Unconfirmed*: delivered, and the source waits for
a receipt that was lost with what broke. *Duplicates* have the id of the first. *Inversions* are counted where
order is promised. *Told*: not delivered, and its sender knows. *Parked*: put aside for the operator. *Unproved*:
nobody knows whether the gateway ever had it. IRC has no word for that: what is said to somebody who is cut off,
stopped or dead is gone.

Carrier and smarthost are stand-ins: where they are killed, every connection to them ends and nobody answers for a
moment. The other servers are killed for real. A pause is SIGSTOP for longer than a lease, 33 to 38 s; a black
hole lasts 3 to 20 s.
`;

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

${parts.length === 1 ? 'One part' : `${parts.length} parts`}, ${dates.join(', ')}: ${number(accepted)} messages accepted; killed: ${killed.join(', ')}.
${broken.length === 0 ? 'Every promise was kept.' : `${broken.length} promises were broken: see the results.`}

${table(
  ['direction'],
  DIRECTIONS.map((direction) => [
    NAMES[direction],
    ...cellsOf(
      rows.filter((row) => row.direction === direction),
      !WITHOUT_ORDER.includes(direction),
    ),
  ]),
)}

A message is counted after the fault that was the last before its own end:

${table(
  ['after', 'times'],
  [...Map.groupBy(rows, ({ fault }) => fault)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([fault, those]) => [fault, number(times.get(fault) ?? 0), ...cellsOf(those, true)]),
)}

${originOf(parts)}
`;
}

function originOf(parts: readonly PartResult[]): string {
  const machines = new Set(parts.map(({ machine }) => words(machine)));
  const commits = new Set(parts.map(({ commit }) => commit));
  const seeds = parts.map(({ seed }) => seed).join(', ');
  const minutes = Math.round(parts.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return `* Machine: ${[...machines].join('; or ')}
* Commits: ${[...commits].join(', ')}
* Seeds, which are the numbers of the parts: ${seeds}; ${minutes} minutes
* The first again: \`${parts[0]?.command ?? ''} --again\``;
}

function words(machine: Readonly<Record<string, string>>): string {
  return Object.entries(machine)
    .map(([what, is]) => `${what} ${is}`)
    .join(', ');
}

/** @param first the headings of what stands before the counts; all but the very first are numbers, too */
function table(first: readonly string[], lines: readonly (readonly string[])[]): string {
  const headings = [...first, ...COLUMNS];
  return [
    `| ${headings.join(' | ')} |`,
    `|---|${'--:|'.repeat(headings.length - 1)}`,
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
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
