import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { lockFileFaults } from '../../../tools/check/lock-file.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

function faults(locked: object, dependencies: object = {}): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'postern-lock-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ packages: locked }));
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ dependencies }));
  return lockFileFaults(dir);
}

const integrity = 'sha512-AAAA';

test.each([
  ['a package without a hash', { 'node_modules/a': {} }, {}, 'node_modules/a has no hash'],
  ['a weak one', { 'node_modules/a': { integrity: 'sha1-AAAA' } }, {}, 'has no hash'],
  ['one inside another', { 'node_modules/b/node_modules/a': {} }, {}, 'has no hash'],
  [
    'an address',
    { 'node_modules/a': { integrity, resolved: 'https://elsewhere.example/a.tgz' } },
    {},
    'a download address',
  ],
  ['a range', {}, { a: '^1.0.0' }, 'one exact version'],
  ['a repository', {}, { a: 'github:a/b' }, 'one exact version'],
])('%s is a fault', (_, locked, dependencies, words) => {
  expect(faults(locked, dependencies)).toEqual([expect.stringContaining(words)]);
});

test('a package of this project, its link and what has a hash are none', () => {
  const link = { link: true, resolved: 'tools/a' };
  const fine = { '': {}, 'tools/a': {}, 'node_modules/a': link, 'node_modules/b': { integrity } };
  expect(faults(fine, { b: '1.0.0' })).toEqual([]);
});

test('nothing that is installed runs anything, wherever it is installed', () => {
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toContain('\nignore-scripts=true\n');
  const installs = ['Dockerfile', 'tools/setup.sh'].flatMap(
    (file) => readFileSync(join(root, file), 'utf8').match(/^[^#\n]*npm(?:_ci)? ci .*/gm) ?? [],
  );
  expect(installs).not.toHaveLength(0);
  expect(installs.filter((line) => !line.includes('--ignore-scripts'))).toEqual([]);
});
