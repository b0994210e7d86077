/**
 * `npm run generate`: writes what follows from the schema of the settings and those of the adapters.
 * With `--check` it writes nothing, names the files that differ and ends with 1.
 */

import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generatedFiles } from '../src/settings/generated.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const adapters = await Promise.all(
  globSync('adapters/*/index.ts', { cwd: root })
    .sort()
    .map(async (file) => (await import(pathToFileURL(join(root, file)).href)).default),
);

const differing = [...generatedFiles(adapters)].filter(([file, text]) => {
  const path = join(root, file);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});

if (process.argv.includes('--check')) {
  for (const [file] of differing) {
    process.stdout.write(`${file} differs from the code. Run  npm run generate\n`);
    process.exitCode = 1;
  }
} else {
  for (const [file, text] of differing) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    process.stdout.write(`${file}\n`);
  }
}
