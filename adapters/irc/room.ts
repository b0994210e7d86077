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
import { refusalOf } from './errors.ts';
import { Members, occupantOf, type Person, personId } from './members.ts';
import { sentWords, shownText, shownWords } from './shown-text.ts';
import type { Wire } from './wire/client.ts';
import type { ModeChange, Said, ServerError, WireEvent } from './wire/events.ts';
import { LineError } from './wire/line.ts';
import type { Source } from './wire/message.ts';
import { WHOX_FIELDS } from './wire/reading.ts';

/** The wire's events about one channel, or about people who may be in it. */
type Event<Kind extends WireEvent['is']> = Extract<WireEvent, { is: Kind }>;

export interface RoomParts {
  readonly peer: PeerId;
  readonly channel: string;
  readonly password: string | undefined;
  readonly now: () => number;
  readonly tell: (event: RoomEvent) => void;
}

/** Larger channels are not asked who everybody is: servers answer that slowly, or not at all. */
const MAX_WHO = 1_000;
/** So many changes of a role at once are shown; of more, only our own. */
const MAX_SHOWN = 300;
/** What is said while the list of people comes. */
const MAX_EARLY = 500;
const ENTERING_MS = 20_000;
/** A server answers a JOIN at once, or never: two spellings may be one channel to it. */
const ASKING_MS = 60_000;

