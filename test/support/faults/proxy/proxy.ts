/** A way to a port or a unix socket, on which everything can go wrong that can go wrong on a network. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Watched } from '../../watched.ts';
import { Connection } from './connection.ts';
import { type Flow, PASS, type Way } from './flow.ts';

/** Where a proxy leads to. */
export type Target = { readonly port: number; readonly host?: string } | { readonly path: string };

/** What a new connection meets: the target, nobody, or an RST. */
export type Door = 'open' | 'refuse' | 'reset';

export class FaultProxy extends Watched {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly #target: Target;
  readonly #flows: Record<Way, Flow> = { there: PASS, back: PASS };
  readonly #connections = new Set<Connection>();
  #server: Server | undefined;
  #door: Door = 'open';
  #accepted = 0;
  #breaks = 0;

  private constructor(target: Target, server: Server, port: number) {
    super();
    this.#target = target;
    this.port = port;
    this.#serve(server);
  }

  /** On a free port of 127.0.0.1; everything passes. */
  static async start(target: Target): Promise<FaultProxy> {
    const server = await listen(0);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return new FaultProxy(target, server, port);
  }

  /** Connections so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** That are open now, on one side at least. */
  get open(): number {
    return this.#connections.size;
  }

  /**
   * Changes whenever a connection comes, goes, or loses something: what was written between two
   * moments at which this is the same has arrived in order, or will.
   */
  get breaks(): number {
    return this.#breaks;
  }

  /** For what is open and what will be. @param ways both, if none is given */
  flow(flow: Flow, ...ways: readonly Way[]): void {
    for (const way of ways.length === 0 ? (['there', 'back'] as const) : ways) {
      this.#flows[way] = flow;
    }
    if (flow.is === 'black-hole') this.#broke();
    for (const connection of [...this.#connections]) connection.changed();
  }

  /** What is open stays. Resolves when it applies to whoever comes next. */
  async door(door: Door): Promise<void> {
    this.#door = door;
    if (door === 'refuse') {
      this.#server?.close();
      this.#server = undefined;
    } else if (this.#server === undefined) this.#serve(await listen(this.port));
  }

  /** All that is open meets an RST on both sides. */
  reset(): void {
    for (const connection of [...this.#connections]) connection.reset();
  }

  /** As if the machine behind it were gone: what is open is reset, who comes is refused. */
  async shut(): Promise<void> {
    await this.door('refuse');
    this.reset();
  }

  /** All is as it was at the start. */
  async heal(): Promise<void> {
    this.flow(PASS);
    await this.door('open');
  }

  /** Breaks everything, and listens no more. Works twice. */
  async stop(): Promise<void> {
    await this.shut();
    await this.until(({ open }) => open === 0);
  }

  #serve(server: Server): void {
    this.#server = server;
    server.on('connection', (near) => {
      if (this.#door === 'reset') near.resetAndDestroy();
      else this.#accept(near);
    });
  }

  #accept(near: Socket): void {
    const far = connect({ ...this.#target, allowHalfOpen: true });
    const connection = new Connection({
      near,
      far,
      isLocal: 'path' in this.#target,
      flow: (way) => this.#flows[way],
      broke: () => this.#broke(),
      cut: (way) => {
        this.#flows[way] = PASS;
      },
      closed: () => {
        this.#connections.delete(connection);
        this.changed();
      },
    });
    this.#connections.add(connection);
    this.#accepted += 1;
    this.#broke();
  }

  #broke(): void {
    this.#breaks += 1;
    this.changed();
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
