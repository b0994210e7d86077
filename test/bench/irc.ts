/** `npm run bench irc`: channels as rooms, beside Debian's biboumi in the same set-up, in one run. */

import { once } from 'node:events';
import { hasBiboumi } from './biboumi.ts';
import { cpuMeter, measured, residentMiB } from './cpu.ts';
import {
  atLeast,
  atMost,
  type Cost,
  type Figure,
  type Flow,
  figure,
  flow,
  type Goal,
  gate,
  ratio,
} from './figures.ts';
import {
  type IrcGateway,
  type IrcGatewayOptions,
  type Join,
  lineIn,
  stanzaIn,
  startIrcGateway,
} from './irc-gateway.ts';

/** A pace is what is measured here. */
const pass = (ms: number) => once(AbortSignal.timeout(ms), 'abort');

/** How many of each. */
export interface IrcSize {
  /** Not measured. */
  readonly warmUp: number;
  readonly fromIrc: number;
  readonly fromXmpp: number;
  /** Of a gateway that commits each by itself. */
  readonly oneByOne: number;
  readonly slowSeconds: number;
  readonly fastSeconds: number;
  readonly joins: number;
  readonly users: number;
  readonly idleSeconds: number;
}

export const IRC_FULL: IrcSize = {
  warmUp: 1_000,
  fromIrc: 20_000,
  fromXmpp: 5_000,
  oneByOne: 1_000,
  slowSeconds: 10,
  fastSeconds: 5,
  joins: 5,
  users: 500,
  idleSeconds: 10,
};

/** Shows that everything works; its figures mean nothing. */
export const IRC_QUICK: IrcSize = {
  warmUp: 20,
  fromIrc: 200,
  fromXmpp: 50,
  oneByOne: 20,
  slowSeconds: 0.5,
  fastSeconds: 0.25,
  joins: 1,
  users: 10,
  idleSeconds: 0.2,
};

type Name = IrcGatewayOptions['name'];
/** The other one first, where there is one: what Postern does is shown beside it. */
const NAMES: readonly Name[] = hasBiboumi() ? ['biboumi', 'Postern'] : ['Postern'];

const ROOM: Join = { user: 0, channel: '#bench' };
/** The rooms of a user who writes in many. */
const ROOMS = Array.from({ length: 20 }, (_, room) => ({ user: 0, channel: `#room${room}` }));
/** So many of XMPP are on their way at most. */
const WINDOW = 2_000;
const A_WRITE = 50;

/** @param profile where the gateways write a CPU profile each */
export async function* irc(size: IrcSize, profile?: string): AsyncGenerator<Figure> {
  const rates = new Map<string, number>();
  for (const archive of [true, false]) {
    for (const name of NAMES) {
      yield* within({ name, archive, users: 1, profile }, async function* (gateway) {
        const run = new Run(gateway, name, size);
        const kept = archive ? 'archive on' : 'archive off';
        for (const way of WAYS) {
          const goal = name === 'Postern' && archive ? way.goal : undefined;
          const taken = await run.flood(way, archive);
          yield* messages(`${way.what}, ${kept}`, name, taken, costs(name, way), goal, rates);
        }
        yield* latencies(run, size, name, kept);
        if (archive) yield* joining(run, size, name);
      });
    }
  }
  for (const name of NAMES) yield* idling(size, name);
}

interface Way {
  readonly what: string;
  readonly from: 'IRC' | 'XMPP';
  readonly rooms: readonly Join[];
  readonly goal?: Goal;
  /** Microseconds of CPU that one message may cost: a third more than it does on a busy machine. */
  readonly most: { readonly gateway: number; readonly redis: number };
}

const WAYS: readonly Way[] = [
  {
    ...{ what: 'IRC → XMPP', from: 'IRC', rooms: [ROOM] },
    ...{ goal: atLeast(10_000), most: { gateway: 80, redis: 5 } },
  },
  {
    ...{ what: 'XMPP → IRC, one room', from: 'XMPP', rooms: [ROOM] },
    most: { gateway: 1_200, redis: 500 },
  },
  {
    ...{ what: 'XMPP → IRC, 20 rooms', from: 'XMPP', rooms: ROOMS },
    ...{ goal: atLeast(10_000), most: { gateway: 350, redis: 150 } },
  },
];

