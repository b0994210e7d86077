import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DamagedError, startEmbedded } from '../../../src/store/embedded.ts';

const MAX_MEMORY = 64 * 1024 ** 2;

interface Holder {
  readonly process: ChildProcess;
  readonly socket: string;
  readonly adopted: boolean;
}

let root: string;
let directory: string;
const holders: ChildProcess[] = [];
const servers = new Set<number>();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'postern-embedded-'));
  directory = join(root, 'redis');
});

afterEach(async () => {
  for (const holder of holders.splice(0)) await end(holder, 'SIGKILL');
  await endServers();
  await rm(root, { recursive: true, force: true });
});

async function hold(maxMemory = MAX_MEMORY): Promise<Holder> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./embedded-holder.ts', import.meta.url)), directory, String(maxMemory)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  holders.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { socket, adopted } = JSON.parse(String(line));
  servers.add(await serverPid(socket));
  return { process: child, socket, adopted };
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

const options = () => ({
  directory,
  maxMemoryBytes: MAX_MEMORY,
  durability: 'always' as const,
  log: () => undefined,
});

/** Asks a server over a link of its own. */
async function ask<T>(socket: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ path: socket, retryStrategy: () => 20 });
  redis.on('error', () => undefined);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

const serverPid = (socket: string): Promise<number> =>
  ask(socket, async (redis) => Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]));

/** Kills the servers, which are no children of ours, and waits until the lock that they held is free. */
async function endServers(): Promise<void> {
  for (const pid of servers) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended before.
    }
  }
  servers.clear();
  await lockIsFree();
}

/** Waits for the lock of the directory as the kernel frees it: with the end of the server. */
async function lockIsFree(): Promise<void> {
  await mkdir(directory, { recursive: true });
  const lock = join(directory, 'redis.lock');
  const waiter = spawn('flock', ['--wait', '10', lock, 'true'], { stdio: 'ignore' });
  expect(await once(waiter, 'exit')).toEqual([0, null]);
}

const lockIsTaken = (): boolean =>
  spawnSync('flock', ['--nonblock', join(directory, 'redis.lock'), 'true']).status === 1;

