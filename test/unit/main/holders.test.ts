import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { enter } from '../../../src/main/holders.ts';

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
