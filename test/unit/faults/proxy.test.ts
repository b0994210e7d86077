import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASS } from '../../support/faults/proxy/flow.ts';
import { FaultProxy } from '../../support/faults/proxy/proxy.ts';
import { Watched } from '../../support/watched.ts';

/** One end of a connection: what came, piece by piece, and how it ended. */
class End extends Watched {
  readonly pieces: string[] = [];
  ended: 'by an end' | 'by a reset' | undefined;
  readonly socket: Socket;

  constructor(socket: Socket) {
    super();
    this.socket = socket.setEncoding('latin1').setNoDelay();
    socket.on('data', (text: string) => {
      this.pieces.push(text);
      this.changed();
    });
    socket.on('end', () => this.#end('by an end'));
    socket.on('error', () => this.#end('by a reset'));
  }

  get text(): string {
    return this.pieces.join('');
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  #end(how: NonNullable<End['ended']>): void {
    this.ended ??= how;
    this.changed();
  }
}

let server: Server;
let proxy: FaultProxy;
const targets: End[] = [];

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => void targets.push(new End(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  proxy = await FaultProxy.start({ port: address.port });
});

afterEach(async () => {
  for (const { socket } of targets.splice(0)) socket.destroy();
  await proxy.stop();
  server.close();
});

/** A connection through the proxy: who connected, and the target's side. */
async function pair(): Promise<{ near: End; far: End }> {
  const accepted = once(server, 'connection');
  const near = new End(connect({ port: proxy.port, host: proxy.host, allowHalfOpen: true }));
  await Promise.all([once(near.socket, 'connect'), accepted]);
  const far = targets.at(-1);
  if (far === undefined) throw new Error('nobody came');
  return { near, far };
}

async function heard(end: End, text: string): Promise<void> {
  await end.until((it) => it.text === text);
}

it('passes bytes both ways, and an end', async () => {
  const { near, far } = await pair();
  near.write('there');
  await heard(far, 'there');
  far.write('back');
  await heard(near, 'back');
  near.socket.end('!');
  await far.until(({ ended }) => ended === 'by an end');
  far.socket.end('.');
  await near.until(({ ended }) => ended === 'by an end');
  expect([far.text, near.text]).toEqual(['there!', 'back.']);
  await proxy.until(({ open }) => open === 0);
});

it('passes a reset', async () => {
  const { near, far } = await pair();
  near.socket.resetAndDestroy();
  await far.until(({ ended }) => ended === 'by a reset');
});

it('leads to a unix socket', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'postern-proxy-'));
  const path = join(dir, 'socket');
  const local = createServer((socket) => socket.pipe(socket)).listen(path);
  await once(local, 'listening');
  const way = await FaultProxy.start({ path });
  const near = new End(connect(way.port, way.host));
  near.write('echo');
  await heard(near, 'echo');
  way.reset();
  await near.until(({ ended }) => ended === 'by a reset');
  await way.stop();
  local.close();
  await rm(dir, { recursive: true });
});

describe('a black hole', () => {
  it('swallows what comes, also on one way only, and says nothing of an end', async () => {
    const { near, far } = await pair();
    proxy.flow({ is: 'black-hole' }, 'there');
    const before = proxy.breaks;
    near.write('lost');
    await proxy.until(({ breaks }) => breaks > before);
    far.write('heard');
    await heard(near, 'heard');
    near.socket.destroy();
    await proxy.until(({ breaks }) => breaks > before + 1);
    expect([far.text, far.ended]).toEqual(['', undefined]);
  });

  it('takes new connections, too', async () => {
    proxy.flow({ is: 'black-hole' });
    const { near, far } = await pair();
    const before = proxy.breaks;
    near.write('lost');
    await proxy.until(({ breaks }) => breaks > before);
    expect(far.text).toBe('');
    await proxy.heal();
    await near.until(({ ended }) => ended === 'by a reset');
  });

  it('resets what has lost something when it is over, and nothing else', async () => {
    const [loses, idles] = [await pair(), await pair()];
    proxy.flow({ is: 'black-hole' });
    const before = proxy.breaks;
    loses.near.write('lost');
    await proxy.until(({ breaks }) => breaks > before);
    await proxy.heal();
    await loses.near.until(({ ended }) => ended === 'by a reset');
    await loses.far.until(({ ended }) => ended === 'by a reset');
    idles.near.write('heard');
    await heard(idles.far, 'heard');
  });
});

