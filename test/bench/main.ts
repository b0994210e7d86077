/**
 * `npm run bench core|email|irc [-- --quick] [--json] [--gate] [--profile DIR]`
 *
 * Rates depend on the machine and on its other work; the CPU of a message depends on much less, and
 * ratios within one run on less still. `--gate`: exit code 1 where a gate is over.
 */

import { parseArgs } from 'node:util';
import { EMAIL_FULL, EMAIL_QUICK, email } from './email.ts';
import { type Figure, table, verdictOf } from './figures.ts';
import { IRC_FULL, IRC_QUICK, irc } from './irc.ts';
import { core, FULL, QUICK } from './speed.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    gate: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});

const BENCHES = {
  core: () => core(values.quick ? QUICK : FULL, values.profile),
  email: () => email(values.quick ? EMAIL_QUICK : EMAIL_FULL, values.profile),
  irc: () => irc(values.quick ? IRC_QUICK : IRC_FULL, values.profile),
};

const [name = '', ...others] = positionals;
if (!Object.hasOwn(BENCHES, name) || others.length > 0) {
  process.stderr.write(
    'usage: npm run bench core|email|irc [-- --quick] [--json] [--gate] [--profile DIR]\n',
  );
  process.exitCode = 64;
} else {
  const figures: Figure[] = [];
  for await (const figure of BENCHES[name as keyof typeof BENCHES]()) {
    if (figures.at(-1)?.what !== figure.what) process.stderr.write(`measured: ${figure.what}\n`);
    figures.push(figure);
  }
  const judged = figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) }));
  process.stdout.write(values.json ? `${JSON.stringify(judged, null, 2)}\n` : table(figures));
  if (values.gate && judged.some(({ verdict }) => verdict === 'OVER')) process.exitCode = 1;
}