describe('the embedded Redis', () => {
  test('writes everything down before it answers, and ends with the last who uses it', async () => {
    const embedded = await startEmbedded(options());
    const settings = await ask(embedded.socket, async (redis) =>
      Promise.all(
        [
          ['appendonly', 'yes'],
          ['appendfsync', 'always'],
          ['no-appendfsync-on-rewrite', 'no'],
          ['maxmemory-policy', 'noeviction'],
          ['maxmemory', String(MAX_MEMORY)],
          ['port', '0'],
        ].map(async ([name = '', value]) => {
          const [, found] = (await redis.config('GET', name)) as string[];
          return [name, value, found];
        }),
      ),
    );
    expect(settings.map(([name, , found]) => [name, found])).toEqual(
      settings.map(([name, value]) => [name, value]),
    );
    expect(lockIsTaken()).toBe(true);
    await embedded.stop();
    await lockIsFree();
  });

  test('keeps what it holds over a stop and a start', async () => {
    const first = await startEmbedded(options());
    await ask(first.socket, (redis) => redis.set('kept', 'yes'));
    await first.stop();
    const second = await startEmbedded(options());
    expect(second.adopted).toBe(false);
    expect(await ask(second.socket, (redis) => redis.get('kept'))).toBe('yes');
    await second.stop();
  });

  test('is adopted, with new settings, after its Postern was killed', async () => {
    const killed = await hold(MAX_MEMORY);
    await ask(killed.socket, (redis) => redis.set('kept', 'yes'));
    const pid = await serverPid(killed.socket);
    await end(killed.process, 'SIGKILL');
    expect(lockIsTaken()).toBe(true);

    const next = await hold(2 * MAX_MEMORY);
    expect(next).toMatchObject({ adopted: true, socket: killed.socket });
    expect(await serverPid(next.socket)).toBe(pid);
    expect(await ask(next.socket, (redis) => redis.get('kept'))).toBe('yes');
    expect(await ask(next.socket, (redis) => redis.config('GET', 'maxmemory'))).toEqual([
      'maxmemory',
      String(2 * MAX_MEMORY),
    ]);
  });

  test('is one, however many start at once', async () => {
    const all = await Promise.all([hold(), hold(), hold()]);
    expect(all.filter(({ adopted }) => !adopted)).toHaveLength(1);
    const pids = await Promise.all(all.map(({ socket }) => serverPid(socket)));
    expect(new Set(pids).size).toBe(1);
  });

  test('stays for the others when one leaves, whoever has started it', async () => {
    const starter = await hold();
    const other = await hold();
    expect([starter.adopted, other.adopted]).toEqual([false, true]);
    const pid = await serverPid(other.socket);
    await end(starter.process, 'SIGTERM');
    expect(await serverPid(other.socket)).toBe(pid);
    await end(other.process, 'SIGTERM');
    await lockIsFree();
  });

  test('is started again when it dies, once for all who use it', async () => {
    const starter = await hold();
    const other = await hold();
    await ask(other.socket, (redis) => redis.set('kept', 'yes'));
    const killed = await serverPid(other.socket);
    process.kill(killed, 'SIGKILL');
    // The question waits until a server listens again.
    expect(await ask(other.socket, (redis) => redis.get('kept'))).toBe('yes');
    const pids = [await serverPid(starter.socket), await serverPid(other.socket)];
    expect(new Set(pids).size).toBe(1);
    expect(pids).not.toContain(killed);
    servers.add(pids[0] ?? 0);
  });

  test('loses nothing that it acknowledged when every server rewrites its file and all are killed', async () => {
    const first = await hold();
    await end(first.process, 'SIGKILL');
    const second = await hold();
    const both = new Set([first.socket, second.socket]);
    for (const socket of both) {
      await ask(socket, async (redis) => {
        for (let i = 0; i < 50; i++) await redis.set(`acknowledged ${i}`, 'yes');
        await redis.bgrewriteaof();
        for (let i = 50; i < 100; i++) await redis.set(`acknowledged ${i}`, 'yes');
      });
    }
    await end(second.process, 'SIGKILL');
    await endServers();

    const third = await hold();
    const found = await ask(third.socket, (redis) => redis.keys('acknowledged *'));
    expect(found).toHaveLength(100);
  });

  test('is reached through a short path where the directory has a long one', async () => {
    directory = join(root, 'a-directory-with-a-long-name-'.repeat(4), 'redis');
    await mkdir(directory, { recursive: true });
    const all = await Promise.all([hold(), hold()]);
    expect(all[0]?.socket).toBe(all[1]?.socket);
    expect((all[0]?.socket ?? '').length).toBeLessThan(108);
    await rm(join(all[0]?.socket ?? '', '..'), { recursive: true });
  });

  test('takes up its file where a crash has cut the last record', async () => {
    const first = await startEmbedded(options());
    await ask(first.socket, async (redis) => {
      await redis.set('whole', 'yes');
      await redis.set('cut', 'yes');
    });
    await first.stop();
    const file = join(directory, 'appendonlydir', 'appendonly.aof.1.incr.aof');
    const written = await readFile(file);
    await writeFile(file, written.subarray(0, -10));
    const second = await startEmbedded(options());
    expect(await ask(second.socket, (redis) => redis.mget('whole', 'cut'))).toEqual(['yes', null]);
    await second.stop();
  });

  test('says what to do where its file is damaged, and changes nothing in it', async () => {
    const first = await startEmbedded(options());
    await ask(first.socket, (redis) => redis.set('before', 'yes'));
    await ask(first.socket, (redis) => redis.set('damaged', 'yes'));
    await first.stop();
    const folder = join(directory, 'appendonlydir');
    const file = join(folder, 'appendonly.aof.1.incr.aof');
    const written = await readFile(file);
    written.fill(0xff, written.indexOf('damaged') - 4, written.indexOf('damaged') + 4);
    await writeFile(file, written);
    const refused = await startEmbedded(options()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DamagedError);
    expect(String(refused)).toContain(`Make a copy of ${folder} first`);
    expect(await readFile(file)).toEqual(written);

    // As the words say.
    const manifest = join(folder, 'appendonly.aof.manifest');
    expect(String(refused)).toContain(`redis-check-aof --fix ${manifest}`);
    execFileSync('redis-check-aof', ['--fix', manifest], { input: 'y\n' });
    const second = await startEmbedded(options());
    expect(await ask(second.socket, (redis) => redis.mget('before', 'damaged'))).toEqual([
      'yes',
      null,
    ]);
    await second.stop();
  });

  test('says so where the damage can not be mended', async () => {
    await (await startEmbedded(options())).stop();
    const base = join(directory, 'appendonlydir', 'appendonly.aof.1.base.rdb');
    await writeFile(base, (await readFile(base)).fill(0xff, 40));
    const refused = await startEmbedded(options()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DamagedError);
    expect(String(refused)).toContain('does not mend this');
  });

  test('says why it does not start', async () => {
    await mkdir(join(directory, 'appendonlydir'), { recursive: true });
    await writeFile(join(directory, 'appendonlydir', 'appendonly.aof.manifest'), 'nonsense\n');
    await expect(startEmbedded(options())).rejects.toThrow(DamagedError);
    await expect(startEmbedded(options())).rejects.toThrow(/redis\.log ends in:[\s\S]*manifest/);
    await expect(startEmbedded({ ...options(), command: '/nowhere/redis-server' })).rejects.toThrow(
      /redis\.log ends in:[\s\S]*nowhere/,
    );
  });
});
