import type { MessageId } from '../contract/index.ts';
import { crashPoint } from '../crash-point.ts';
import type { Claim, Settled } from './lane-store.ts';
import { Looks } from './looks.ts';
import type { Drain, DrainOptions, Served, Turn } from './serving.ts';
import { TurnClock } from './turn-clock.ts';

/** So many turns a lane has in a row while others wait. */
const TURNS_IN_A_ROW = 8;
/** A store that fails is asked again after so long, at first and at most. */
const RETRY_MS = { first: 50, most: 1_000 } as const;
/** An operator hears of trouble so often at most. */
const ERROR_EVERY_MS = 1_000;
/** A wait that is no number is so long. */
const NO_NUMBER_MS = 60_000;

/**
 * Serves the lanes of a channel until it is stopped: claims what is due where somebody nudged, where
 * something falls due, and everywhere once in a sweep; hands each claim to the server; stores what
 * became of it, and in the same round trip claims what comes next in that lane.
 *
 * All waiting is one timer. One claim is under way at a time: what is nudged meanwhile is one look.
 */
export function startDrain(options: DrainOptions): Drain {
  return new LaneDrain(options);
}

/**
 * The wait may be what an adapter reckoned from foreign text. One that is no number would hold its lane
 * for ever in memory, and break a script in Redis that has done half of its work.
 */
function withWait(served: Served): Served {
  const last = served.settlements.at(-1);
  if (last === undefined || !('afterMs' in last) || Number.isFinite(last.afterMs)) return served;
  const waiting = { ...last, afterMs: NO_NUMBER_MS };
  return { ...served, settlements: [...served.settlements.slice(0, -1), waiting] };
}

