/**
 * `npm run build [-- --out DIR]`: compiles what is published, `src` and `adapters`, into `dist`.
 * `dist/src/cli/main.js` is the program. The crash points of tests are left out of it.
 */

import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { command } from './check/command.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const out = resolve(values.out);

// What was deleted from the sources must not be published.
rmSync(out, { recursive: true, force: true });
const { code, stdout, stderr } = await command(root, 'tsc', [
  ...['-p', 'tsconfig.build.json', '--outDir', out],
]);
process.stdout.write(`${stdout}${stderr}`);
if (code === 0) {
  chmodSync(join(out, 'src/cli/main.js'), 0o755);
  leaveOutCrashPoints();
}
process.exitCode = code;

/** @throws Error where something of them is left */
function leaveOutCrashPoints(): void {
  const imported = /^[ \t]*import \{.*\} from '.*crash-point\.js';$/gm;
  const calls = /^([ \t]*(?:if \(.*\) )?)crashPoint(?:Soon)?\(.*\);$/gm;
  for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (/crash-point\.(?:js|d\.ts)(?:\.map)?$/.test(name)) rmSync(join(out, name));
    else if (name.endsWith('.js')) {
      const file = join(out, name);
      const text = readFileSync(file, 'utf8');
      // Lines stay where they are: the source maps know them. And a statement stays where one was: the
      // compiler writes what follows an `if` on a line of its own, and the `if` would take the next one.
      const without = text.replace(imported, '').replace(calls, '$1;');
      if (/crash-?point/i.test(without)) throw new Error(`${name} has a crash point`);
      if (without !== text) writeFileSync(file, without);
    }
  }
}
