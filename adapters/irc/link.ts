/**
 * One account on one server. Connects when a room or a message needs it, comes back by itself while
 * there are rooms, and says good-bye when nothing has needed it for some minutes.
 */

import type { AccountLink, AdapterContext, OwnAddress, PeerId, Refusal } from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';
import { Channels } from './channels.ts';
import type { IrcAccount, IrcConfig, ServerConfig } from './config.ts';
import { Courtesy } from './courtesy.ts';
import { refusalOfEnding } from './errors.ts';
import { type Comer, type Gate, LASTING_MS } from './gate.ts';
import { Inbound } from './inbound.ts';
import { Nick } from './nick.ts';
import { Questions } from './questions.ts';
import type { Remarks } from './remarks.ts';
import type { Room } from './room.ts';
import { sentWords, shownWords } from './shown-text.ts';
import { Wire } from './wire/client.ts';
import type { WireClocks } from './wire/clock.ts';
import type { Ending, ServerError, WireEvent } from './wire/events.ts';
import { LineError } from './wire/line.ts';
import { PACES } from './wire/throttle.ts';

export interface LinkOptions {
  readonly context: AdapterContext<IrcConfig, IrcAccount>;
  readonly account: AccountLink<IrcAccount>;
  readonly own: OwnAddress;
  /** As in the settings. */
  readonly server: string;
  readonly config: ServerConfig;
  readonly gate: Gate;
  readonly clocks: WireClocks;
  readonly remarks: Remarks;
  /** From 0 to 1. */
  readonly chance: () => number;
}

const IDLE_MS = 5 * 60_000;
/** A message waits so long for a connection that is not begun yet. */
const PATIENCE_MS = 1_500;
/** So often a server may be unreachable before those are refused who have not been in yet. */
const MAX_FAILURES = 3;
const BACKOFF_MS = { first: 500, second: 2_000, unwanted: 60_000, most: 300_000 } as const;
const GOODBYE_MS = 2_000;

/** After these it is of no use to come back at once. */
const UNWANTED: ReadonlySet<Ending> = new Set([
  ...(['banned', 'too-fast', 'untrusted', 'password', 'insecure'] as const),
  ...(['login', 'nick', 'killed', 'flood', 'full', 'misbehaved'] as const),
]);

export class Link implements Comer {
  readonly nick: Nick;
  readonly questions = new Questions();
  readonly #options: LinkOptions;
  readonly #channels: Channels;
  readonly #inbound: Inbound;
  readonly #courtesy = new Courtesy();
  readonly #waiting = new Set<PromiseWithResolvers<Wire>>();
  readonly #onTick = (): void => this.#tick();
  #wire: Wire | undefined;
  #isPlanned = false;
  #away: string | undefined;
  #usedAt: number;
  #registeredAt: number | undefined;
  #failures = 0;
  #notBefore = 0;
  #lastEnding: Ending | undefined;
  #isClosing = false;
  readonly #closed = Promise.withResolvers<void>();

