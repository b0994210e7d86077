import type {
  AccountLink,
  AdapterContext,
  Attempt,
  Ban,
  Handed,
  OutboundMessage,
  OutboundRoomMessage,
  OwnAddress,
  PeerId,
  Refusal,
  RoomChange,
  RoomDescription,
  RoomSession,
  Session,
} from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';
import { placeOf } from './address.ts';
import type { IrcAccount, IrcConfig } from './config.ts';
import type { Gate } from './gate.ts';
import { Link } from './link.ts';
import { stepsOf } from './moderation.ts';
import { asNick } from './nick.ts';
import {
  ELSEWHERE,
  NO_SERVER,
  NOBODY,
  NOT_CONNECTED,
  NOT_HERE,
  NOT_IN_IT,
  refusedBy,
  TOPIC_TOO_LONG,
  whyNot,
} from './refusals.ts';
import type { Remarks } from './remarks.ts';
import type { Room } from './room.ts';
import { sentWords } from './shown-text.ts';
import { speak } from './speech.ts';
import { later } from './unavailable.ts';
import type { Wire } from './wire/client.ts';
import type { WireClocks } from './wire/clock.ts';

export interface SessionOptions {
  readonly context: AdapterContext<IrcConfig, IrcAccount>;
  readonly account: AccountLink<IrcAccount>;
  readonly own: OwnAddress;
  /** By the server's name. */
  readonly gates: ReadonlyMap<string, Gate>;
  readonly clocks: WireClocks;
  readonly remarks: Remarks;
  readonly closed: () => void;
}

/** How soon what is said in a room that is not open yet is tried again. */
const SOON_MS = 1_000;

/** One account: a connection to each server that it uses. */
export class IrcSession implements Session<'message' | 'room-message'>, RoomSession {
  readonly #options: SessionOptions;
  readonly #links = new Map<string, Link>();
  #away: string | undefined;
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get rooms(): RoomSession {
    return this;
  }

