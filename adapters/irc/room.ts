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
import { Entry, NO_ANSWER, NOT_ASKED, SENT_AWAY, sent } from './entry.ts';
import { refusalOf } from './errors.ts';
import { personId } from './members.ts';
import { because, Occupants } from './occupants.ts';
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

export class Room {
  readonly peer: PeerId;
  readonly channel: string;
  readonly #parts: RoomParts;
  readonly #entry: Entry;
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

  enter(wire: Wire): void {
    this.#wire = wire;
    this.#occupants = new Occupants(wire, this.#bans, (event) => this.#live(event));
    this.#subject = undefined;
    if (!this.#entry.ask(wire, this.#parts.password)) this.#refuse(NOT_ASKED);
  }

  /** @returns the folded name of the channel, where the server will tell of it */
  leave(reason: string | undefined): string | undefined {
    const wire = this.#wire;
    if (this.#entry.is === 'outside' || wire === undefined) return undefined;
    this.#entry.end();
    const words = reason === undefined ? undefined : sentWords(reason, 200);
    const isSent = sent(() => wire.send('PART', this.channel, words));
    return isSent ? wire.fold(this.channel) : undefined;
  }

  /** The connection is gone, and comes back. */
  lose(words: string): void {
    this.#entry.lose();
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
    const overdue = this.#entry.overdue(this.#wire);
    if (overdue === 'unlisted') this.#entered();
    // Nothing is left: by another spelling he may be in.
    if (overdue === 'unanswered') this.#refuse(NO_ANSWER);
  }

  joined(event: Event<'joined'>): void {
    const wire = this.#wire;
    if (event.own) {
      if (this.#entry.is !== 'asking' || wire === undefined) return;
      this.#entry.begin(wire);
    }
    this.#occupants?.joined(event);
  }

  names({ members }: Event<'names'>): void {
    const wire = this.#wire;
    const occupants = this.#occupants;
    if (this.#entry.is !== 'entering' || wire === undefined || occupants === undefined) return;
    occupants.names(members);
    this.#entry.named(wire, occupants.size);
  }

  /** The end of what was asked for, by its numeric, or (undefined) an error in its place. */
  answered(what: 'who' | 'modes' | undefined): void {
    if (this.#entry.endsBy(what)) this.#entered();
  }

  failed(error: ServerError): void {
    if (this.#entry.is === 'asking') this.#refuse(refusalOf(error, 'join'));
    else this.answered(undefined);
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
    if (text === undefined) return;
    const { nick, user, host } = event.from;
    const { id, at } = event;
    const account = event.account ?? this.#occupants?.member(nick)?.account;
    this.#live({
      ...{ is: 'said', nick, text },
      person: personId({ nick, user, host, account }),
      ...(id === undefined ? {} : { networkId: id as NetworkMessageId }),
      ...(at === undefined ? {} : { sentAt: at }),
    });
  }

  announced({ text }: Event<'announced'>): void {
    this.#live({ is: 'announced', text: shownWords(text, 500) });
  }

  #entered(): void {
    const { nick } = this.#wire ?? {};
    if (nick === undefined) return;
    this.#entry.finish();
    this.#wasIn = true;
    this.#lost = false;
    const occupants = this.#occupants?.all() ?? [];
    const subject = this.#subject;
    const joined = { is: 'joined', nick, occupants } as const;
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

  #refuse(refusal: Refusal): void {
    this.#entry.end();
    const reason = { reason: refusal.text };
    if (this.#wasIn) this.#parts.tell({ is: 'out', how: { is: 'left', ...reason } });
    else this.#parts.tell({ is: 'refused', refusal });
  }

  /** While the list of people comes, they come and go in it; what they say waits for its end. */
  #live(event: RoomEvent): void {
    if (this.#entry.is === 'in') this.#parts.tell(event);
    else if (this.#entry.is === 'entering' && event.is === 'said') this.#entry.keep(event);
  }
}
