/**
 * One account on one server: its rooms, its nick, its private messages. There is a connection while a
 * room or a message needs it; when nothing has needed it for some minutes it says good-bye.
 */

import type { AdapterContext, OwnAddress, PeerId } from 'postern/adapter';
import { Away } from './away.ts';
import { Channels } from './channels.ts';
import type { IrcAccount, IrcConfig } from './config.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { Dispatch } from './dispatch.ts';
import { refusalOfEnding } from './errors.ts';
import { Inbound } from './inbound.ts';
import { Nick } from './nick.ts';
import { Questions } from './questions.ts';
import type { Remarks } from './remarks.ts';
import type { Room } from './room.ts';
import { shownWords } from './shown-text.ts';
import type { Wire } from './wire/client.ts';
import type { Ending } from './wire/events.ts';

export interface LinkOptions extends ConnectionOptions {
  readonly context: AdapterContext<IrcConfig, IrcAccount>;
  readonly own: OwnAddress;
  readonly remarks: Remarks;
}

const IDLE_MS = 5 * 60_000;

export class Link {
  readonly nick: Nick;
  readonly questions = new Questions();
  readonly #options: LinkOptions;
  readonly #connection: Connection;
  readonly #channels: Channels;
  readonly #inbound: Inbound;
  readonly #away = new Away();
  #usedAt: number;
  /** With this nick the connection was begun. */
  #offered = '';

  /** @param nick the wanted one */
  constructor(options: LinkOptions, nick: string) {
    const { context, account, server, own, remarks } = options;
    this.#options = options;
    this.nick = new Nick(nick);
    this.#channels = new Channels({
      server,
      now: () => this.#now - this.#connection.holds.heldMs,
      tell: (room, event) => this.#connection.holds.until(context.room(account.id, room, event)),
    });
    const hold = (held: boolean): void => this.#connection.holds.set('store', held);
    this.#inbound = new Inbound({ context, server, own, remarks, hold });
    const dispatch = new Dispatch({
      ...{ nick: this.nick, questions: this.questions },
      ...{ channels: this.#channels, inbound: this.#inbound },
      now: () => this.#now,
      spokenTo: () => {
        this.#usedAt = this.#now;
      },
    });
    this.#connection = new Connection(options, {
      nick: () => {
        this.#offered = this.nick.wanted;
        return this.#offered;
      },
      connected: (wire) => this.#connected(wire),
      happened: (event, wire) => dispatch.happened(event, wire),
      disconnected: (why, words) => this.#disconnected(why, words),
      shutOut: (why) => this.#shutOut(why),
      tick: () => this.#tick(),
    });
    this.#usedAt = this.#now;
  }

  /** Undefined where there is no connection that can be used now. */
  get wire(): Wire | undefined {
    return this.#connection.wire;
  }

  room(peer: PeerId): Room | undefined {
    return this.#channels.get(peer);
  }

  join(peer: PeerId, password: string | undefined): void {
    const room = this.#channels.add(peer, password);
    this.#usedAt = this.#now;
    if (this.wire !== undefined) this.#channels.enter(room, this.wire);
    else this.#connection.begin((refusal) => room.giveUp(refusal));
  }

  leave(peer: PeerId, reason: string | undefined): void {
    this.#channels.leave(peer, reason);
    this.#usedAt = this.#now;
  }

  /** Who has no room there yet may come under another name than before. */
  callHimself(nick: string): void {
    if (this.#channels.size === 0) this.nick.take(nick, this.wire);
  }

  away(words: string | undefined): void {
    this.#away.set(words, this.wire);
  }

  /**
   * A connection for one message.
   * @throws DeliveryError where there is none now
   */
  ready(): Wire {
    this.#usedAt = this.#now;
    return this.#connection.ready();
  }

  /** Says good-bye. Works twice. */
  async close(): Promise<void> {
    this.#channels.clear();
    this.#inbound.close();
    await this.#connection.close();
  }

  get #now(): number {
    return this.#options.clocks.watch.now();
  }

  #connected(wire: Wire): void {
    this.nick.connected(wire, this.#offered, this.#now);
    this.#away.connected(wire);
    for (const room of this.#channels) this.#channels.enter(room, wire);
  }

  #disconnected(why: Ending, words: string): boolean {
    this.questions.close();
    this.nick.disconnected();
    this.#channels.disconnected();
    for (const room of this.#channels) this.#lose(room, why, words);
    return this.#channels.size > 0;
  }

  #lose(room: Room, why: Ending, words: string): void {
    const { server } = this.#options;
    if (!room.wasIn && this.#connection.isHopeless(why)) room.giveUp(refusalOfEnding(why, server));
    else room.lose(`Not connected to ${server} any more: ${shownWords(words, 200)}`);
  }

  /** Who has been in waits; who has not is told. */
  #shutOut(why: Ending): boolean {
    const refusal = refusalOfEnding(why, this.#options.server);
    for (const room of this.#channels) if (!room.wasIn) room.giveUp(refusal);
    return this.#channels.size > 0;
  }

  #tick(): void {
    for (const room of this.#channels) room.tick();
    const { wire } = this;
    if (wire === undefined) return;
    this.nick.tick(wire, this.#now);
    const isIdle = this.#channels.size === 0 && this.#now - this.#usedAt > IDLE_MS;
    if (isIdle) wire.quit('Not used any more');
  }
}
