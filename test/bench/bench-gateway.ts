/** Postern in a process of its own, as an operator starts it, with its own Redis and one transport. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedView, embeddedRedis } from '../support/embedded-redis.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { SECRET, USER_DOMAIN } from './load.ts';

export interface BenchGatewayOptions {
  readonly durability: 'always' | 'relaxed';
  /** Of the server for its component. */
  readonly port: number;
  /** As in the configuration, without limits. */
  readonly transport: Readonly<Record<string, unknown>>;
  /** Where the gateway writes a CPU profile when it ends. */
  readonly profile?: string | undefined;
}

export interface BenchGateway {
  readonly view: () => EmbeddedView;
  /** Of the gateway and of its Redis. */
  pids(): Promise<readonly [number, number]>;
  /** Ends both and starts both again on the same data. Resolves when all domains are up, to the seconds that it took. */
  restart(): Promise<number>;
  stop(): Promise<void>;
}

/** Resolves when its domain is up. */
export async function startBenchGateway(options: BenchGatewayOptions): Promise<BenchGateway> {
  const { durability, port, transport, profile } = options;
  const dir = await mkdtemp(join(tmpdir(), 'postern-bench-'));
  const gateway = await startGateway({
    dir,
    config: {
      xmpp: { server: USER_DOMAIN, connect: `127.0.0.1:${port}`, secret: SECRET },
      access: [USER_DOMAIN],
      redis: { embedded: { maxMemory: '1GiB' } },
      durability,
      transports: [{ ...transport, dailyLimit: 100_000, perMinute: 100_000 }],
    },
    ...(profile === undefined
      ? {}
      : { env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` } }),
  });
  const clear = async () => {
    await gateway.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await up(gateway);
  } catch (error) {
    await clear();
    throw error;
  }
  let view = embeddedRedis(dir);
  return {
    view: () => view,
    pids: async () => [gateway.program.pid, await view.pid()],
    async restart() {
      view.close();
      await gateway.program.end();
      const begun = performance.now();
      await gateway.restart();
      await up(gateway);
      const seconds = (performance.now() - begun) / 1_000;
      view = embeddedRedis(dir);
      return seconds;
    },
    async stop() {
      view.close();
      await clear();
    },
  };
}

async function up({ program }: GatewayProcess): Promise<void> {
  await Promise.all([
    program.printed(({ msg }) => msg === 'started'),
    program.printed(({ msg }) => msg === 'xmpp online'),
  ]);
}
