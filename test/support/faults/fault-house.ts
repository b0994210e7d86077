/**
 * A gateway with everything that it speaks to, in which everything can be broken: each link passes
 * through a proxy, each process can be killed, stopped and continued, and a ledger has who saw what.
 */

import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayProcess } from '../gateway.ts';
import { leaksIn } from '../house.ts';
import type { RedisPeer } from '../peers/redis.ts';
import type { XmppServer } from '../peers/xmpp-server.ts';
import { check, type Promises, type Verdict } from './checker.ts';
import type { Direction } from './directions/direction.ts';
import { allOf, type Doors } from './doors/doors.ts';
import { type DirectionName, type FaultKind, type How, idOf, type Ledger, TEXT } from './ledger.ts';
import type { FaultProxy } from './proxy/proxy.ts';
import type { Pulse } from './pulse.ts';
import type { Resident } from './resident.ts';
import { type StoreView, viewStore } from './store-view.ts';
import { Supervisor } from './supervisor.ts';
import { tableOf } from './verdict-table.ts';

/** What can be killed and is started again at once. */
export type Peer = 'gateway' | 'redis' | 'server' | 'carrier' | 'smarthost' | 'irc';

/** What can be stopped and go on. The smarthost has no process of its own, but its link can stall. */
export type Pausable = Exclude<Peer, 'smarthost'>;

export type LinkName<Kind = FaultKind> = Kind extends `link-${infer Name}` ? Name : never;

/** A text whose fate the carrier does not know is asked for until 30 s have passed, and retries wait longer. */
const SETTLED_MS = 240_000;

/** What runs in a house. */
export interface Parts {
  readonly ledger: Ledger;
  readonly pulse: Pulse;
  readonly server: XmppServer;
  readonly redis: RedisPeer;
  readonly doors: Doors;
  readonly gateway: GatewayProcess;
  readonly links: Readonly<Partial<Record<LinkName, FaultProxy>>>;
  readonly resident: Resident;
  readonly directions: readonly Direction[];
}