/** A gateway and its one user, who is in his rooms. */
class Run {
  readonly #gateway: IrcGateway;
  readonly #name: Name;
  readonly #size: IrcSize;
  #isIn = false;
  #said = 0;

  constructor(gateway: IrcGateway, name: Name, size: IrcSize) {
    this.#gateway = gateway;
    this.#name = name;
    this.#size = size;
  }

  /** As fast as they get through. */
  async flood({ from, rooms }: Way, archive: boolean): Promise<Flow> {
    await this.#comeIn();
    const { warmUp, oneByOne, fromIrc, fromXmpp } = this.#size;
    const many = from === 'IRC' ? fromIrc : fromXmpp;
    const count = this.#name === 'biboumi' && archive ? oneByOne : many;
    const flood = (messages: number) =>
      from === 'IRC' ? this.#fromIrc(messages) : this.#fromXmpp(messages, rooms);
    await flood(Math.min(warmUp, count));
    return await measured(count, this.#gateway.pids, () => flood(count));
  }

  /** One each way at a steady rate. Milliseconds from the write to the other side. */
  async trickle(perSecond: number, seconds: number) {
    await this.#comeIn();
    const { irc, server, shown, told } = this.#gateway;
    const sentAt: number[] = [];
    const [shownBefore, toldBefore] = [shown.count, told.count];
    for (let number = 0; number < perSecond * seconds; number++) {
      await pass(1_000 / perSecond);
      sentAt.push(performance.now());
      irc.write(lineIn(ROOM.channel, number));
      server.write(stanzaIn(this.#name, ROOM, this.#said++));
    }
    await this.#sound(shown.reached(shownBefore + sentAt.length));
    await this.#sound(told.reached(toldBefore + sentAt.length));
    const since = (at: readonly number[], before: number) =>
      sentAt.map((sent, index) => (at[before + index] ?? Number.NaN) - sent);
    return { toXmpp: since(shown.at, shownBefore), toIrc: since(told.at, toldBefore) };
  }

  /** Milliseconds of the join of a channel with a crowd in it. */
  async crowded(number: number): Promise<number> {
    const begun = performance.now();
    await this.#gateway.join([{ user: 0, channel: `#crowd${number}` }]);
    return performance.now() - begun;
  }

  async #comeIn(): Promise<void> {
    if (this.#isIn) return;
    this.#isIn = true;
    // What biboumi is asked for while it connects, it forgets.
    await this.#gateway.join([ROOM]);
    await this.#gateway.join(ROOMS);
  }

  /** As fast as they are taken: who can show no more lets the network wait. */
  async #fromIrc(messages: number): Promise<void> {
    const { irc, shown } = this.#gateway;
    const before = shown.count;
    for (let sent = 0; sent < messages; sent += A_WRITE) {
      const numbers = Array.from(
        { length: Math.min(A_WRITE, messages - sent) },
        (_, at) => sent + at,
      );
      const lines = numbers.map((number) => lineIn(ROOM.channel, number)).join('');
      if (!irc.write(lines)) await this.#sound(irc.drained());
    }
    await this.#sound(shown.reached(before + messages));
  }

  /** As many as may be on their way. */
  async #fromXmpp(messages: number, rooms: readonly Join[]): Promise<void> {
    const { server, told } = this.#gateway;
    const before = told.count;
    for (let sent = 0; sent < messages; sent += A_WRITE) {
      await this.#sound(told.reached(before + sent - WINDOW));
      const count = Math.min(A_WRITE, messages - sent);
      const stanzas = Array.from({ length: count }, (_, at) => {
        const room = rooms[(sent + at) % rooms.length] ?? ROOM;
        return stanzaIn(this.#name, room, this.#said++);
      });
      if (!server.write(stanzas.join(''))) await this.#sound(server.drained());
    }
    await this.#sound(told.reached(before + messages));
  }

  /** What is waited for, unless a message comes back. */
  #sound<T>(wait: Promise<T>): Promise<T> {
    return Promise.race([wait, this.#gateway.server.failed]);
  }
}

function* messages(
  what: string,
  name: Name,
  taken: Flow,
  each: readonly Cost[],
  goal: Goal | undefined,
  rates: Map<string, number>,
): Generator<Figure> {
  yield* flow(`${what}: ${name}`, taken, each, goal);
  if (name === 'biboumi') rates.set(what, taken.perSecond);
  else if (rates.has(what))
    yield ratio(`${what}: ${name}`, 'of biboumi', taken.perSecond, rates.get(what));
}

/** In the order of `IrcGateway.pids`. */
const PROCESSES: Readonly<Record<Name, readonly string[]>> = {
  biboumi: ['biboumi'],
  Postern: ['gateway', 'Redis'],
};

function costs(name: Name, { most }: Way): readonly Cost[] {
  const gates = name === 'Postern' ? [gate(most.gateway), gate(most.redis)] : [];
  return PROCESSES[name].map((process, index) => [process, gates[index]]);
}

async function* latencies(
  run: Run,
  size: IrcSize,
  name: Name,
  kept: string,
): AsyncGenerator<Figure> {
  for (const [perSecond, seconds] of [
    [2, size.slowSeconds],
    [20, size.fastSeconds],
  ] as const) {
    const { toXmpp, toIrc } = await run.trickle(perSecond, seconds);
    const goal = name === 'Postern' && perSecond === 20 ? atMost(2) : undefined;
    yield* latency(`IRC → XMPP at ${perSecond}/s, ${kept}: ${name}`, toXmpp, goal);
    yield* latency(`XMPP → IRC at ${perSecond}/s, ${kept}: ${name}`, toIrc, goal);
  }
}

function* latency(what: string, ms: readonly number[], goal?: Goal): Generator<Figure> {
  yield figure(what, 'ms, half of all below', quantile(ms, 0.5), goal);
  yield figure(what, 'ms, 99 % of all below', quantile(ms, 0.99));
}

async function* joining(run: Run, { joins }: IrcSize, name: Name): AsyncGenerator<Figure> {
  const ms: number[] = [];
  for (let join = 0; join < joins; join++) ms.push(await run.crowded(join));
  yield figure(`join of 1,000 occupants: ${name}`, 'ms, half of all below', quantile(ms, 0.5));
}

/** Each has a connection, and a channel to himself, and nobody says anything. */
async function* idling({ users, idleSeconds }: IrcSize, name: Name): AsyncGenerator<Figure> {
  yield* within({ name, archive: true, users }, async function* (gateway) {
    const what = `${users} users, nothing said: ${name}`;
    const empty = gateway.pids.map(residentMiB);
    const begun = performance.now();
    await gateway.join(
      Array.from({ length: users }, (_, user) => ({ user, channel: `#of${user}` })),
    );
    yield figure(what, 'seconds until all are in', (performance.now() - begun) / 1_000);
    // What the joins left to do is done.
    await pass(idleSeconds * 500);
    const used = cpuMeter(gateway.pids);
    await pass(idleSeconds * 1_000);
    const seconds = used();
    for (const [index, process] of PROCESSES[name].entries()) {
      const pid = gateway.pids[index] ?? 0;
      const share = (100 * (seconds[index] ?? Number.NaN)) / idleSeconds;
      yield figure(
        what,
        `% of a core, ${process}`,
        share,
        process === 'gateway' ? atMost(2) : undefined,
      );
      yield figure(what, `MiB, ${process}`, residentMiB(pid));
      const grown = residentMiB(pid) - (empty[index] ?? Number.NaN);
      yield figure(what, `KiB a user, ${process}`, Math.max(0, (grown * 1_024) / users));
    }
  });
}

async function* within(
  options: IrcGatewayOptions,
  work: (gateway: IrcGateway) => AsyncGenerator<Figure>,
): AsyncGenerator<Figure> {
  const gateway = await startIrcGateway(options);
  try {
    yield* work(gateway);
  } finally {
    await gateway.stop();
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