  /** @param nick the wanted one */
  constructor(options: LinkOptions, nick: string) {
    const { context, account, server, own, remarks } = options;
    this.#options = options;
    this.#channels = new Channels({
      server,
      now: () => this.#now,
      tell: (room, event) => context.room(account.id, room, event),
    });
    this.nick = new Nick(nick);
    const hold = (held: boolean): void => {
      if (held) this.#wire?.pause();
      else this.#wire?.resume();
    };
    this.#inbound = new Inbound({ context, server, own, remarks, hold });
    this.#usedAt = this.#now;
  }

  /** Undefined where there is no connection that can be used now. */
  get wire(): Wire | undefined {
    return this.#wire?.isRegistered ? this.#wire : undefined;
  }

  room(peer: PeerId): Room | undefined {
    return this.#channels.get(peer);
  }

  join(peer: PeerId, password: string | undefined): void {
    const room = this.#channels.add(peer, password);
    this.#usedAt = this.#now;
    if (this.wire !== undefined) room.enter(this.wire);
    else this.#begin((refusal) => room.giveUp(refusal));
  }

  leave(peer: PeerId, reason: string | undefined): void {
    this.#channels.leave(peer, reason);
    this.#usedAt = this.#now;
  }

  away(words: string | undefined): void {
    if (words === this.#away) return;
    this.#away = words;
    this.#sayAway();
  }

  /**
   * A connection for one message.
   * @throws DeliveryError where there is none soon
   */
  async ready(signal: AbortSignal): Promise<Wire> {
    if (signal.aborted) throw later('the time of this attempt was over');
    this.#usedAt = this.#now;
    if (this.wire !== undefined) return this.wire;
    const waitMs = Math.max(this.#options.gate.shut?.forMs ?? 0, this.#notBefore - this.#now);
    if (this.#wire === undefined && waitMs > PATIENCE_MS) throw this.#unavailable(waitMs);
    let refusal: Refusal | undefined;
    this.#begin((why) => {
      refusal = why;
    });
    if (refusal !== undefined) throw later(refusal.text, BACKOFF_MS.unwanted);
    const waiter = Promise.withResolvers<Wire>();
    this.#waiting.add(waiter);
    const giveUp = (): void => waiter.reject(later('there was no connection in time'));
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await waiter.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.#waiting.delete(waiter);
    }
  }

  /** Says good-bye. Works twice. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#channels.clear();
    this.#inbound.close();
    for (const waiter of this.#waiting) waiter.reject(later('the session was closed'));
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
    const { username, realname, sasl } = account.settings;
    const login = sasl[server];
    const { host, port, tls, ca, password, charset, pace } = config;
    this.#isPlanned = false;
    clocks.watch.add(this.#onTick);
    try {
      this.#wire = new Wire({
        endpoint: { host, port, tls: tls ? (ca === undefined ? {} : { ca }) : false },
        identity: {
          nick: this.nick.wanted,
          username: username ?? userNameOf(account.jid),
          realname: realname ?? this.nick.wanted,
          ...(password === undefined ? {} : { password }),
          ...(login && { login: { account: login.user, password: login.password } }),
        },
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

  get #now(): number {
    return this.#options.clocks.watch.now();
  }

  /** @param refuse called at once where nobody can connect now */
  #begin(refuse: (refusal: Refusal) => void): void {
    const { gate, server } = this.#options;
    if (this.#wire !== undefined || this.#isPlanned) return;
    const { shut } = gate;
    if (shut !== undefined) {
      refuse(refusalOfEnding(shut.why, server));
    } else if (gate.claim(this)) {
      this.#plan();
    } else {
      const text = `There are as many users on ${server} as may be. Please try later.`;
      refuse({ condition: 'resource-constraint', type: 'wait', text });
    }
  }

  #plan(): void {
    this.#isPlanned = true;
    this.#options.gate.connect(this, Math.max(0, this.#notBefore - this.#now));
  }

  #happened(event: WireEvent): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    switch (event.is) {
      case 'registered':
        this.#registered(wire);
        return;
      case 'closed':
        this.#ended(event.why, event.words);
        return;
      case 'message':
      case 'notice':
      case 'action':
        // What we said is shown when it is acknowledged.
        if (event.own) return;
        if (wire.fold(event.target) === wire.fold(wire.nick)) this.#inbound.said(event);
        else this.#channels.find(event.target, wire)?.said(event);
        return;
      case 'ctcp':
        this.#courtesy.answer(wire, event, this.#now);
        return;
      case 'announced':
        this.#channels.find(event.target, wire)?.announced(event);
        return;
      case 'invited':
        if (wire.fold(event.nick) === wire.fold(wire.nick)) this.#inbound.invited(event);
        return;
      case 'error':
        this.#failed(event, wire);
        return;
      case 'pong':
        this.questions.pong(event.token);
        return;
      case 'reply':
        if (event.code === 315) this.#channels.find(event.params[0] ?? '', wire)?.answered('who');
        else this.questions.reply(event, wire);
        return;
      default:
        this.#channels.happened(event, wire);
        if (event.is === 'nick' && event.own) this.nick.renamed(wire, event.to);
        else if (event.is === 'nick' || event.is === 'quit') {
          this.nick.freed(wire, event.from.nick, this.#now);
        }
    }
  }

  #failed(error: ServerError, wire: Wire): void {
    if (this.#channels.failed(error, wire)) return;
    const room = error.target === undefined ? undefined : this.#channels.find(error.target, wire);
    if (room !== undefined && !room.isIn) room.failed(error);
    else if (!this.questions.error(error, wire)) this.nick.failed(wire, error);
  }

  #registered(wire: Wire): void {
    const { remarks, account, server } = this.#options;
    this.#registeredAt = this.#now;
    this.nick.reset(this.#now);
    remarks.connection(account.id, 'connected', server);
    if (this.#away !== undefined) this.#sayAway();
    for (const room of this.#channels) room.enter(wire);
    for (const waiter of this.#waiting) waiter.resolve(wire);
  }

  #ended(why: Ending, words: string): void {
    const { gate, clocks, remarks, account, server } = this.#options;
    const lastedMs = this.#registeredAt === undefined ? 0 : this.#now - this.#registeredAt;
    clocks.watch.delete(this.#onTick);
    this.#wire = undefined;
    this.#registeredAt = undefined;
    this.#lastEnding = why;
    this.questions.close();
    this.#channels.disconnected();
    gate.ended(why, words, lastedMs);
    if (why === 'quit') this.#failures = 0;
    else this.#failures = lastedMs > LASTING_MS ? 1 : this.#failures + 1;
    this.#notBefore = this.#now + (why === 'quit' ? 0 : this.#backoff(why));
    for (const room of this.#channels) this.#lose(room, why, words);
    for (const waiter of this.#waiting) {
      waiter.reject(this.#unavailable(Math.max(this.#notBefore - this.#now, 1_000)));
    }
    remarks.connection(
      account.id,
      why === 'quit' ? 'closed' : stateAfter(why),
      `${server}: ${why}`,
    );
    if (this.#channels.size > 0) {
      this.#plan();
      return;
    }
    gate.release(this);
    if (this.#isClosing) this.#closed.resolve();
  }

  #lose(room: Room, why: Ending, words: string): void {
    const { server } = this.#options;
    const isHopeless = UNWANTED.has(why) || this.#failures >= MAX_FAILURES;
    if (!room.wasIn && isHopeless) room.giveUp(refusalOfEnding(why, server));
    else room.lose(`Not connected to ${server} any more: ${shownWords(words, 200)}`);
  }

  #backoff(why: Ending): number {
    const { chance } = this.#options;
    const first = UNWANTED.has(why) ? BACKOFF_MS.unwanted : BACKOFF_MS.second;
    if (this.#failures === 1 && first === BACKOFF_MS.second) return chance() * BACKOFF_MS.first;
    const most = Math.min(first * 2 ** Math.min(this.#failures - 1, 10), BACKOFF_MS.most);
    return most * (0.5 + chance() / 2);
  }

  #unavailable(waitMs: number): DeliveryError {
    if (this.#lastEnding !== 'login') return later('there is no connection', waitMs);
    return new DeliveryError({ kind: 'after-relink' }, 'the server does not take the log-in');
  }

  #sayAway(): void {
    const { wire } = this;
    if (wire === undefined) return;
    const words =
      this.#away && (sentWords(this.#away, Math.min(wire.features.awayLength, 200)) || 'away');
    if (words === undefined) wire.send('AWAY');
    else wire.send('AWAY', words);
  }

  #tick(): void {
    for (const room of this.#channels) room.tick();
    const { wire } = this;
    if (wire === undefined) return;
    this.nick.tick(wire, this.#now);
    if (this.#channels.size === 0 && this.#now - this.#usedAt > IDLE_MS)
      wire.quit('Not used any more');
  }
}

function later(why: string, afterMs?: number): DeliveryError {
  const verdict = { kind: 'later', ...(afterMs === undefined ? {} : { afterMs }) } as const;
  return new DeliveryError(verdict, why);
}

function stateAfter(why: Ending): 'bad-credentials' | 'transient-disconnect' {
  return why === 'login' || why === 'password' ? 'bad-credentials' : 'transient-disconnect';
}

/** `ident` of IRC, from the user's own name. */
function userNameOf(jid: string): string {
  const local = jid.slice(0, jid.lastIndexOf('@'));
  return local.replace(/[^A-Za-z0-9]/g, '').slice(0, 9) || 'user';
}
