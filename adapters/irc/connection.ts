/** The connection of one account to one server: made when it is wanted, and again when it is lost. */

import type { AccountLink, Refusal } from 'postern/adapter';
import type { IrcAccount, ServerConfig } from './config.ts';
import type { Happening } from './dispatch.ts';
import { refusalOfEnding } from './errors.ts';
import type { Comer, Gate } from './gate.ts';
import { Holds } from './holds.ts';
import { endpointOf, identityOf } from './identity.ts';
import { Reconnect, UNWANTED_MS } from './reconnect.ts';
import type { Remarks } from './remarks.ts';
import { later, notYet, unavailable } from './unavailable.ts';
import { Wire } from './wire/client.ts';
import type { WireClocks } from './wire/clock.ts';
import type { Ending, WireEvent } from './wire/events.ts';
import { LineError } from './wire/line.ts';
import { PACES } from './wire/throttle.ts';

export interface ConnectionOptions {
  readonly account: AccountLink<IrcAccount>;
  /** As in the settings. */
  readonly server: string;
  readonly config: ServerConfig;
  readonly gate: Gate;
  readonly clocks: WireClocks;
  readonly remarks: Pick<Remarks, 'connected' | 'disconnected' | 'fault'>;
  /** From 0 to 1. */
  readonly chance: () => number;
}

/** Whose it is. */
export interface ConnectionOwner {
  /** The wanted one. */
  nick(): string;
  /** The server knows us. */
  connected(wire: Wire): void;
  happened(event: Happening, wire: Wire): void;
  /** It is gone, or could not be made. @returns whether there must be another one */
  disconnected(why: Ending, words: string): boolean;
  /** For a while there will be none. @returns whether there must be one then */
  shutOut(why: Ending): boolean;
  /** Every few seconds while there is one. */
  tick(): void;
}

/** A message looks every little while for a connection that is not begun yet, if it will be so soon. */
const PATIENCE_MS = 1_500;
/** Somebody who wants to come in is told at once that there is none if none is begun for so long. */
const FAR_MS = 10_000;
const GOODBYE_MS = 2_000;

export class Connection implements Comer {
  /** Why the server is not read, on this connection and the next one. */
  readonly holds: Holds;
  readonly #options: ConnectionOptions;
  readonly #owner: ConnectionOwner;
  readonly #reconnect: Reconnect;
  readonly #onTick = (): void => this.#owner.tick();
  #wire: Wire | undefined;
  #isPlanned = false;
  /** When it is or was to be begun. */
  #begunAt = 0;
  #registeredAt: number | undefined;
  #lastEnding: Ending | undefined;
  #isClosing = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(options: ConnectionOptions, owner: ConnectionOwner) {
    const { chance } = options;
    this.#options = options;
    this.#owner = owner;
    this.#reconnect = new Reconnect({ now: () => this.#now, chance });
    this.holds = new Holds(
      () => this.#now,
      (isHeld) => this.#hold(isHeld),
    );
  }

  /** Undefined where there is none that can be used now. */
  get wire(): Wire | undefined {
    return this.#wire?.isRegistered ? this.#wire : undefined;
  }

  /** See `Reconnect.isHopeless`. */
  isHopeless(why: Ending): boolean {
    return this.#reconnect.isHopeless(why);
  }

  /** There must be one. @param refuse called at once where nobody can connect now */
  begin(refuse: (refusal: Refusal) => void): void {
    const { gate, server } = this.#options;
    if (this.#wire !== undefined) return;
    const isFar = this.#reconnect.waitMs > FAR_MS;
    const why = gate.shut?.why ?? (isFar ? this.#lastEnding : undefined);
    if (why !== undefined) {
      refuse(refusalOfEnding(why, server));
    } else if (this.#isPlanned) {
      return;
    } else if (gate.claim(this)) {
      this.#plan();
    } else {
      const text = `There are as many users on ${server} as may be. Please try later.`;
      refuse({ condition: 'resource-constraint', type: 'wait', text });
    }
  }

  /**
   * For one message. Where there is none, one is begun.
   * @throws DeliveryError where there is none now
   */
  ready(): Wire {
    if (this.wire !== undefined) return this.wire;
    const waitMs = Math.max(this.#options.gate.shut?.forMs ?? 0, this.#reconnect.waitMs);
    if (this.#wire === undefined && waitMs > PATIENCE_MS) {
      throw unavailable(this.#lastEnding, waitMs);
    }
    let refusal: Refusal | undefined;
    this.begin((why) => {
      refusal = why;
    });
    if (refusal !== undefined) throw later(refusal.text, UNWANTED_MS);
    throw notYet(this.#now - this.#begunAt);
  }

  /** Says good-bye. Works twice. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const wire = this.#wire;
    if (wire === undefined) {
      this.#options.gate.release(this);
      return;
    }
    wire.quit('Good-bye');
    const late = setTimeout(() => wire.destroy(), GOODBYE_MS);
    await this.#closed.promise;
    clearTimeout(late);
  }

  connect(): void {
    const { account, config, clocks, remarks, server } = this.#options;
    const { charset, pace } = config;
    this.#isPlanned = false;
    clocks.watch.add(this.#onTick);
    try {
      this.#wire = new Wire({
        endpoint: endpointOf(config),
        identity: identityOf(account, server, config, this.#owner.nick()),
        pace: PACES[pace],
        clocks,
        charset,
        onEvent: (event) => this.#happened(event),
        onFault: (error) => remarks.fault(server, error),
      });
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#ended('nick', 'the nick can not be sent');
    }
  }

  shutOut(why: Ending): void {
    if (this.#owner.shutOut(why)) return;
    this.#isPlanned = false;
    this.#options.gate.release(this);
  }

  get #now(): number {
    return this.#options.clocks.watch.now();
  }

  #plan(): void {
    const { waitMs } = this.#reconnect;
    this.#isPlanned = true;
    this.#begunAt = this.#now + waitMs;
    this.#options.gate.connect(this, waitMs);
  }

  #happened(event: WireEvent): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    if (event.is === 'registered') this.#registered(wire);
    else if (event.is === 'closed') this.#ended(event.why, event.words);
    else this.#owner.happened(event, wire);
  }

  #registered(wire: Wire): void {
    const { remarks, account, server } = this.#options;
    this.#registeredAt = this.#now;
    this.#options.gate.entered(this);
    remarks.connected(account.id, server);
    this.#owner.connected(wire);
    this.#hold(this.holds.isHeld);
  }

  /** Until the server knows us it says little, and waits for the answers. */
  #hold(isHeld: boolean): void {
    if (isHeld) this.wire?.pause();
    else this.wire?.resume();
  }

  #ended(why: Ending, words: string): void {
    const { gate, clocks, remarks, account, server } = this.#options;
    const lastedMs = this.#registeredAt === undefined ? 0 : this.#now - this.#registeredAt;
    clocks.watch.delete(this.#onTick);
    this.#wire = undefined;
    this.#registeredAt = undefined;
    this.#lastEnding = why;
    gate.ended(this, why, words);
    this.#reconnect.ended(why, lastedMs);
    const isWanted = this.#owner.disconnected(why, words);
    remarks.disconnected(account.id, server, why, words);
    if (isWanted) {
      this.#plan();
      return;
    }
    gate.release(this);
    if (this.#isClosing) this.#closed.resolve();
  }
}
