import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from './exit.ts';
import type { Verb } from './verb.ts';

/** The version in the package.json that this file was installed with. */
export function versionOfPostern(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.name === 'postern') return String(manifest.version);
    } catch {
      if (folder === dirname(folder)) return 'unknown';
    }
  }
}

export const version: Verb = {
  form: '',
  summary: 'prints the version',
  run: async () => {
    process.stdout.write(`${versionOfPostern()}\n`);
    return EXIT.ok;
  },
};
