import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Carrier, startCarrier } from '../support/carrier.ts';
import { bodyOf } from '../support/clients/client.ts';
import { FaultProxy } from '../support/faults/proxy/proxy.ts';
import { configuration, DOMAIN, JULIET, NURSE, POOL_NUMBER, startHouse } from '../support/house.ts';
import { type RedisPeer, startRedis } from '../support/peers/redis.ts';
import { freePorts } from '../support/peers/xmpp-server.ts';
import { Program } from '../support/processes.ts';

let carrier: Carrier;
let forgetful: RedisPeer;
let listener: Server;
let taken: number;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postern-fails-'));
  [carrier, forgetful] = await Promise.all([
    startCarrier([JULIET.number]),
    startRedis({ args: ['--appendonly', 'no'] }),
  ]);
  listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  taken = typeof address === 'object' && address !== null ? address.port : 0;
});

afterAll(async () => {
  listener?.close();
  await Promise.all([carrier?.stop(), forgetful?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

/** Starts with one thing wrong; what a person reads, and the exit code. */
async function start(
  name: string,
  wrong: { config?: object; env?: Record<string, string> },
): Promise<{ words: string; code: number | null }> {
  const [componentPort = 0] = await freePorts(1);
  const server = { domain: 'localhost', host: '127.0.0.1', componentPort } as const;
  const folder = join(dir, name);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'postern.yaml');
  const config = { state: './state', ...configuration(server, carrier) };
  await writeFile(file, JSON.stringify({ ...config, ...wrong.config }));
  const program = new Program('src/cli/main.ts', ['start', '-c', file], {
    cwd: folder,
    ...(wrong.env === undefined ? {} : { env: wrong.env }),
  });
  const code = await program.exited();
  const lines = program.output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  return { words: lines.join('\n'), code };
}

/** No trace of the program, which says nothing to an operator. */
const TRACE = /^\s+at /m;

it('a Redis that forgets: the lines to change, exit code 78', async () => {
  const { words, code } = await start('forgetful', {
    config: { redis: `unix:${forgetful.socket}` },
  });
  expect(words).toContain('appendonly yes');
  expect(words).not.toMatch(TRACE);
  expect(code).toBe(78);
});

it('no Redis installed: what to install, exit code 69', async () => {
  const { words, code } = await start('none', { env: { PATH: '/nowhere' } });
  expect(words).toMatch(/redis-server.*install/s);
  expect(words).not.toMatch(TRACE);
  expect(code).toBe(69);
});

it('an embedded Redis whose file is damaged: what to do, exit code 78', async () => {
  const data = join(dir, 'damaged', 'state', 'redis', 'appendonlydir');
  await mkdir(data, { recursive: true });
  const manifest = 'file appendonly.aof.1.incr.aof seq 1 type i\n';
  await writeFile(join(data, 'appendonly.aof.manifest'), manifest);
  await writeFile(join(data, 'appendonly.aof.1.incr.aof'), 'nonsense\n');
  const { words, code } = await start('damaged', {});
  expect(words).toContain('redis-check-aof --fix');
  expect(words).not.toMatch(TRACE);
  expect(code).toBe(78);
});

it('a Redis that nobody runs: exit code 69', async () => {
  const [port] = await freePorts(1);
  const { words, code } = await start('silent', {
    config: { redis: `redis://:a-secret-password@127.0.0.1:${port}` },
  });
  expect(words).toContain('Redis');
  expect(words).not.toContain('a-secret-password');
  expect(words).not.toMatch(TRACE);
  expect(code).toBe(69);
});

it('a Redis that goes away while it starts: exit code 69', async () => {
  const redis = await startRedis();
  const link = await FaultProxy.start({ path: redis.socket });
  // What an adapter remembers is asked for when the checks of the start are over.
  link.flow({ is: 'cut', on: ':mem:sms', when: 'before' }, 'there');
  const { words, code } = await start('gone', {
    config: { redis: `redis://127.0.0.1:${link.port}` },
  });
  await link.stop();
  await redis.stop();
  expect(words).toContain('Redis can not be used');
  expect(words).not.toMatch(TRACE);
  expect(code).toBe(69);
});

it.each([['http'], ['admin']])(
  '%s.listen is taken: by which address, exit code 69',
  async (key) => {
    const { words, code } = await start(`taken-${key}`, {
      config: { [key]: { listen: `127.0.0.1:${taken}` } },
    });
    expect(words).toContain(`127.0.0.1:${taken}`);
    expect(words).not.toMatch(TRACE);
    expect(code).toBe(69);
  },
);

it('a number that somebody has registered: both are named, exit code 78, and nothing is left running', async () => {
  const house = await startHouse();
  try {
    const nurse = await house.client(NURSE);
    nurse.send(`help@${DOMAIN}`, 'register');
    await nurse.waitFor((stanza) => bodyOf(stanza)?.includes(POOL_NUMBER) === true);
    const { gateway } = house;
    expect(await gateway.program.end()).toBe(0);

    const written = await readFile(gateway.config, 'utf8');
    const config = JSON.parse(written);
    config.transports[0].accounts[JULIET.jid].number = POOL_NUMBER;
    await writeFile(gateway.config, JSON.stringify(config));
    await gateway.restart();
    // It ends by itself: the listeners that were open by then are closed.
    expect(await gateway.program.exited()).toBe(78);
    const words = gateway.program.output;
    expect(words).toContain(JULIET.jid);
    expect(words).toContain(NURSE.jid);
    expect(words).not.toMatch(TRACE);

    await writeFile(gateway.config, written);
    await gateway.restart();
    await gateway.ready();
  } finally {
    await house.stop();
  }
});
