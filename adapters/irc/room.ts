/** One channel, as one account sees it: collects who is there, then tells what happens. */

import type {
  Departure,
  NetworkMessageId,
  PeerId,
  Refusal,
  RoomEvent,
  Subject,
} from 'postern/adapter';
import { Bans } from './bans.ts';
import { Entry, NO_ANSWER, SENT_AWAY } from './entry.ts';
import { refusalOf } from './errors.ts';
import { because, Occupants } from './occupants.ts';
import { Returning } from './returning.ts';
import { sent } from './sent.ts';
import { sentWords, shownText, shownWords } from './shown-text.ts';
import type { Wire } from './wire/client.ts';
import type { Said, ServerError, WireEvent } from './wire/events.ts';

type Event<Kind extends WireEvent['is']> = Extract<WireEvent, { is: Kind }>;

export interface RoomParts {
  readonly peer: PeerId;
  readonly channel: string;
  readonly password: string | undefined;
  readonly now: () => number;
  readonly tell: (event: RoomEvent) => void;
}

/** ERR_BADCHANNELKEY: also where one had none. */
const WRONG_KEY = 475;

export class Room {
  readonly peer: PeerId;
  readonly channel: string;
  readonly #parts: RoomParts;
  readonly #entry: Entry;
  readonly #returning: Returning;
  /** Who sees it has been told that he is in. */
  #wasIn = false;
  #lost = false;
  /** Of the connection that it is on. */
  #wire: Wire | undefined;
  #occupants: Occupants | undefined;
  #subject: Subject | undefined;
  readonly #bans = new Bans();

  constructor(parts: RoomParts) {
    const { peer, channel, now } = parts;
    this.#parts = parts;
    this.peer = peer;
    this.channel = channel;
    this.#entry = new Entry(channel, now);
    this.#returning = new Returning(now);
  }

  get isIn(): boolean {
    return this.#entry.is === 'in';
  }

  /** Whether he has been in, and comes back after a loss. */
  get wasIn(): boolean {
    return this.#wasIn;
  }

  /** Who is in it, and what happens to them; undefined before it was asked for. */
  get occupants(): Occupants | undefined {
    return this.#occupants;
  }

  get subject(): string {
    return this.#subject?.text ?? '';
  }

  /** @param isInside whether the account is in the channel already, though nobody here asked for it */
  enter(wire: Wire, isInside = false): void {
    this.#wire = wire;
    this.#occupants = new Occupants(wire, this.#bans, (event) => this.#live(event));
    this.#subject = undefined;
    if (isInside) this.#entry.beginInside(wire);
    else this.#ask(wire);
  }

  /** @returns the folded name of the channel, where the server will tell of it */
  leave(reason: string | undefined): string | undefined {
    const wire = this.#wire;
    const { isKnown } = this.#entry;
    this.#entry.end();
    if (!isKnown || wire === undefined) return undefined;
    const words = reason === undefined ? undefined : sentWords(reason, 200);
    const isSent = sent(() => wire.send('PART', this.channel, words));
    return isSent ? wire.fold(this.channel) : undefined;
  }