export class Room {
  readonly peer: PeerId;
  readonly channel: string;
  readonly #parts: RoomParts;
  #state: 'outside' | 'asking' | 'entering' | 'in' = 'outside';
  /** Who sees it has been told that he is in. */
  #wasIn = false;
  #lost = false;
  /** Of the connection that it is on. */
  #wire: Wire | undefined;
  #members = new Members((nick) => nick);
  #subject: Subject | undefined;
  #isModerated = false;
  /** What ends the entering. */
  #last: 'who' | 'modes' = 'modes';
  /** How long it is asked for, or its list is waited for. */
  #until = 0;
  #early: (() => void)[] = [];
  readonly #bans = new Bans();

  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.peer = parts.peer;
    this.channel = parts.channel;
  }

  get isIn(): boolean {
    return this.#state === 'in';
  }

  /** Whether he has been in, and comes back after a loss. */
  get wasIn(): boolean {
    return this.#wasIn;
  }

  get size(): number {
    return this.#members.size;
  }

  get subject(): string {
    return this.#subject?.text ?? '';
  }

  member(nick: string): Person | undefined {
    return this.#members.get(nick);
  }

  enter(wire: Wire): void {
    const { password } = this.#parts;
    this.#wire = wire;
    this.#state = 'asking';
    this.#until = this.#parts.now() + ASKING_MS;
    this.#members = new Members((nick) => wire.fold(nick));
    this.#subject = undefined;
    this.#isModerated = false;
    if (!sent(() => wire.send('JOIN', this.channel, password))) this.#refuse(NOT_ASKED);
  }

  /** @returns the folded name of the channel, where the server will tell of it */
  leave(reason: string | undefined): string | undefined {
    const wire = this.#wire;
    if (this.#state === 'outside' || wire === undefined) return undefined;
    this.#state = 'outside';
    const words = reason === undefined ? undefined : sentWords(reason, 200);
    const isSent = sent(() => wire.send('PART', this.channel, words));
    return isSent ? wire.fold(this.channel) : undefined;
  }

  /** The connection is gone, and comes back. */
  lose(words: string): void {
    this.#state = 'outside';
    this.#wire = undefined;
    this.#early = [];
    if (this.#wasIn && !this.#lost) this.#parts.tell({ is: 'lost', words });
    this.#lost = this.#wasIn;
  }

  /** There is no way in, or not back. */
  giveUp(refusal: Refusal): void {
    this.#refuse(refusal);
  }

  /** Called every few seconds: a list that does not end is taken as it is, and no answer is a refusal. */
  tick(): void {
    const now = this.#parts.now();
    if (this.#state === 'entering' && now > this.#until) this.#entered();
    if (this.#state !== 'asking') return;
    // The question may not have left yet.
    if (this.#wire?.isHeldBack === true) this.#until = now + ASKING_MS;
    // Nothing is left: by another spelling he may be in.
    if (now > this.#until) this.#refuse(NO_ANSWER);
  }

  joined({ from, own, account }: Event<'joined'>): void {
    const { nick, user, host } = from;
    const person = { nick, modes: '', user, host, account };
    if (own) {
      if (this.#state !== 'asking') return;
      this.#state = 'entering';
      this.#until = this.#parts.now() + ENTERING_MS;
      this.#members.put(person);
      sent(() => this.#wire?.send('MODE', this.channel) === true);
      return;
    }
    if (this.#members.put(person)) this.#show(person, 'entered');
  }

  names({ members }: Event<'names'>): void {
    if (this.#state !== 'entering') return;
    for (const member of members) this.#members.name(member);
    const wire = this.#wire;
    if (wire === undefined || this.#members.size > MAX_WHO) return;
    const fields = wire.features.whox ? WHOX_FIELDS : undefined;
    if (sent(() => wire.send('WHO', this.channel, fields))) this.#last = 'who';
  }

  /** The end of what was asked for, by its numeric, or an error in its place. */
  answered(what: 'who' | 'modes'): void {
    if (this.#state === 'entering' && this.#last === what) this.#entered();
  }

  failed(error: ServerError): void {
    if (this.#state === 'asking') this.#refuse(refusalOf(error, 'join'));
    else this.answered(this.#last);
  }

  parted({ from, own, reason }: Event<'parted'>): void {
    this.#gone(from.nick, own, { is: 'left', ...because(reason) });
  }

  quit({ from, own, reason }: Event<'quit'>): void {
    // Of our own the connection tells.
    if (!own) this.#gone(from.nick, false, { is: 'quit', ...because(reason) });
  }

  kicked({ nick, own, by, reason }: Event<'kicked'>): void {
    const person = this.#members.get(nick);
    const isBanned = person !== undefined && this.#bans.include(person);
    const how = { is: isBanned ? 'banned' : 'kicked', ...because(reason) } as const;
    this.#gone(nick, own, by === undefined ? how : { ...how, by: by.nick });
  }

  split({ gone, words }: Event<'split'>): void {
    const here = gone.flatMap(({ nick }) => this.#members.delete(nick)?.nick ?? []);
    if (here.length === 0) return;
    const people = here.length === 1 ? 'one is' : `${here.length} are`;
    const line = `Netsplit (${words}): ${people} gone, and may come back.`;
    this.#live({ is: 'split', nicks: here, words: line });
  }

  renamed({ from, to }: Event<'nick'>): void {
    const person = this.#members.delete(from.nick);
    if (person === undefined) return;
    this.#members.put({ ...person, nick: to });
    this.#live({ is: 'renamed', from: person.nick, to });
  }

  mode({ changes, by }: Event<'mode'>): void {
    const { features } = this.#wire ?? {};
    if (features === undefined) return;
    const others: ModeChange[] = [];
    const touched = new Map<string, Person>();
    for (const change of changes) {
      const { mode, param, set } = change;
      const isRank = features.ranks.some((rank) => rank.mode === mode);
      const person = isRank ? this.#members.rank(param ?? '', mode, set) : undefined;
      if (person !== undefined) touched.set(person.nick, person);
      if (!isRank) others.push(change);
      if (mode === 'b' && param !== undefined) this.#bans.note(param, set);
    }
    for (const person of touched.values()) this.#show(person, 'changed');
    const moderated = others.findLast(({ mode }) => mode === 'm')?.set ?? this.#isModerated;
    if (moderated !== this.#isModerated) this.#moderate(moderated);
    if (others.length > 0) this.#live({ is: 'announced', text: modeLine(others, by) });
  }

  topic({ text, by }: Event<'topic'>): void {
    const shown = shownWords(text, 3_000);
    this.#subject = by === undefined ? { text: shown } : { text: shown, by: by.nick };
    this.#live({ is: 'subject', subject: this.#subject });
  }

  topicSet({ by, at }: Event<'topic-set'>): void {
    if (this.#subject === undefined || this.#state !== 'entering') return;
    this.#subject = { ...this.#subject, by, ...(at === undefined ? {} : { at }) };
  }

  away({ nick, text }: Event<'away'>): void {
    this.#learn(nick, { away: text === undefined ? undefined : shownWords(text, 300) });
  }

  account({ nick, account }: Event<'account'>): void {
    this.#learn(nick, { account });
  }

  person({ who, account, away }: Event<'person'>): void {
    const { nick, user, host } = who;
    const known = this.#members.get(nick);
    this.#learn(nick, {
      ...{ user, host },
      ...(account === undefined ? {} : { account }),
      ...(away === undefined ? {} : { away: away ? (known?.away ?? 'away') : undefined }),
    });
  }

  said(event: Said): void {
    const text = shownText(event);
    if (text === undefined) return;
    const { nick, user, host } = event.from;
    const { id, at } = event;
    const account = event.account ?? this.#members.get(nick)?.account;
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
    const wire = this.#wire;
    if (wire === undefined) return;
    this.#state = 'in';
    this.#wasIn = true;
    this.#lost = false;
    const occupants = [...this.#members].map((person) => this.#occupant(person, wire));
    const subject = this.#subject;
    const joined = { is: 'joined', nick: wire.nick, occupants } as const;
    this.#parts.tell(subject === undefined ? joined : { ...joined, subject });
    for (const tell of this.#early.splice(0)) tell();
  }

  #gone(nick: string, own: boolean, how: Departure): void {
    if (own) {
      if (this.#state !== 'in' && this.#state !== 'entering') return;
      this.#state = 'outside';
      if (this.#wasIn) this.#parts.tell({ is: 'out', how });
      else
        this.#refuse({ ...NOT_ASKED, condition: 'forbidden', text: 'You were sent away at once.' });
      return;
    }
    const person = this.#members.delete(nick);
    if (person !== undefined) this.#live({ is: 'departed', nick: person.nick, how });
  }

  #refuse(refusal: Refusal): void {
    this.#state = 'outside';
    const reason = { reason: refusal.text };
    if (this.#wasIn) this.#parts.tell({ is: 'out', how: { is: 'left', ...reason } });
    else this.#parts.tell({ is: 'refused', refusal });
  }

  #learn(nick: string, known: Partial<Person>): void {
    const changed = this.#members.learn(nick, known);
    if (changed !== undefined) this.#show(changed, 'changed');
  }

  #moderate(moderated: boolean): void {
    this.#isModerated = moderated;
    const wire = this.#wire;
    const all = [...this.#members].filter(({ modes }) => modes === '');
    const isOwn = ({ nick }: Person) => wire?.fold(nick) === wire?.fold(wire.nick);
    for (const person of all.length > MAX_SHOWN ? all.filter(isOwn) : all) {
      this.#show(person, 'changed');
    }
  }

  #show(person: Person, is: 'entered' | 'changed'): void {
    const wire = this.#wire;
    if (this.#state === 'in' && wire !== undefined) {
      this.#parts.tell({ is, occupant: this.#occupant(person, wire) });
    }
  }

  /** While the list of people comes, they come and go in it; what they say waits for its end. */
  #live(event: RoomEvent): void {
    if (this.#state === 'in') this.#parts.tell(event);
    else if (this.#state === 'entering' && event.is === 'said' && this.#early.length < MAX_EARLY) {
      this.#early.push(() => this.#parts.tell(event));
    }
  }

  #occupant(person: Person, { features }: Wire) {
    return occupantOf(person, features, this.#isModerated);
  }
}

const NOT_ASKED: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'The server could not be asked for this channel with this password.',
};

const NO_ANSWER: Refusal = {
  condition: 'remote-server-timeout',
  type: 'wait',
  text: 'The server does not answer: you may be in this channel already, under another spelling.',
};

/** False where it was not sent: too much waits, or no line can say it. */
function sent(send: () => boolean): boolean {
  try {
    return send();
  } catch (error) {
    if (error instanceof LineError) return false;
    throw error;
  }
}

function because(reason: string): { readonly reason?: string } {
  const words = shownWords(reason, 300);
  return words === '' ? {} : { reason: words };
}

/** `alice sets +k-l secret` */
function modeLine(changes: readonly ModeChange[], by: Source | undefined): string {
  const letters = changes.map(({ set, mode }) => `${set ? '+' : '-'}${mode}`).join('');
  const params = changes.flatMap(({ param }) => param ?? []).join(' ');
  const line = `${by?.nick ?? 'The server'} sets ${letters} ${params}`;
  return shownWords(line, 300);
}
