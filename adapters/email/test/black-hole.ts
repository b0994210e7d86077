/** Addresses of this machine that never answer, and a name that has them before the good one. */

import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** All of 127.0.0.0/8 is this machine: none of the three is the address on which a peer listens. */
const HOLES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;

/** Listens, and takes nobody: when its queue is full, Linux leaves each further SYN unanswered. */
const LISTENER = `
const [port, ...hosts] = process.argv.slice(1);
let open = 0;
for (const host of hosts) {
  require('node:net').createServer().listen({ host, port: Number(port), backlog: 1 }, () => {
    open += 1;
    if (open === hosts.length) {
      require('node:fs').writeSync(1, 'open');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
  });
}`;

/** How many connections fill a queue of 1: Linux takes one more than it was told. */
const QUEUE = 2;

export interface BlackHole {
  /** The first three never answer, the fourth is 127.0.0.1. */
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

/** @param port on which the good address is served */
export async function startBlackHole(port: number): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', LISTENER, String(port), ...HOLES], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('The black hole has ended.'))),
  ]);
  const fill: Socket[] = [];
  for (const host of HOLES) {
    for (let n = 0; n < QUEUE; n++) {
      const socket = connect({ host, port }).on('error', () => undefined);
      await once(socket, 'connect');
      fill.push(socket);
    }
  }
  return {
    addresses: [...HOLES, '127.0.0.1'],
    async stop() {
      for (const socket of fill) socket.destroy();
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Lets this process find a name at these addresses, in this order, whoever asks; all other names are
 * found as before. @returns undoes it
 */
export function resolveTo(name: string, addresses: readonly string[]): () => void {
  const { lookup } = dns;
  const { resolve4, resolve6 } = dns.Resolver.prototype;
  const all = addresses.map((address) => ({ address, family: 4 }));
  Object.assign(dns, {
    lookup(...args: unknown[]) {
      const answer = args.at(-1);
      if (args[0] !== name || typeof answer !== 'function') return Reflect.apply(lookup, dns, args);
      // `net` asks for all; whoever asks for one gets the first.
      const isAll =
        typeof args[1] === 'object' && args[1] !== null && 'all' in args[1] && args[1].all;
      queueMicrotask(() => (isAll ? answer(null, all) : answer(null, addresses[0], 4)));
    },
  });
  Object.assign(dns.Resolver.prototype, {
    resolve4(this: dns.Resolver, ...args: unknown[]) {
      const answer = args.at(-1);
      if (args[0] !== name || typeof answer !== 'function')
        return Reflect.apply(resolve4, this, args);
      queueMicrotask(() => answer(null, addresses));
    },
    resolve6(this: dns.Resolver, ...args: unknown[]) {
      const answer = args.at(-1);
      if (args[0] !== name || typeof answer !== 'function')
        return Reflect.apply(resolve6, this, args);
      queueMicrotask(() => answer(null, []));
    },
  });
  return () => {
    Object.assign(dns, { lookup });
    Object.assign(dns.Resolver.prototype, { resolve4, resolve6 });
  };
}
