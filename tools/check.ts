/**
 * `npm run check [-- name…]`: every check that needs no test, side by side. One line each; what a
 * failing one has to say follows. Exit code 1 if any fails.
 */

import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { command } from './check/command.ts';
import { dependencyViolations, describeViolation } from './check/dependency-rule.ts';
import { describeFinding, lineFindings } from './check/line-rules.ts';
import { lockFileFaults } from './check/lock-file.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each resolves to what is wrong; an empty text is a pass. */
const checks: Readonly<Record<string, () => Promise<string>>> = {
  types: () => program('tsc', '--noEmit'),
  style: () => program('biome', 'check', '--error-on-warnings', '--max-diagnostics=50', '.'),
  'dead-code': () => program('knip', '--no-progress'),
  dependencies: async () => (await dependencyViolations(root)).map(describeViolation).join('\n'),
  lines: async () => lineFindings(root).map(describeFinding).join('\n'),
  generated: () => program('node', '--conditions=source', 'tools/generate.ts', '--check'),
  'lock-file': async () => lockFileFaults(root).join('\n'),
};

async function program(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await command(root, name, args);
  return code === 0 ? '' : `${stdout}${stderr}` || `${name} ended with ${code}`;
}

async function run(name: string, check: () => Promise<string>): Promise<boolean> {
  const start = performance.now();
  const fault = await check().catch((error: unknown) => String(error));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${fault === '' ? 'ok  ' : 'FAIL'} ${name.padEnd(12)} ${seconds} s\n`);
  if (fault !== '') process.stdout.write(`${fault.trimEnd()}\n\n`);
  return fault === '';
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in checks));
if (unknown.length > 0) {
  process.stderr.write(
    `unknown: ${unknown.join(', ')}. Checks: ${Object.keys(checks).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const chosen = Object.entries(checks).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  const passed = await Promise.all(chosen.map(([name, check]) => run(name, check)));
  if (passed.includes(false)) process.exitCode = 1;
}
