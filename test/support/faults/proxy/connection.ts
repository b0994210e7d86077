import type { Socket } from 'node:net';
import type { Flow, Way } from './flow.ts';
import { Pump } from './pump.ts';

export interface ConnectionOptions {
  /** Who connected. */
  readonly near: Socket;
  /** The target. */
  readonly far: Socket;
  /** Whether that is a unix socket. */
  readonly isLocal: boolean;
  readonly flow: (way: Way) => Flow;
  /** Bytes may not have arrived, or will not: see `FaultProxy.breaks`. */
  readonly broke: () => void;
  /** It was cut on one way, and will not be again. */
  readonly cut: (way: Way) => void;
  readonly closed: () => void;
}

/** One connection through a proxy. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #pumps: readonly Pump[];
  #hasLost = false;
  #open = 2;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { near, far, flow } = options;
    const lost = (): void => {
      this.#hasLost = true;
      options.broke();
    };
    const pump = (way: Way, from: Socket, to: Socket): Pump => {
      const cut = (): void => {
        options.cut(way);
        this.reset();
      };
      return new Pump({ from, to, flow: () => flow(way), lost, cut });
    };
    this.#pumps = [pump('there', near, far), pump('back', far, near)];
    this.#watch(near, far, 'there');
    this.#watch(far, near, 'back');
  }

  /** The flow has changed. */
  changed(): void {
    const ways: readonly Way[] = ['there', 'back'];
    const isHole = ways.some((way) => this.#options.flow(way).is === 'black-hole');
    if (this.#hasLost && !isHole) this.reset();
    else for (const pump of this.#pumps) pump.step();
  }

  /** Both sides meet an RST. */
  reset(): void {
    this.#reset(this.#options.near);
    this.#reset(this.#options.far);
  }

  #reset(socket: Socket): void {
    // A unix socket knows no RST.
    if (this.#options.isLocal && socket === this.#options.far) socket.destroy();
    else socket.resetAndDestroy();
  }

  #watch(socket: Socket, other: Socket, way: Way): void {
    const { flow, broke, closed } = this.#options;
    socket.setNoDelay();
    let failed = false;
    socket.on('error', () => {
      failed = true;
    });
    socket.on('end', broke);
    socket.on('close', () => {
      broke();
      this.#open -= 1;
      if (this.#open === 0) closed();
      else if (flow(way).is === 'black-hole') this.#hasLost = true;
      // What ended in good order has been passed on as an end.
      else if (failed || !socket.readableEnded) this.#reset(other);
    });
  }
}
