/**
 * What there is to see in one room for one user: who is in it, and what it is about. Each event of the
 * network changes it, and becomes the stanzas that show the change.
 */

import type {
  Departure,
  MessageId,
  Occupant,
  PersonId,
  RoomEvent,
  Subject,
} from '../../contract/index.ts';
import type { Element } from '../xml/element.ts';
import { Occupants } from './occupants.ts';
import type { Reflection, Self } from './port.ts';
import { departed, present, renamed, STATUS } from './presence.ts';
import type { Share } from './space.ts';
import { announced, said, subject } from './speech.ts';

type Event<Kind extends RoomEvent['is']> = Extract<RoomEvent, { is: Kind }>;
/** What happens in a room while one is in it. */
export type Happening = Exclude<RoomEvent, { is: 'joined' | 'refused' | 'out' }>;

const CUT = 'So many people are here that not all of them are shown.';
const BACK = 'Connected again. What was said meanwhile is missing here.';

/** Where the network does not say who the user himself is there. */
const NOBODY = '' as PersonId;

/** With the name of who set it, as shown; empty: the room itself. */
type ShownSubject = Parameters<typeof subject>[1];

export class Scene {
  readonly occupants: Occupants;
  readonly #room: string;
  readonly #idOf: (person: PersonId) => string;
  #nick: string;
  #subject: ShownSubject;
  /** Why the network is away; undefined while it is there. */
  #lost: string | undefined;

  /**
   * @param room bare JID
   * @param idOf the occupant id of a person
   */
  constructor(
    room: string,
    { nick, occupants, subject: given }: Event<'joined'>,
    idOf: (person: PersonId) => string,
    share: Share,
  ) {
    this.#room = room;
    this.#idOf = idOf;
    this.#nick = nick;
    this.occupants = new Occupants(idOf, share);
    this.occupants.set(
      occupants.find((occupant) => occupant.nick === nick) ?? {
        ...{ nick, person: NOBODY, role: 'participant', affiliation: 'none' },
      },
      true,
    );
    for (const occupant of occupants) this.occupants.set(occupant);
    this.#subject = this.#shown(given);
  }

  /** The user's own nick. */
  get nick(): string {
    return this.#nick;
  }

