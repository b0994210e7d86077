/** Postern with the bench's adapter. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Inbox } from '../support/clients/inbox.ts';
import type { News, Order } from './adapter/probe.ts';
import { type BenchGateway, type BenchGatewayOptions, startBenchGateway } from './bench-gateway.ts';
import { accounts, CONVERSATIONS, GATEWAY_DOMAIN, TEXT_LENGTH } from './load.ts';

const ADAPTER = fileURLToPath(new URL('./adapter/index.ts', import.meta.url));

export interface LoadOptions {
  readonly durability: BenchGatewayOptions['durability'];
  /** Of the server for its component. */
  readonly port: number;
  /** The network takes nothing until `release`. */
  readonly hold?: boolean;
  readonly profile?: string | undefined;
}

export interface GatewayUnderLoad extends BenchGateway {
  readonly probe: Probe;
}

/** Resolves when its domain is up. */
export async function startGatewayUnderLoad(options: LoadOptions): Promise<GatewayUnderLoad> {
  const { hold = false } = options;
  const dir = await mkdtemp(join(tmpdir(), 'postern-probe-'));
  const probe = new Probe(join(dir, 'probe.sock'));
  const end = async () => {
    probe.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const gateway = await startBenchGateway({
      ...options,
      transport: {
        id: 'bench',
        use: ADAPTER,
        domain: GATEWAY_DOMAIN,
        config: { probe: probe.path, hold, conversations: CONVERSATIONS, textLength: TEXT_LENGTH },
        accounts: accounts(),
      },
    });
    const stop = async () => {
      await gateway.stop();
      await end();
    };
    return { ...gateway, probe, stop };
  } catch (error) {
    await end();
    throw error;
  }
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
