/** Postern in a process of its own, as an operator starts it, with the bench's adapter and its own Redis. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Inbox } from '../support/clients/inbox.ts';
import { type EmbeddedView, embeddedRedis } from '../support/embedded-redis.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import type { News, Order } from './adapter/probe.ts';
import {
  accounts,
  CONVERSATIONS,
  GATEWAY_DOMAIN,
  SECRET,
  TEXT_LENGTH,
  USER_DOMAIN,
} from './load.ts';

const ADAPTER = fileURLToPath(new URL('./adapter/index.ts', import.meta.url));

export interface LoadOptions {
  readonly durability: 'always' | 'relaxed';
  /** Of the server for its component. */
  readonly port: number;
  /** The network takes nothing until `release`. */
  readonly hold?: boolean;
  /** Where the gateway writes a CPU profile when it ends. */
  readonly profile?: string | undefined;
}

export interface GatewayUnderLoad {
  readonly probe: Probe;
  readonly view: EmbeddedView;
  /** Of the gateway and of its Redis. */
  pids(): Promise<readonly [number, number]>;
  /** Ends both and starts both again on the same data. Resolves when all domains are up, to the seconds that it took. */
  restart(): Promise<number>;
  stop(): Promise<void>;
}

/** Resolves when its domain is up. */
export async function startGatewayUnderLoad(options: LoadOptions): Promise<GatewayUnderLoad> {
  const { durability, port, hold = false, profile } = options;
  const dir = await mkdtemp(join(tmpdir(), 'postern-bench-'));
  const probe = new Probe(join(dir, 'probe.sock'));
  const gateway = await startGateway({
    dir,
    config: {
      xmpp: { server: USER_DOMAIN, connect: `127.0.0.1:${port}`, secret: SECRET },
      access: [USER_DOMAIN],
      redis: { embedded: { maxMemory: '1GiB' } },
      durability,
      transports: [
        {
          id: 'bench',
          use: ADAPTER,
          domain: GATEWAY_DOMAIN,
          config: {
            probe: probe.path,
            hold,
            conversations: CONVERSATIONS,
            textLength: TEXT_LENGTH,
          },
          accounts: accounts(),
          dailyLimit: 100_000,
          perMinute: 100_000,
        },
      ],
    },
    ...(profile === undefined
      ? {}
      : { env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` } }),
  });
  const clear = async () => {
    probe.close();
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
    probe,
    get view() {
      return view;
    },
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

/** The bench's line to its adapter. */
class Probe {
  readonly path: string;
  readonly #server: Server;
  #news = new Inbox<News>();
  readonly #connected = Promise.withResolvers<Socket>();
  #socket: Promise<Socket> = this.#connected.promise;
  #onProgress: () => void = () => undefined;
  #delivered = 0;
  #outOfTurn = 0;

  constructor(path: string) {
    this.path = path;
    this.#server = createServer((socket) => {
      this.#socket = Promise.resolve(socket);
      this.#connected.resolve(socket);
      this.#delivered = 0;
      socket.on('error', () => socket.destroy());
      const news = new Inbox<News>();
      this.#news = news;
      socket.on('close', () => news.end(new Error('The gateway has gone.')));
      createInterface(socket).on('line', (line) => this.#hear(JSON.parse(line) as News));
    }).listen(path);
  }

  /** Since the gateway's start; at most `PROGRESS_EVERY` behind. */
  get delivered(): number {
    return this.#delivered;
  }

  get outOfTurn(): number {
    return this.#outOfTurn;
  }

  /** Resolves with the next news of deliveries. */
  progress(): Promise<void> {
    return new Promise((resolve) => {
      this.#onProgress = resolve;
    });
  }

  /** Resolves when so many have been delivered since the start; with `timed` to the latency of each in microseconds. */
  async reached(total: number, timed = false): Promise<readonly number[]> {
    await this.#order({ do: 'expect', total, timed });
    const news = await this.#news.take(({ is }) => is === 'reached');
    return news.is === 'reached' ? news.latencies : [];
  }

  /** Resolves when so many messages from the network are stored. */
  async receive(messages: number, atOnce: number): Promise<void> {
    await this.#order({ do: 'receive', messages, atOnce });
    await this.#news.take(({ is }) => is === 'received');
  }

  async release(): Promise<void> {
    await this.#order({ do: 'release' });
  }

  close(): void {
    this.#server.close();
  }

  async #order(order: Order): Promise<void> {
    (await this.#socket).write(`${JSON.stringify(order)}\n`);
  }

  #hear(news: News): void {
    if (news.is === 'progress') {
      this.#delivered = news.delivered;
      this.#outOfTurn = news.outOfTurn;
      this.#onProgress();
    } else {
      this.#news.add(news);
    }
  }
}
