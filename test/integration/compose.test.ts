import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { loadSettings } from '../../src/settings/load.ts';
import { checkStart } from '../../src/store/start-checks.ts';
import { openStore } from '../../src/store/store.ts';
import { loadAdapter } from '../../src/transports/load-adapter.ts';
import { command } from '../../tools/check/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const VARIABLES = {
  XMPP_SECRET: 'a-secret-of-the-test',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'a-token-of-the-test',
  PUBLIC_URL: 'https://gw.example.org',
};

/** What `docker-compose config` says with these variables. */
async function composed(variables: Readonly<Record<string, string>>) {
  return command(root, 'env', [
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    'docker-compose',
    'config',
  ]);
}

async function services() {
  const { code, stdout, stderr } = await composed(VARIABLES);
  expect(code, stderr).toBe(0);
  return parse(stdout).services;
}

test('nothing starts without a secret', async () => {
  const { code, stderr } = await composed({ ...VARIABLES, XMPP_SECRET: '' });
  expect(code).not.toBe(0);
  expect(stderr).toContain('XMPP_SECRET');
});

test('only loopback is published', async () => {
  const ports = Object.values<{ ports?: string[] }>(await services()).flatMap(
    (service) => service.ports ?? [],
  );
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('its configuration and its environment make valid settings', async () => {
  const { postern } = await services();
  const settings = await loadSettings(join(root, 'config/compose/postern.yaml'), {
    environment: postern.environment,
    loadAdapter,
  });
  expect(settings.warnings).toEqual([]);
  expect(settings.http?.publicUrl?.href).toBe('https://gw.example.org/');
});

test('its store passes the checks of the start', async () => {
  const { valkey } = await services();
  const [, ...args]: string[] = valkey.command;
  const dir = await mkdtemp(join(tmpdir(), 'postern-compose-'));
  const socket = join(dir, 'redis.sock');
  const server = spawn(
    'redis-server',
    [...args, '--port', '0', '--unixsocket', socket, '--dir', dir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(async () => {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true });
  });
  let output = '';
  for await (const piece of server.stdout.setEncoding('utf8')) {
    output += piece;
    if (output.includes('ready to accept connections')) break;
  }
  const store = openStore({ kind: 'url', url: `unix:${socket}` });
  onTestFinished(() => store.close());
  expect(await checkStart(store, 'always')).toEqual([]);
});
