/**
 * `npm run build [-- --out DIR]`: compiles what is published, `src` and `adapters`, into `dist`.
 * `dist/src/cli/main.js` is the program.
 */

import { chmodSync, rmSync } from 'node:fs';
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
if (code === 0) chmodSync(join(out, 'src/cli/main.js'), 0o755);
process.exitCode = code;
