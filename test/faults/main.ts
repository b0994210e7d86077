/**
 * `npm run faults [-- --long] [--parts 10] [--from 1] [--server prosody|ejabberd] [--again] [--report]`
 *
 * Parts with traffic in every direction, in which everything is killed, stopped and cut. Without
 * options one short part. `--long` runs those of `--from` to `--parts`, each of 10,000 messages, and leaves
 * out those that were run before and kept what is promised, unless `--again` is said. Part n of a server
 * has the seed n. `--report` writes what is known of all parts into docs/reliability.md. What a part leaves
 * that broke a promise is below `--keep`. Exit code 1 where one did.
 */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnSignals } from '../support/child-processes.ts';
import { tableOf } from '../support/faults/verdict-table.ts';
import { ROOT } from '../support/processes.ts';
import { nameOf } from './long-run/cross.ts';
import { commit, machine } from './long-run/machine.ts';
import { writePage } from './long-run/page.ts';
import { runPart } from './long-run/part.ts';
import { LONG, SHORT } from './long-run/plan.ts';
import { isSame, keepResult, RESULTS, readResults, resultRow } from './long-run/results.ts';

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    parts: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    server: { type: 'string', default: 'prosody' },
    again: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    keep: { type: 'string', default: join(tmpdir(), 'postern-faults') },
  },
});
const server = values.server === 'ejabberd' ? 'ejabberd' : 'prosody';
const say = (text: string) => process.stdout.write(`${text}\n`);

exitOnSignals();
// The gateway is started hundreds of times, and read as TypeScript each time.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, 'node_modules/.cache/node');

if (values.report) {
  await writePage(await readResults(RESULTS));
} else if (values.long) {
  for (let part = Number(values.from); part <= Number(values.parts); part++) {
    const known = (await readResults(RESULTS)).find((each) => isSame(each, { part, server }));
    if (known?.broken.length === 0 && !values.again) say(`part ${part} is done`);
    else await runLong(part);
  }
} else {
  const { broken } = await runOne(Number(values.from), SHORT);
  if (broken.length > 0) process.exitCode = 1;
}

async function runLong(part: number): Promise<void> {
  const [on, of] = await Promise.all([machine(), commit()]);
  const date = new Date().toISOString();
  const ran = await runOne(part, LONG);
  if (ran.broken.length > 0) process.exitCode = 1;
  const kinds = Object.groupBy(ran.faults, nameOf);
  await keepResult(RESULTS, {
    ...{ part, server, seed: part, commit: of, date, machine: on },
    seconds: ran.seconds,
    command: `npm run faults -- --long --from ${part} --parts ${part} --server ${server}`,
    faults: Object.fromEntries(
      Object.entries(kinds).map(([kind, those]) => [kind, those?.length ?? 0]),
    ),
    rows: ran.cross.map(resultRow),
    broken: [...ran.broken],
  });
}

async function runOne(seed: number, size: typeof LONG) {
  const keep = join(values.keep, `${server}-${seed}`);
  say(`part ${seed}, ${server}`);
  const ran = await runPart({ seed, size, server, keep, tell: (line) => say(`  ${line}`) });
  say(tableOf(ran.verdict));
  for (const each of ran.broken) say(`BROKEN ${each}`);
  say(
    `part ${seed}: ${ran.broken.length === 0 ? 'all is kept' : `see ${keep}`}, ${ran.seconds} s, ${ran.faults.length} faults`,
  );
  return ran;
}
