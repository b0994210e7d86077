import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { VERBS } from '../../../src/cli/run.ts';
import { COMMANDS } from '../../../src/commands/commands.ts';
import { loadSettings } from '../../../src/settings/load.ts';
import { loadAdapter } from '../../../src/transports/load-adapter.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs/use.md',
  'docs/operate.md',
  'docs/reliability.md',
];

test('the configuration of the README is valid, without a warning', async () => {
  const block = /```yaml\n(xmpp:.*?)```/s.exec(read('README.md'))?.[1] ?? expect.fail();
  const dir = mkdtempSync(join(tmpdir(), 'postern-readme-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'secrets'));
  for (const name of ['xmpp', 'twilio']) {
    writeFileSync(join(dir, 'secrets', name), 'a-secret-of-the-test\n', { mode: 0o600 });
  }
  const file = join(dir, 'postern.yaml');
  writeFileSync(file, block);
  chmodSync(file, 0o600);
  const settings = await loadSettings(file, { environment: {}, loadAdapter });
  expect(settings.warnings).toEqual([]);
});

test('the README has every word of the chat, and no other', () => {
  const table = /The words for `help@`:\n\n(.*?)\n\n/s.exec(read('README.md'))?.[1] ?? '';
  const words = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, word]) => word);
  expect(words).toEqual(COMMANDS.map(({ word }) => word));
});

test('the README has every verb of the command line, and no other', () => {
  const [, list = ''] = /Of the command line there are ([^.]*)\./.exec(read('README.md')) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, verb]) => verb)).toEqual(Object.keys(VERBS));
});

test.each(PAGES)('every link of %s leads somewhere', (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => to);
  const missing = targets.filter((to) => !existsSync(join(root, dirname(page), to)));
  expect(missing).toEqual([]);
});

test.each(PAGES)('every script and file that %s names exists', (page) => {
  const text = read(page);
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  const named = [...text.matchAll(/npm (?:run ([a-z:]+)|(?:test|start)\b)/g)].map(
    ([all, script]) => script ?? all.slice(4),
  );
  expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
  const files = [...text.matchAll(/`((?:src|test|demo|tools)\/[\w./-]+)`/g)];
  expect(
    files.map(([, file = '']) => file).filter((file) => !existsSync(join(root, file))),
  ).toEqual([]);
});