  async deliver(event: OutboundMessage | OutboundRoomMessage, attempt: Attempt): Promise<Handed> {
    const { config } = this.#options.context;
    if (this.#isClosed) throw new DeliveryError({ kind: 'later' }, 'the session is closed');
    const wire =
      event.kind === 'message'
        ? this.#wireTo(event.peer, attempt)
        : this.#wireIn(event.peer, attempt.signal);
    return await speak(wire, event, attempt, config);
  }

  join(room: PeerId, wish: { readonly nick: string; readonly password?: string }): void {
    const { context, account } = this.#options;
    const link = this.#isClosed ? undefined : this.#link(room, wish.nick);
    if (link !== undefined) link.join(room, wish.password);
    else void context.room(account.id, room, { is: 'refused', refusal: NOT_CONNECTED });
  }

  leave(room: PeerId, reason?: string): void {
    this.#known(room)?.leave(room, reason);
  }

  rename(room: PeerId, nick: string): void {
    const { context, account } = this.#options;
    const refuse = (refusal: Refusal): void => {
      void context.room(account.id, room, { is: 'refused', refusal });
    };
    const link = this.#known(room);
    if (link?.wire === undefined) refuse(NOT_CONNECTED);
    else link.nick.rename(link.wire, nick, refuse);
  }

  away(words: string | undefined): void {
    this.#away = words;
    for (const link of this.#links.values()) link.away(words);
  }

  async describe(room: PeerId, signal: AbortSignal): Promise<RoomDescription | undefined> {
    const link = this.#known(room);
    const { name } = placeOf(room);
    const inside = link?.room(room);
    if (inside?.isIn)
      return { name, occupants: inside.occupants?.size ?? 0, subject: inside.subject };
    return link?.wire && (await link.questions.describe(link.wire, name, signal));
  }

  async setSubject(room: PeerId, text: string, signal: AbortSignal): Promise<Refusal | undefined> {
    const { link, wire, channel } = this.#inside(room);
    if (wire === undefined) return NOT_IN_IT;
    const topic = sentWords(text, Math.min(wire.features.topicLength, 390 - channel.length));
    if (topic !== text.trim()) return TOPIC_TOO_LONG;
    const send = (): boolean => wire.send('TOPIC', channel, topic);
    return refusedBy(await link.questions.wish(wire, [channel], send, signal));
  }

  async administer(
    room: PeerId,
    change: RoomChange,
    signal: AbortSignal,
  ): Promise<Refusal | undefined> {
    const { link, wire, channel, inside } = this.#inside(room);
    if (wire === undefined) return NOT_IN_IT;
    const person = inside.occupants?.member(change.nick);
    if (person === undefined) return NOBODY;
    const steps = stepsOf(change, person, wire.features);
    if (steps === undefined) return NOT_HERE;
    const send = (): boolean =>
      steps.every((step) =>
        step.is === 'kick'
          ? wire.send('KICK', channel, person.nick, step.reason)
          : wire.send('MODE', channel, step.change, step.param),
      );
    return refusedBy(await link.questions.wish(wire, [channel, person.nick], send, signal));
  }

  async bans(room: PeerId, signal: AbortSignal): Promise<readonly Ban[] | Refusal> {
    const { link, wire, channel } = this.#inside(room);
    if (wire === undefined) return NOT_IN_IT;
    const answer = await link.questions.bans(wire, channel, signal);
    return typeof answer === 'string' || 'code' in answer ? whyNot(answer) : answer;
  }

  async unban(room: PeerId, who: string, signal: AbortSignal): Promise<Refusal | undefined> {
    const { link, wire, channel } = this.#inside(room);
    if (wire === undefined) return NOT_IN_IT;
    const send = (): boolean => wire.send('MODE', channel, '-b', who);
    return refusedBy(await link.questions.wish(wire, [channel], send, signal));
  }

  async invite(room: PeerId, who: PeerId, signal: AbortSignal): Promise<Refusal | undefined> {
    const { link, wire, channel } = this.#inside(room);
    if (wire === undefined) return NOT_IN_IT;
    const { name, server } = placeOf(who);
    if (server !== placeOf(room).server) return ELSEWHERE;
    const send = (): boolean => wire.send('INVITE', name, channel);
    return refusedBy(await link.questions.wish(wire, [channel, name], send, signal));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    this.#options.closed();
  }

  /** @throws DeliveryError where nothing can be said in the room now */
  #wireIn(peer: PeerId, signal: AbortSignal): Wire {
    const link = this.#known(peer);
    const room = link?.room(peer);
    if (room === undefined)
      throw new DeliveryError({ kind: 'never', refusal: NOT_IN_IT }, 'not in');
    const isLate = signal.aborted || !room.isIn || link?.wire === undefined;
    if (!isLate) return link.wire;
    throw new DeliveryError({ kind: 'later', afterMs: SOON_MS }, 'the room is not open now');
  }

  #inside(peer: PeerId): Inside | { readonly [key in keyof Inside]?: undefined } {
    const link = this.#known(peer);
    const inside = link?.room(peer);
    if (link?.wire === undefined || !inside?.isIn) return {};
    return { link, wire: link.wire, inside, channel: inside.channel };
  }

  #known(peer: PeerId): Link | undefined {
    return this.#links.get(placeOf(peer).server);
  }

  /** @throws DeliveryError where there is no connection now */
  #wireTo(peer: PeerId, { signal }: Attempt): Wire {
    if (signal.aborted) throw later('the time of this attempt was over');
    const link = this.#link(peer);
    if (link !== undefined) return link.ready();
    throw new DeliveryError(
      { kind: 'never', refusal: NO_SERVER },
      'the server is not set up any more',
    );
  }

  /**
   * @param nick what the user calls himself, where he says so
   * @returns undefined for a server that was in the settings and is not any more
   */
  #link(peer: PeerId, nick?: string): Link | undefined {
    const { context, account, gates, ...others } = this.#options;
    const { server } = placeOf(peer);
    const known = this.#links.get(server);
    const config = context.config.servers[server];
    const gate = gates.get(server);
    const wanted = account.settings.nick ?? (nick === undefined ? undefined : asNick(nick));
    if (wanted !== undefined) known?.callHimself(wanted);
    if (known !== undefined || config === undefined || gate === undefined) return known;
    const parts = { context, account, server, config, gate, ...others };
    const usual = asNick(account.jid.replace(/@.*$/, ''));
    const link = new Link({ ...parts, chance: Math.random }, wanted ?? usual);
    link.away(this.#away);
    this.#links.set(server, link);
    return link;
  }
}

/** A room that one is in. */
interface Inside {
  readonly link: Link;
  readonly wire: Wire;
  readonly inside: Room;
  readonly channel: string;
}
