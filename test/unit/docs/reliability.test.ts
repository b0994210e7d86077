import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8');
const named = new Set(
  [...page.matchAll(/`((?:src|test|adapters|demo|tools)\/[\w./*-]+)`/g)].map(
    ([, file = '']) => file,
  ),
);
/** The cells of each row that shows something. */
const rows = [...page.matchAll(/^\| (.+) \|$/gm)]
  .map(([, row = '']) => row.split(' | '))
  .filter((cells) => cells.some((cell) => cell.includes('.test.ts`')));

test('every file that the page names is there', () => {
  expect([...named].filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('the page names every test of faults, and every one that fuzzes', () => {
  const files = globSync(
    ['test/{faults,fuzz}/**/*.test.ts', 'adapters/*/test/{faults,fuzz}/**/*.test.ts'],
    { cwd: root },
  );
  expect(files).not.toHaveLength(0);
  expect(files.filter((file) => !named.has(file))).toEqual([]);
});

test('each row says what happens, what Postern does, and which tests show it', () => {
  expect(rows.length).toBeGreaterThan(80);
  const shown = /^`[\w./-]+\.test\.ts`(?:, `[\w./-]+\.test\.ts`)*$/;
  expect(rows.filter((cells) => cells.length !== 3 || !shown.test(cells[2] ?? ''))).toEqual([]);
});

test('the long run has its place', () => {
  expect(page).toMatch(/<!-- long run: begin -->\n[\s\S]*<!-- long run: end -->/);
});