it('a stall keeps everything, and its order', async () => {
  const { near, far } = await pair();
  proxy.flow({ is: 'stall' }, 'there');
  near.write('one ');
  near.socket.end('two');
  far.write('meanwhile');
  await heard(near, 'meanwhile');
  expect(far.text).toBe('');
  proxy.flow(PASS);
  await far.until(({ ended }) => ended === 'by an end');
  expect(far.text).toBe('one two');
});

it('slices', async () => {
  const { near, far } = await pair();
  proxy.flow({ is: 'slice', bytes: 1 });
  near.write('bytes');
  far.write('more');
  await heard(far, 'bytes');
  await heard(near, 'more');
  expect(far.pieces).toEqual(['b', 'y', 't', 'e', 's']);
  expect(near.pieces).toEqual(['m', 'o', 'r', 'e']);
});

it.each([
  ['delays', { is: 'delay', ms: 20 }],
  ['slows', { is: 'rate', bytesPerSecond: 200 }],
] as const)('%s, and keeps the order', async (_, flow) => {
  const { near, far } = await pair();
  proxy.flow(flow, 'there');
  for (const word of ['To ', 'be, ', 'or not']) near.write(word);
  await heard(far, 'To be, or not');
});

it('a rate lets no more through at once than its share', async () => {
  const { near, far } = await pair();
  proxy.flow({ is: 'rate', bytesPerSecond: 200 }, 'there');
  near.write('x'.repeat(25));
  await heard(far, 'x'.repeat(25));
  expect(far.pieces[0]).toHaveLength(10);
});

describe('a cut', () => {
  it.each([
    ['after', 'a mail\r\n.\r\n'],
    ['before', 'a mail'],
  ] as const)('comes once, %s the other side has got the pattern', async (when, got) => {
    const { near, far } = await pair();
    proxy.flow({ is: 'cut', on: '\r\n.\r\n', when }, 'there');
    near.write('a mail\r');
    near.write('\n.\r');
    near.write('\nand more');
    await near.until(({ ended }) => ended === 'by a reset');
    await far.until(({ ended }) => ended === 'by a reset');
    expect(far.text).toBe(got);
    const next = await pair();
    next.near.write('\r\n.\r\n');
    await heard(next.far, '\r\n.\r\n');
  });

  it('holds back no more than what may be the pattern', async () => {
    const { near, far } = await pair();
    proxy.flow({ is: 'cut', on: 'abc', when: 'before' }, 'there');
    near.write('ab and ab');
    await heard(far, 'ab and ');
    proxy.flow(PASS);
    await heard(far, 'ab and ab');
  });
});

describe('its door', () => {
  it('refuses, and lets what is open go on', async () => {
    const { near, far } = await pair();
    await proxy.door('refuse');
    const socket = connect(proxy.port, proxy.host);
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    near.write('on');
    await heard(far, 'on');
    await proxy.door('open');
    await pair();
  });

  it('resets who comes', async () => {
    await proxy.door('reset');
    const near = new End(connect(proxy.port, proxy.host));
    near.write('hello');
    await near.until(({ ended }) => ended === 'by a reset');
    expect(targets).toEqual([]);
  });

  it('shut resets what is open, too', async () => {
    const { near, far } = await pair();
    await proxy.shut();
    await near.until(({ ended }) => ended === 'by a reset');
    await far.until(({ ended }) => ended === 'by a reset');
    await proxy.heal();
    await pair();
  });
});

it('counts what may have lost bytes, and nothing else', async () => {
  const { near, far } = await pair();
  const before = proxy.breaks;
  near.write('there');
  await heard(far, 'there');
  expect(proxy.breaks).toBe(before);
  expect(proxy.accepted).toBe(1);
  proxy.reset();
  await proxy.until(({ open }) => open === 0);
  expect(proxy.breaks).toBeGreaterThan(before);
});

it('a connection whose target is gone is reset', async () => {
  server.close();
  await once(server, 'close');
  const near = new End(connect(proxy.port, proxy.host));
  await near.until(({ ended }) => ended === 'by a reset');
});