/** See `startFaultHouse`. */
export class FaultHouse {
  readonly ledger: Ledger;
  readonly directions: readonly Direction[];
  readonly gateway: GatewayProcess;
  readonly server: XmppServer;
  readonly redis: RedisPeer;
  readonly doors: Doors;
  readonly resident: Resident;
  readonly #parts: Parts;
  readonly #supervisor: Supervisor;
  readonly #store: StoreView;
  readonly #parked = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.ledger = parts.ledger;
    this.directions = parts.directions;
    this.gateway = parts.gateway;
    this.server = parts.server;
    this.redis = parts.redis;
    this.doors = parts.doors;
    this.resident = parts.resident;
    this.#supervisor = new Supervisor(parts.gateway);
    this.#store = viewStore(parts.redis.socket);
  }

  /** How often the gateway was started again, by whatever end. */
  get restarts(): number {
    return this.#supervisor.restarts;
  }

  /** What the gateway said when it ended although nobody had killed it, oldest first. */
  get ends(): readonly string[] {
    return this.#supervisor.ends;
  }

  /** Of every process of the gateway that is started from now on. */
  set nextEnv(env: Readonly<Record<string, string>>) {
    this.#supervisor.env = env;
  }

  /** @throws Error where no direction of this house needs it */
  direction(name: DirectionName): Direction {
    const found = this.directions.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no ${name} in this house`);
    return found;
  }

  /** Every direction offers so many further messages. */
  send(count: number): void {
    for (const direction of this.directions) direction.send(count);
  }

  /** Resolves when every domain is up. */
  async up(): Promise<void> {
    await this.#supervisor.up();
  }

  /** Resolves when something new has arrived in every direction. */
  async flows(): Promise<void> {
    const { ledger, pulse } = this.#parts;
    // A carrier confirms what it has; but all of what it says may be lost.
    const texts = this.directions.find(({ name }) => name === 'xmpp-sms');
    let isAsking = false;
    const stop = pulse.beat(() => {
      if (isAsking || texts === undefined) return;
      isAsking = true;
      void Promise.allSettled([texts.collect()]).then(() => {
        isAsking = false;
      });
    });
    const arrived = (name: DirectionName): number =>
      ledger.count(name, 'arrived') + ledger.count(name, 'receipt');
    const before = this.directions.map(({ name }) => arrived(name));
    await ledger
      .until(() => this.directions.every(({ name }, at) => arrived(name) > (before[at] ?? 0)))
      .finally(stop);
  }

  /** SIGKILL, and a new start at once on the same data. Resolves when it runs; it may not answer yet. */
  async kill(peer: Peer): Promise<void> {
    this.ledger.fault(peer, 'killed');
    const { redis, server, doors } = this.#parts;
    switch (peer) {
      case 'gateway':
        await this.#supervisor.kill();
        return;
      case 'redis':
        await redis.restart();
        return;
      case 'server':
        await server.kill('SIGKILL');
        await server.restart();
        return;
      case 'carrier':
        await doors.sms?.kill();
        return;
      case 'smarthost':
        await doors.mail?.smarthost.kill();
        await doors.mail?.smarthost.restart();
        return;
      case 'irc':
        await doors.irc?.kill();
    }
  }

  /** SIGTERM to the gateway, and a new start at once. It is no fault: nothing may come twice for it. */
  end(): Promise<void> {
    return this.#supervisor.end();
  }

  /** Removes what wakes drainers. Nothing may come twice for it, and nothing out of order. */
  removeWakeUps(): Promise<void> {
    return this.#store.removeWakeUps();
  }

  /** SIGSTOP. */
  async pause(peer: Pausable): Promise<void> {
    this.ledger.fault(peer, 'paused');
    await this.#signal(peer, 'SIGSTOP');
  }

  async resume(peer: Pausable): Promise<void> {
    await this.#signal(peer, 'SIGCONT');
  }

  /** Notes that a link is broken. @returns what breaks it */
  breaking(link: LinkName, how: How = 'broken'): FaultProxy {
    this.ledger.fault(`link-${link}`, how);
    return this.link(link);
  }

  /** @throws Error where this house has none of that name */
  link(link: LinkName): FaultProxy {
    const proxy = this.#parts.links[link];
    if (proxy === undefined) throw new Error(`there is no link ${link} in this house`);
    return proxy;
  }

  /**
   * Resolves when everything that was ever offered has come to an end, and the ledger has it. Nothing
   * may be broken any more.
   * @throws Error with what is waited for when that takes too long
   */
  async settled(withinMs = SETTLED_MS): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`not settled:\n${this.waitsFor}\n${tableOf(this.verdict())}`));
    }, withinMs);
    await Promise.race([this.#settle(), late.promise]).finally(() => clearTimeout(timer));
  }

  async #settle(): Promise<void> {
    const { ledger, resident, doors } = this.#parts;
    await this.up();
    await Promise.all(this.directions.map((direction) => direction.taken()));
    await this.#store.served(allOf(doors).flatMap(({ channels }) => channels));
    await resident.caughtUp();
    await Promise.all(this.directions.map((direction) => direction.collect()));
    for (const key of await this.#store.parked()) {
      if (!this.#parked.has(idOf(key))) ledger.note(key, { is: 'parked' });
      this.#parked.add(idOf(key));
    }
  }

  /** For people, while `settled` has not resolved. */
  get waitsFor(): string {
    return this.directions.map(({ name, waitsFor }) => `${name}: ${waitsFor}`).join('\n');
  }

  get promises(): Promises {
    return Object.fromEntries(this.directions.map(({ name, promised }) => [name, promised]));
  }

  /** @param excused see `check` */
  verdict(excused?: ReadonlySet<string>): Verdict {
    return check(this.ledger, this.promises, excused);
  }

  /** For whoever looks into what broke: the ledger, the log, the state of the gateway. */
  async keep(dir: string): Promise<void> {
    await mkdir(dir, { recursive: true });
    await cp(this.gateway.dir, join(dir, 'gateway'), { recursive: true });
    await writeFile(join(dir, 'log'), this.gateway.output);
    await this.ledger.write(join(dir, 'ledger'));
  }

  async stop(): Promise<void> {
    const { pulse, server, redis, doors, gateway, resident, links } = this.#parts;
    pulse.stop();
    this.#store.close();
    await resident.stop();
    await this.#supervisor.stop();
    await gateway.stop();
    await Promise.all(allOf(doors).map((door) => door.stop()));
    await Promise.all([links.xmpp?.stop(), links.redis?.stop()]);
    await Promise.all([server.stop(), redis.stop()]);
    const leaked = [...leaksIn(gateway.output), ...(TEXT.exec(gateway.output) ?? [])];
    if (leaked.length > 0) throw new Error(`The log shows ${leaked.join(', ')}.`);
  }

  async #signal(peer: Pausable, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const { redis, server, doors } = this.#parts;
    if (peer === 'gateway') this.gateway.program.signal(signal);
    else if (peer === 'redis') redis.signal(signal);
    else if (peer === 'server') await server.kill(signal);
    else if (peer === 'irc') await doors.irc?.irc.kill(signal);
    else if (doors.sms !== undefined) process.kill(doors.sms.carrier.pid, signal);
  }
}