  /** His resource. */
  get name(): string {
    return this.occupants.nameOf(this.#nick);
  }

  get self(): Self {
    const occupantId = this.occupants.get(this.#nick)?.id ?? this.#idOf(NOBODY);
    return { name: this.name, occupantId };
  }

  get subject(): string {
    return this.#subject.text;
  }

  /**
   * Everybody, the user himself last: by that a client knows that it has heard of all (§7.2.2).
   * @param id of the stanza by which the client came
   * @param codes beside 110
   */
  *introduction(id: string | undefined, codes: readonly string[]): Iterable<Element> {
    for (const shown of this.occupants) {
      if (shown.nick !== this.#nick) yield present(this.#room, shown);
    }
    const own = this.occupants.get(this.#nick);
    if (own === undefined) return;
    const words = this.occupants.isCut ? CUT : undefined;
    yield present(this.#room, own, [STATUS.SELF, ...codes], id, words);
  }

  /** What ends the entry of a client: the subject, also where there is none (§7.2.15). */
  conclusion(): Element[] {
    const last = [subject(this.#room, this.#subject, Date.now())];
    if (this.#lost !== undefined) last.push(announced(this.#room, this.#lost));
    return last;
  }

  /**
   * The user is out of it. With some code always: a client that is told none takes it for the answer to
   * its own leaving. Who was not sent away may come again by himself.
   */
  exit(how: Event<'out'>['how']): Element | undefined {
    const own = this.occupants.get(this.#nick);
    const isSentAway = how.is === 'kicked' || how.is === 'banned';
    const codes = isSentAway ? [STATUS.SELF] : [STATUS.SELF, STATUS.TROUBLE];
    return own && departed(this.#room, own, this.#shownDeparture(how), codes);
  }

  reflect({ id, text, messageId, originId, isFile }: Reflection): Element {
    const { name: from, occupantId } = this.self;
    const speech = { from, text, occupantId, id, messageId, originId, isFile };
    return said(this.#room, speech, Date.now());
  }

  /** @param wished the resource that the user asked for, where he asked for one */
  happened(event: Happening, wished: string | undefined, id?: MessageId): Element[] {
    switch (event.is) {
      case 'entered':
      case 'changed':
        return this.#set(event.occupant);
      case 'departed':
        return this.#departed(event.nick, event.how);
      case 'split':
        return [
          ...event.nicks.flatMap((nick) => this.#departed(nick, { is: 'quit' })),
          announced(this.#room, event.words),
        ];
      case 'renamed':
        return this.#renamed(event.from, event.to, wished);
      case 'subject':
        this.#subject = this.#shown(event.subject);
        return [subject(this.#room, this.#subject, Date.now())];
      case 'said':
        return [this.#said(event, id)];
      case 'announced':
        return [announced(this.#room, event.text)];
      default:
        // Lost. Who was there is left there: most will be when the network is back, and who is not is shown
        // to go. Nor is the user sent out: after a 333, most clients wait for him to come in again.
        this.#lost = event.words;
        return [announced(this.#room, event.words)];
    }
  }

  /** The network is back: only what is different now is shown. */
  returned({ nick, occupants, subject: given }: Event<'joined'>): Element[] {
    const here = new Set(occupants.map((occupant) => occupant.nick)).add(nick);
    const shown = this.#renamed(this.#nick, nick, undefined);
    for (const known of [...this.occupants]) {
      if (!here.has(known.nick)) shown.push(...this.#departed(known.nick, { is: 'quit' }));
    }
    for (const occupant of occupants) {
      if (!this.#isAsKnown(occupant)) shown.push(...this.#set(occupant));
    }
    if (this.#lost !== undefined) shown.push(announced(this.#room, BACK));
    this.#lost = undefined;
    const now = this.#shown(given);
    if (now.text !== this.#subject.text) shown.push(subject(this.#room, now, Date.now()));
    this.#subject = now;
    return shown;
  }

  #set(occupant: Occupant): Element[] {
    const isSelf = occupant.nick === this.#nick;
    const shown = this.occupants.set(occupant, isSelf);
    if (shown === undefined) return [];
    return [present(this.#room, shown, isSelf ? [STATUS.SELF] : [])];
  }

  /** That the user himself is out is never told in this way. */
  #departed(nick: string, how: Event<'departed'>['how']): Element[] {
    const gone = nick === this.#nick ? undefined : this.occupants.delete(nick);
    return gone === undefined ? [] : [departed(this.#room, gone, this.#shownDeparture(how))];
  }

  #shownDeparture(how: Departure): Departure {
    if (!('by' in how) || how.by === undefined) return how;
    return { ...how, by: this.occupants.nameOf(how.by) };
  }

  #renamed(from: string, to: string, wished: string | undefined): Element[] {
    if (from === to) return [];
    const isSelf = from === this.#nick;
    // Whoever had the nick is gone: the network has each only once.
    const shown = this.#departed(to, { is: 'quit' });
    const old = to === this.#nick ? undefined : this.occupants.delete(from);
    if (old === undefined) return shown;
    if (isSelf) this.#nick = to;
    const now = this.occupants.set({ ...old, nick: to }, isSelf);
    if (now === undefined) return [...shown, departed(this.#room, old, { is: 'left' })];
    const codes = isSelf ? [STATUS.SELF] : [];
    const given = isSelf && now.name !== wished ? [STATUS.NICK_GIVEN] : [];
    return [
      ...shown,
      renamed(this.#room, old, now.name, codes),
      present(this.#room, now, [...codes, ...given]),
    ];
  }

  #said({ nick, person, text, sentAt }: Event<'said'>, id: MessageId | undefined): Element {
    const shown = this.occupants.get(nick);
    const occupantId = shown?.person === person ? shown.id : this.#idOf(person);
    const from = shown?.name ?? this.occupants.nameOf(nick);
    return said(this.#room, { from, text, occupantId, id, sentAt }, Date.now());
  }

  #shown({ text, by, at }: Subject = { text: '' }): ShownSubject {
    return { text, by: by === undefined ? '' : this.occupants.nameOf(by), at };
  }

  #isAsKnown({ nick, person, role, affiliation, away }: Occupant): boolean {
    const known = this.occupants.get(nick);
    if (known === undefined || known.role !== role || known.affiliation !== affiliation) {
      return false;
    }
    return known.person === person && known.away === away;
  }
}