class LaneDrain implements Drain {
  readonly #options: DrainOptions;
  readonly #leaseMs: number;
  readonly #sweepMs: number;
  readonly #looks = new Looks();
  readonly #turns: TurnClock;
  readonly #active = new Set<Promise<void>>();
  readonly #deafen: () => void;
  #sweepAt = 0;
  #pausedUntil = 0;
  #retryAt = 0;
  #failures = 0;
  #claiming: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  #atOnce = false;
  #stopping = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: DrainOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 30_000;
    this.#sweepMs = options.sweepMs ?? 5_000;
    this.#turns = new TurnClock(this.#leaseMs);
    this.#deafen = options.wake.listen(options.channel, (partition) => this.nudge(partition));
    this.#lookSoon();
  }

  nudge(partition: number): void {
    this.#looks.add(partition, performance.now());
    this.#lookSoon();
  }

  nudgeAtOnce(partition: number): void {
    this.#looks.add(partition, performance.now());
    if (this.#atOnce || this.#stopping) return;
    this.#atOnce = true;
    // What is nudged in the same breath is one look.
    queueMicrotask(() => {
      this.#atOnce = false;
      if (!this.#stopping) this.#look();
    });
  }

  pause(ms: number): void {
    const until = performance.now() + (Number.isNaN(ms) ? NO_NUMBER_MS : ms);
    this.#pausedUntil = ms === 0 ? 0 : Math.max(this.#pausedUntil, until);
    this.#lookSoon();
  }

  async settled(): Promise<void> {
    await this.#allEnded();
  }

  async stop(capMs: number): Promise<void> {
    this.#stopping = true;
    this.#deafen();
    clearImmediate(this.#soon);
    let cap: NodeJS.Timeout | undefined;
    const capped = new Promise<'capped'>((resolve) => {
      cap = setTimeout(() => resolve('capped'), capMs);
    });
    const ended = await Promise.race([this.#allEnded(), capped]);
    clearTimeout(cap);
    clearTimeout(this.#timer);
    this.#turns.stop();
    const { channel, store, holder, wake } = this.#options;
    // A lane that was claimed by an answer which never came would wait for the end of its lease.
    if (ended !== 'capped') await store.release(channel, holder).catch(() => 0);
    // Whoever serves the channel next need not wait for its sweep.
    for (const partition of this.#looks.due(performance.now()))
      wake.schedule(channel, partition, 0);
  }

  async #allEnded(): Promise<void> {
    await this.#claiming;
    while (this.#active.size > 0) await Promise.all(this.#active);
  }

  #lookSoon(): void {
    if (this.#soon !== undefined || this.#stopping) return;
    this.#soon = setImmediate(() => {
      this.#soon = undefined;
      this.#look();
    });
  }

  /** Does what is due now, and sets the timer for what is due next. */
  #look(): void {
    const now = performance.now();
    this.#turns.tick(now);
    if (this.#mayClaim(now)) {
      if (now >= this.#sweepAt) {
        this.#sweepAt = now + this.#sweepMs;
        this.#looks.addAll(now);
      }
      const due = this.#looks.takeDue(now);
      if (due.size > 0) {
        this.#claiming = this.#claim(due).finally(() => {
          this.#claiming = undefined;
          this.#lookSoon();
        });
      }
    }
    this.#setTimer();
  }

  /** So many more lanes can be served. */
  get #free(): number {
    return this.#options.concurrency - this.#active.size;
  }

  #mayClaim(now: number): boolean {
    return (
      !this.#stopping &&
      this.#claiming === undefined &&
      this.#free > 0 &&
      now >= Math.max(this.#pausedUntil, this.#retryAt)
    );
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    let at = this.#turns.next();
    // With a claim under way, or no room for one, its end is what to wait for.
    if (this.#claiming === undefined && this.#free > 0) {
      const look = Math.min(this.#looks.next(), this.#sweepAt);
      at = Math.min(at, Math.max(look, this.#pausedUntil, this.#retryAt));
    }
    if (at === Number.POSITIVE_INFINITY) return;
    // Longer than this a timer can not wait: it looks in vain, and waits again.
    const ms = Math.min(Math.max(Math.ceil(at - performance.now()), 0), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  /** @param due since when, by partition */
  async #claim(due: ReadonlyMap<number, number>): Promise<void> {
    const { channel, store, holder, perLane } = this.#options;
    const partitions = [...due.keys()];
    const startedAt = performance.now();
    try {
      const { claims, more, nextInMs } = await store.claim({
        ...{ channel, holder, partitions, perLane, leaseMs: this.#leaseMs },
        lanes: this.#free,
      });
      this.#failures = 0;
      const now = performance.now();
      // One that had its turn waits behind those that had none.
      const served = new Set(claims.map(({ lane }) => lane.partition));
      for (const partition of more) {
        this.#looks.add(partition, served.has(partition) ? now : (due.get(partition) ?? now));
      }
      if (nextInMs !== undefined) {
        // At least a millisecond: a clock that rounds otherwise must not make it spin.
        for (const partition of partitions) {
          this.#looks.add(partition, now + Math.max(nextInMs, 1));
        }
      }
      for (const claim of claims) this.#serve(claim, startedAt);
    } catch (error) {
      for (const [partition, since] of due) this.#looks.add(partition, since);
      this.#retryAt = performance.now() + this.#backoffMs(this.#failures++);
      this.#tell(error);
    }
  }

  #serve(claim: Claim, startedAt: number): void {
    const lane = this.#serveLane(claim, startedAt)
      .catch((error: unknown) => this.#tell(error))
      .finally(() => {
        this.#active.delete(lane);
        this.#lookSoon();
      });
    this.#active.add(lane);
  }

  /** Turn after turn, until the lane is empty, has to wait, or it is the turn of others. */
  async #serveLane(first: Claim, firstStartedAt: number): Promise<void> {
    const { server } = this.#options;
    let claim: Claim | undefined = first;
    let startedAt = firstStartedAt;
    for (let turns = 1; claim !== undefined; turns++) {
      crashPoint('claim.after', claim.lane.channel);
      // Where the server throws, the intents stay open: when the lease is over, the lane is claimed
      // again as one whose holder has crashed.
      const served: Served = this.#stopping
        ? { settlements: [], reports: [] }
        : withWait(await server.serve(claim, this.#turn(claim, startedAt)));
      if (served.pauseMs !== undefined) this.#pauseAsTold(served.pauseMs);
      const settledAt = performance.now();
      const settled = await this.#settle(claim, served, startedAt, turns);
      if (settled?.result !== 'settled') return;
      this.#afterwards(claim, served, settled);
      claim = settled.next;
      startedAt = settledAt;
    }
  }

  /** Whoever asks why a message waits is told of it; it is in force whether it could be noted or not. */
  #pauseAsTold(ms: number): void {
    this.pause(ms);
    const { store, channel } = this.#options;
    const noted = Number.isFinite(ms) ? ms : NO_NUMBER_MS;
    store.notePause(channel, noted).catch((error: unknown) => this.#tell(error));
  }

  #turn(claim: Claim, startedAt: number): Turn {
    const { store } = this.#options;
    return {
      signal: this.#turns.signal(startedAt),
      live: () => this.#turns.live(startedAt),
      reopen: (id) => store.reopen(claim, id),
      partSent: (id, part, networkId) => store.partSent(claim, id, { part, networkId }),
    };
  }

  /**
   * Stores what became of a claim. A failure is repeated while the lease lasts: the token makes that
   * harmless, and what is not stored would be taken for a crash. Undefined when it is over.
   */
  async #settle(
    claim: Claim,
    served: Served,
    startedAt: number,
    turns: number,
  ): Promise<Settled | undefined> {
    const { store, perLane } = this.#options;
    const { settlements, reports } = served;
    for (let failures = 0; ; failures++) {
      // Not after a failure: if only its answer was lost, the lane was claimed without our knowing.
      const next = failures === 0 && this.#goesOn(turns) ? perLane : 0;
      try {
        const request = { claim, settlements, reports, next, leaseMs: this.#leaseMs };
        crashPoint('settle.before', claim.lane.channel);
        const [settled] = await store.settle([request]);
        crashPoint('settle.after', claim.lane.channel);
        return settled;
      } catch (error) {
        this.#tell(error);
        const backoffMs = this.#backoffMs(failures);
        if (performance.now() + backoffMs - startedAt > this.#leaseMs) return undefined;
        await new Promise<void>((resolve) => setTimeout(resolve, backoffMs));
      }
    }
  }

  #goesOn(turns: number): boolean {
    const now = performance.now();
    if (this.#stopping || now < this.#pausedUntil) return false;
    if (turns < TURNS_IN_A_ROW) return true;
    // Others wait: for a place, or to be looked at.
    return this.#claiming !== undefined || this.#looks.next() > now;
  }

  #afterwards(claim: Claim, served: Served, settled: Settled & { result: 'settled' }): void {
    const { channel, server, wake } = this.#options;
    const { partition } = claim.lane;
    const now = performance.now();
    if (settled.more) this.#looks.add(partition, now);
    const last = served.settlements.at(-1);
    if (last?.kind === 'later' || last?.kind === 'unknown') {
      this.#looks.add(partition, now + last.afterMs);
      wake.schedule(channel, partition, last.afterMs);
    }
    this.#toldServer(claim, served, settled.confirmed, server);
  }

  #toldServer(
    claim: Claim,
    served: Served,
    confirmed: readonly MessageId[],
    server: DrainOptions['server'],
  ): void {
    try {
      server.settled?.(claim, served, confirmed);
    } catch (error) {
      // What is stored is stored.
      this.#tell(error);
    }
  }

  #backoffMs(failures: number): number {
    const most = Math.min(RETRY_MS.first * 2 ** failures, RETRY_MS.most);
    return most * (0.5 + Math.random() / 2);
  }

  #tell(error: unknown): void {
    const now = performance.now();
    if (now - this.#toldAt < ERROR_EVERY_MS) return;
    this.#toldAt = now;
    this.#options.onError(error);
  }
}
