import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { enter, presentIn } from '../../../src/main/holders.ts';
import { reloadBeside } from '../../../src/main/reload-beside.ts';

let state: string;

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'postern-holders-'));
});

afterEach(() => rmSync(state, { recursive: true, force: true }));

const names = () => readdirSync(join(state, 'holders'));

it('a process that lives is not gone', async () => {
  const first = await enter(state);
  const second = await enter(state);
  expect(second.gone).toEqual([]);
  expect(names().sort()).toEqual([first.name, second.name].sort());
  await second.forgetGone();
  expect(names()).toHaveLength(2);
});

it('a process that has ended is gone, until it is forgotten', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  mkdirSync(join(state, 'holders'));
  const record = { host: hostname(), pid: child.pid, started: '12345' };
  writeFileSync(join(state, 'holders', 'former'), JSON.stringify(record));
  const next = await enter(state);
  expect(next.gone).toEqual(['former']);
  await next.forgetGone();
  expect(names()).toEqual([next.name]);
});

it('a pid that is used again is another process', async () => {
  mkdirSync(join(state, 'holders'));
  const record = { host: hostname(), pid: process.pid, started: '1' };
  writeFileSync(join(state, 'holders', 'former'), JSON.stringify(record));
  expect((await enter(state)).gone).toEqual(['former']);
});

it.each([
  ['of another machine', JSON.stringify({ host: 'elsewhere.invalid', pid: 1, started: '' })],
  ['that can not be read', 'half a li'],
])('a process %s counts as alive', async (_, record) => {
  mkdirSync(join(state, 'holders'));
  writeFileSync(join(state, 'holders', 'former'), record);
  expect((await enter(state)).gone).toEqual([]);
});

/** As the process itself would write it. */
function recordOf(pid: number, more: object = {}): string {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return JSON.stringify({ host: hostname(), pid, started: rest.split(' ')[19], ...more });
}

it('a process that has entered is there to be told', async () => {
  const { name } = await enter(state);
  expect(await presentIn(state)).toEqual([{ name, pid: process.pid }]);
});

it.each([
  ['all of a group', { pid: 0, started: '' }],
  ['all there are', { pid: -1, started: '' }],
  ['one that nobody knows', { started: 'at some time' }],
  ['one, and what came of a reload is anything', { reload: { begun: 'now', outcome: 1 } }],
])('a record that names %s is none', async (_, more) => {
  mkdirSync(join(state, 'holders'));
  writeFileSync(join(state, 'holders', 'forged'), recordOf(process.pid, more));
  expect(await presentIn(state)).toEqual([]);
});

it("a record that another user than the process's has written is none", async () => {
  mkdirSync(join(state, 'holders'));
  const file = join(state, 'holders', 'forged');
  const isRoot = process.getuid?.() === 0;
  writeFileSync(file, recordOf(isRoot ? process.pid : 1));
  if (isRoot) chownSync(file, 65_534, 65_534);
  expect(await presentIn(state)).toEqual([]);
});

/** Answers the signal with what was read for somebody before, and only then with what it was told to read. */
const ANSWERS_TWICE = `
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const [file] = process.argv.slice(1);
const now = () => Number(process.hrtime.bigint() / 1000n);
const early = now();
const say = (begun, changed) => {
  const record = { ...JSON.parse(readFileSync(file, 'utf8')), reload: { begun, outcome: { changed } } };
  writeFileSync(file + '.new', JSON.stringify(record));
  renameSync(file + '.new', file);
};
process.on('SIGHUP', () => {
  const begun = now();
  say(early, ['for somebody else']);
  setTimeout(() => say(begun, ['for him']), 300);
});
process.stdin.resume();
console.log('ready');
`;

it('what was read before he asked is no answer', async () => {
  mkdirSync(join(state, 'holders'));
  const file = join(state, 'holders', 'one');
  const child = spawn(process.execPath, ['-e', ANSWERS_TWICE, file]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const { pid = 0 } = child;
  writeFileSync(file, recordOf(pid));
  expect(await reloadBeside({ state })).toEqual([{ pid, changed: ['for him'] }]);
});
