/** `npm run bench core`: the speed of the core, beside what bounds it, in one run. */

import { startEjabberd } from '../support/peers/ejabberd.ts';
import { startProsody } from '../support/peers/prosody.ts';
import type { XmppServer } from '../support/peers/xmpp-server.ts';
import { backlog } from './backlog.ts';
import {
  atLeast,
  atMost,
  type Cost,
  type Figure,
  figure,
  flow,
  type Goal,
  gate,
  ratio,
} from './figures.ts';
import { startGatewayUnderLoad } from './gateway-under-load.ts';
import { bringIn } from './inbound.ts';
import { GATEWAY_DOMAIN, SECRET, USER_DOMAIN } from './load.ts';
import { Source } from './outbound.ts';
import { rawThrough, xadd } from './peers.ts';
import { connectRawComponent, startRawServer } from './raw-stream.ts';

/** How many of each. */
export interface Size {
  /** Not measured: code is compiled, scripts and lanes are there. */
  readonly warmUp: number;
  readonly flood: number;
  readonly inbound: number;
  readonly trickleSeconds: number;
  readonly behindServer: number;
  readonly backlog: number;
  readonly xadd: number;
}

export const FULL: Size = {
  warmUp: 20_000,
  flood: 40_000,
  inbound: 20_000,
  trickleSeconds: 4,
  behindServer: 20_000,
  backlog: 100_000,
  xadd: 60_000,
};

/** Shows that everything works; its figures mean nothing. */
export const QUICK: Size = {
  warmUp: 200,
  flood: 1_000,
  inbound: 500,
  trickleSeconds: 1,
  behindServer: 500,
  backlog: 2_000,
  xadd: 1_000,
};

const CPU = { gateway: gate(50), redis: gate(45) };

/** @param profile where the gateways that are flooded write a CPU profile each */
export async function* core(size: Size, profile?: string): AsyncGenerator<Figure> {
  const rates = new Map<string, number>();
  for (const [appendfsync, durability] of FSYNC) {
    const peer = await xadd(appendfsync, size.xadd);
    rates.set(appendfsync, peer.perSecond);
    yield* flow(`XADD alone, 100 in a pipeline, ${appendfsync}`, peer, [['Redis', undefined]]);
    yield* ownGateway(size, appendfsync, durability, rates, profile);
  }
  for (const [name, start, goal] of SERVERS) {
    const server = await start({ components: { [USER_DOMAIN]: SECRET, [GATEWAY_DOMAIN]: SECRET } });
    try {
      yield* behind(size, name, server, goal);
    } finally {
      await server.stop();
    }
  }
  yield* waiting(size);
}

const FSYNC = [
  ['always', 'always'],
  ['everysec', 'relaxed'],
] as const;

const GOALS = {
  always: { perSecond: atLeast(7_000), p50: atMost(9), p99: atMost(50) },
  everysec: { perSecond: atLeast(10_000), p50: atMost(1), p99: atMost(15) },
};

const SERVERS = [
  ['Prosody', startProsody, atLeast(3_800)],
  ['ejabberd', startEjabberd, atLeast(8_500)],
] as const;

/** The gateway between a source and an adapter that do nothing. */
async function* ownGateway(
  size: Size,
  appendfsync: 'always' | 'everysec',
  durability: 'always' | 'relaxed',
  rates: ReadonlyMap<string, number>,
  profile: string | undefined,
): AsyncGenerator<Figure> {
  const server = await startRawServer(GATEWAY_DOMAIN);
  const gateway = await startGatewayUnderLoad({ durability, port: server.port, profile });
  try {
    const pids = await gateway.pids();
    const source = new Source(server, gateway);
    await source.flood(size.warmUp, pids);
    const out = await source.flood(size.flood, pids);
    const goals = GOALS[appendfsync];
    const what = `stanza in → durable → adapter, ${appendfsync}`;
    yield* flow(what, out, OWN, goals.perSecond);
    yield ratio(what, 'of XADD alone', out.perSecond, rates.get(appendfsync));
    yield* latency(
      `added latency at 1,000/s, ${appendfsync}`,
      await source.trickle(1_000, size.trickleSeconds),
      goals,
    );
    await bringIn(gateway, server, { messages: size.warmUp, total: size.warmUp }, pids);
    const total = size.warmUp + size.inbound;
    const inbound = await bringIn(gateway, server, { messages: size.inbound, total }, pids);
    yield* flow(`adapter in → durable → stanza → ping back, ${appendfsync}`, inbound, OWN);
  } finally {
    await gateway.stop();
    server.close();
  }
}

/** A server on the same machine, alone and with the gateway behind it. */
async function* behind(
  size: Size,
  name: string,
  server: XmppServer,
  goal: Goal,
): AsyncGenerator<Figure> {
  const alone = await rawThrough(server, 2 * size.behindServer);
  yield* flow(`${name} alone, component to component`, alone, [[name, undefined]]);
  const source = await connectRawComponent(server.componentPort, USER_DOMAIN, SECRET);
  const gateway = await startGatewayUnderLoad({
    durability: 'relaxed',
    port: server.componentPort,
  });
  try {
    const pids = [...(await gateway.pids()), server.pid];
    const flood = new Source(source, gateway);
    await flood.flood(size.warmUp, pids);
    const chain = await flood.flood(size.behindServer, pids);
    const what = `behind ${name}, everysec`;
    yield* flow(what, chain, [...OWN, [name, undefined]], goal);
    yield ratio(what, `of ${name} alone`, chain.perSecond, alone.perSecond);
  } finally {
    await gateway.stop();
    source.close();
  }
}

async function* waiting(size: Size): AsyncGenerator<Figure> {
  const found = await backlog(size.backlog);
  const what = `${size.backlog.toLocaleString('en')} waiting`;
  const bytes = { what, measure: 'bytes of Redis a message beyond its text' };
  yield { ...bytes, value: found.bytesBeyondText, goal: { ...atMost(1_024), gate: true } };
  yield {
    what,
    measure: 'seconds from the start to ready',
    value: found.readySeconds,
    goal: atMost(3),
  };
  yield { what, measure: 'messages/s until none waits', value: found.perSecond };
}

const OWN: readonly Cost[] = [
  ['gateway', CPU.gateway],
  ['Redis', CPU.redis],
];

function* latency(
  what: string,
  micros: readonly number[],
  goals: { readonly p50: Goal; readonly p99: Goal },
): Generator<Figure> {
  const sorted = [...micros].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) / 1_000;
  yield figure(what, 'ms, half of all below', at(0.5), goals.p50);
  yield figure(what, 'ms, 99 % of all below', at(0.99), goals.p99);
}
