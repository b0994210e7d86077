import type { Redis } from 'ioredis';
import { infoOf, serversOf } from './servers.ts';
import type { Store } from './store.ts';

/** Redis is not set so that it keeps what it acknowledges. */
export class StartCheckError extends Error {
  override readonly name = 'StartCheckError';
  /** What is wrong, each with the line of `redis.conf` to change. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Redis would lose messages as it is set:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

const OLDEST = [7, 0] as const;
/** So long a server may be away at the start: it may be started together with us. */
const UNREACHABLE_MS = 10_000;

interface Finding {
  readonly problems: string[];
  readonly warnings: string[];
}

/**
 * Makes sure that what Redis acknowledges is on its disk and stays there. Waits for the connection,
 * and for a server that still reads its file.
 * @returns what could not be checked, one line each
 * @throws StartCheckError
 */
export async function checkStart(
  store: Store,
  durability: 'always' | 'relaxed',
): Promise<readonly string[]> {
  await answered(store);
  const found = await Promise.all(serversOf(store).map((server) => check(server, durability)));
  const problems = new Set(found.flatMap((one) => one.problems));
  if (problems.size > 0) throw new StartCheckError([...problems]);
  return [...new Set(found.flatMap((one) => one.warnings))];
}

/** A cluster knows its servers only when it is connected, and a server may still read its file. */
async function answered(store: Store): Promise<void> {
  const deadline = performance.now() + UNREACHABLE_MS;
  for (;;) {
    try {
      await store.command('GET', 0, 'epoch');
      return;
    } catch (error) {
      // `connect`: there is a link, but it is not ready. Each vain question takes its time.
      if (store.client.status !== 'connect' && performance.now() > deadline) throw error;
    }
  }
}

async function check(server: Redis, durability: 'always' | 'relaxed'): Promise<Finding> {
  const finding: Finding = { problems: [], warnings: [] };
  const { problems } = finding;
  const version = (await infoOf(server, 'server')).get('redis_version') ?? '0';
  if (isOlder(version)) {
    problems.push(`its version is ${version}: install ${OLDEST.join('.')} or later`);
  }
  if ((await infoOf(server, 'persistence')).get('aof_enabled') !== '1') {
    problems.push('it keeps messages in memory only: set "appendonly yes"');
  }
  const memory = await infoOf(server, 'memory');
  const policy = memory.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    problems.push(
      `it removes messages when it is full (${policy}): set "maxmemory-policy noeviction"`,
    );
  }
  if (!(Number(memory.get('maxmemory')) > 0)) {
    problems.push('nobody can tell when it is nearly full: set "maxmemory 256mb", or more');
  }
  await checkFile(server, durability, finding);
  return finding;
}

/** What only CONFIG tells: it may be forbidden, as by most who rent Redis out. */
async function checkFile(
  server: Redis,
  durability: 'always' | 'relaxed',
  { problems, warnings }: Finding,
): Promise<void> {
  const wanted = [
    ...(durability === 'always'
      ? ([
          ['appendfsync', 'always', 'a power failure would cost what it acknowledged last'],
        ] as const)
      : []),
    [
      'no-appendfsync-on-rewrite',
      'no',
      'it acknowledges unwritten messages during a rewrite',
    ] as const,
  ];
  for (const [name, value, harm] of wanted) {
    let found: unknown;
    try {
      found = await server.config('GET', name);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      warnings.push(`could not check "${name} ${value}": the command CONFIG is forbidden here`);
      continue;
    }
    const actual: unknown = Array.isArray(found) ? found[1] : undefined;
    if (actual !== value) problems.push(`${harm} (${name} ${actual}): set "${name} ${value}"`);
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message);
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