  /** The connection is gone, and comes back. */
  lose(words: string): void {
    this.#entry.lose();
    this.#returning.done();
    this.#wire = undefined;
    this.#occupants = undefined;
    if (this.#wasIn && !this.#lost) this.#parts.tell({ is: 'lost', words });
    this.#lost = this.#wasIn;
  }

  /** There is no way in, or not back. */
  giveUp(refusal: Refusal): void {
    this.#refuse(refusal);
  }

  /** Called every few seconds: a list that does not end is taken as it is, and no answer is a refusal. */
  tick(): void {
    const wire = this.#wire;
    const overdue = this.#entry.overdue();
    if (overdue === 'unlisted') this.#entered();
    // Nothing is left: by another spelling he may be in.
    if (overdue === 'unanswered') this.#failed(NO_ANSWER);
    if (wire !== undefined && this.#entry.is === 'outside' && this.#returning.isTime) {
      this.#ask(wire);
    }
  }

  joined(event: Event<'joined'>): void {
    const wire = this.#wire;
    if (event.own) {
      const isWanted = this.#entry.is === 'asking' || this.#returning.isWaiting;
      if (!isWanted || wire === undefined) return;
      this.#entry.begin();
    }
    this.#occupants?.joined(event);
  }

  names({ members }: Event<'names'>): void {
    if (this.#entry.is !== 'entering') return;
    this.#occupants?.names(members);
    this.#entered();
  }

  /** @returns whether it is why he does not come in */
  failed(error: ServerError): boolean {
    if (this.#entry.is !== 'asking') return false;
    this.#failed(refusalOf(error, 'join'), error.code);
    return true;
  }

  parted({ from, own, reason }: Event<'parted'>): void {
    this.#gone(from.nick, own, { is: 'left', ...because(reason) });
  }

  quit({ from, own, reason }: Event<'quit'>): void {
    // Of our own the connection tells.
    if (!own) this.#gone(from.nick, false, { is: 'quit', ...because(reason) });
  }

  kicked(event: Event<'kicked'>): void {
    const how = this.#occupants?.sentAway(event);
    if (how !== undefined) this.#gone(event.nick, event.own, how);
  }

  topic({ text, by }: Event<'topic'>): void {
    const shown = shownWords(text, 3_000);
    this.#subject = by === undefined ? { text: shown } : { text: shown, by: by.nick };
    this.#live({ is: 'subject', subject: this.#subject });
  }

  topicSet({ by, at }: Event<'topic-set'>): void {
    if (this.#subject === undefined || this.#entry.is !== 'entering') return;
    this.#subject = { ...this.#subject, by, ...(at === undefined ? {} : { at }) };
  }

  said(event: Said): void {
    const text = shownText(event);
    const occupants = this.#occupants;
    if (text === undefined || occupants === undefined) return;
    const { id, at, from } = event;
    this.#live({
      ...{ is: 'said', nick: from.nick, text },
      person: occupants.spoke(from, event.account),
      ...(id === undefined ? {} : { networkId: id as NetworkMessageId }),
      ...(at === undefined ? {} : { sentAt: at }),
    });
  }

  announced({ text }: Event<'announced'>): void {
    const shown = shownWords(text, 500);
    if (shown !== '') this.#live({ is: 'announced', text: shown });
  }

  #entered(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    const occupants = this.#occupants?.all() ?? [];
    this.#entry.finish(wire, occupants.length);
    this.#returning.done();
    this.#wasIn = true;
    this.#lost = false;
    const subject = this.#subject;
    const joined = { is: 'joined', nick: wire.nick, occupants } as const;
    this.#parts.tell(subject === undefined ? joined : { ...joined, subject });
    for (const event of this.#entry.early()) this.#parts.tell(event);
  }

  #gone(nick: string, own: boolean, how: Departure): void {
    if (!own) {
      this.#occupants?.gone(nick, how);
      return;
    }
    if (this.#entry.is !== 'in' && this.#entry.is !== 'entering') return;
    this.#entry.end();
    if (this.#wasIn) this.#parts.tell({ is: 'out', how });
    else this.#refuse(SENT_AWAY);
  }

  #ask(wire: Wire): void {
    const refusal = this.#entry.ask(wire, this.#parts.password);
    if (refusal !== undefined) this.#failed(refusal);
  }

  /** The channel can not be entered now. Who has been in is not thrown out by what may pass. */
  #failed(refusal: Refusal, code?: number): void {
    if (!this.#wasIn || !this.#returning.isForLater(refusal, code)) {
      this.#refuse(refusal, code);
      return;
    }
    this.#entry.end();
    if (this.#returning.wait()) this.#parts.tell({ is: 'lost', words: refusal.text });
  }

  #refuse(refusal: Refusal, code?: number): void {
    this.#entry.end();
    this.#returning.done();
    const reason = { reason: refusal.text };
    const password = code === WRONG_KEY ? ({ password: true } as const) : {};
    if (this.#wasIn) this.#parts.tell({ is: 'out', how: { is: 'left', ...reason } });
    else this.#parts.tell({ is: 'refused', refusal, ...password });
  }

  /** While the list of people comes, they come and go in it; what they say waits for its end. */
  #live(event: RoomEvent): void {
    if (this.#entry.is === 'in') this.#parts.tell(event);
    else if (this.#entry.is === 'entering' && event.is === 'said') this.#entry.keep(event);
  }
}
