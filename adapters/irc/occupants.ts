/** Who is in one channel: comes, goes, has a new name or rank. Each change is told as it happens. */

import type { Departure, Occupant, PersonId, RoomEvent } from 'postern/adapter';
import type { Bans } from './bans.ts';
import { Members, occupantOf, type Person, personId } from './members.ts';
import { shownWords } from './shown-text.ts';
import type { Wire } from './wire/client.ts';
import type { Member, ModeChange, WireEvent } from './wire/events.ts';
import type { Source } from './wire/message.ts';

/** The wire's events about one channel, or about people who may be in it. */
type Event<Kind extends WireEvent['is']> = Extract<WireEvent, { is: Kind }>;

/** So many changes of a role at once are shown; of more, only our own. */
const MAX_SHOWN = 300;

export class Occupants {
  readonly #wire: Wire;
  readonly #bans: Bans;
  readonly #tell: (event: RoomEvent) => void;
  readonly #members: Members;
  #isModerated = false;

  /**
   * @param wire the connection that the channel is on
   * @param tell drops what nobody is to hear now
   */
  constructor(wire: Wire, bans: Bans, tell: (event: RoomEvent) => void) {
    this.#wire = wire;
    this.#bans = bans;
    this.#tell = tell;
    this.#members = new Members((nick) => wire.fold(nick));
  }

  get size(): number {
    return this.#members.size;
  }

  member(nick: string): Person | undefined {
    return this.#members.get(nick);
  }

  /** All of them, to be shown. */
  all(): readonly Occupant[] {
    return [...this.#members].map((person) => this.#occupant(person));
  }

  /**
   * Somebody says something. Who it is may be known better than when he was shown: an account, an address.
   * That alone is nothing to tell of hundreds who say nothing; but what he says has to be his.
   * @param account undefined where the line does not say it
   */
  spoke(from: Source, account: string | undefined): PersonId {
    const known = this.#members.get(from.nick);
    if (known === undefined) return personId({ ...from, account });
    const { user, host } = from;
    const now = this.#members.learn(from.nick, {
      ...(host === '' ? {} : { user, host }),
      ...(account === undefined ? {} : { account }),
    });
    const person = now ?? known;
    if (personId(person) !== person.shownAs) this.#show(person, 'changed');
    return personId(person);
  }

  joined({ from: { nick, user, host }, own, account }: Event<'joined'>): void {
    if (!own) this.#unseen(nick);
    const person = { nick, modes: '', user, host, account };
    if (this.#members.put(person) && !own) this.#show(person, 'entered');
  }

  names(members: readonly Member[]): void {
    for (const member of members) this.#members.name(member);
  }

  /** Somebody else went. */
  gone(nick: string, how: Departure): void {
    const person = this.#members.delete(nick);
    if (person !== undefined) this.#tell({ is: 'departed', nick: person.nick, how });
  }

  /** Somebody has a nick now: who had it before went, and the server did not say so. */
  #unseen(nick: string): void {
    this.gone(nick, { is: 'left' });
  }

  /** How he goes who is kicked: a ban that was set just before makes it more than that. */
  sentAway({ nick, by, reason }: Event<'kicked'>): Departure {
    const person = this.#members.get(nick);
    const isBanned = person !== undefined && this.#bans.include(person);
    const how = { is: isBanned ? 'banned' : 'kicked', ...because(reason) } as const;
    return by === undefined ? how : { ...how, by: by.nick };
  }

  split({ gone, words }: Event<'split'>): void {
    const here = gone.flatMap(({ nick }) => this.#members.delete(nick)?.nick ?? []);
    if (here.length === 0) return;
    const people = here.length === 1 ? 'one is' : `${here.length} are`;
    const line = `Netsplit (${words}): ${people} gone, and may come back.`;
    this.#tell({ is: 'split', nicks: here, words: line });
  }

  renamed({ from, to }: Event<'nick'>): void {
    const person = this.#members.delete(from.nick);
    if (person === undefined) return;
    this.#unseen(to);
    this.#members.put({ ...person, nick: to });
    this.#tell({ is: 'renamed', from: person.nick, to });
  }

  mode({ changes, by, isAnswer }: Event<'mode'>): void {
    const { ranks } = this.#wire.features;
    const others: ModeChange[] = [];
    const touched = new Map<string, Person>();
    for (const change of changes) {
      const { mode, param, set } = change;
      const isRank = ranks.some((rank) => rank.mode === mode);
      const person = isRank ? this.#members.rank(param ?? '', mode, set) : undefined;
      if (person !== undefined) touched.set(person.nick, person);
      if (!isRank) others.push(change);
      if (mode === 'b' && param !== undefined) this.#bans.note(param, set);
    }
    for (const person of touched.values()) this.#show(person, 'changed');
    const moderated = others.findLast(({ mode }) => mode === 'm')?.set ?? this.#isModerated;
    if (moderated !== this.#isModerated) this.#moderate(moderated);
    if (others.length > 0 && isAnswer !== true)
      this.#tell({ is: 'announced', text: modeLine(others, by) });
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

  #learn(nick: string, known: Partial<Person>): void {
    const old = this.#members.get(nick);
    const now = this.#members.learn(nick, known);
    if (now !== undefined && now.away !== old?.away) this.#show(now, 'changed');
  }

  #moderate(moderated: boolean): void {
    this.#isModerated = moderated;
    const wire = this.#wire;
    const all = [...this.#members].filter(({ modes }) => modes === '');
    const isOwn = ({ nick }: Person) => wire.fold(nick) === wire.fold(wire.nick);
    for (const person of all.length > MAX_SHOWN ? all.filter(isOwn) : all) {
      this.#show(person, 'changed');
    }
  }

  #show(person: Person, is: 'entered' | 'changed'): void {
    this.#tell({ is, occupant: this.#occupant(person) });
  }

  #occupant(person: Person): Occupant {
    this.#members.put({ ...person, shownAs: personId(person) });
    return occupantOf(person, this.#wire.features, this.#isModerated);
  }
}

/** The reason of a departure, where one is given. */
export function because(reason: string): { readonly reason?: string } {
  const words = shownWords(reason, 300);
  return words === '' ? {} : { reason: words };
}

/** `alice sets +mk-l secret` */
function modeLine(changes: readonly ModeChange[], by: Source | undefined): string {
  let letters = '';
  for (const [at, { set, mode }] of changes.entries()) {
    const isSame = changes[at - 1]?.set === set;
    letters += `${isSame ? '' : set ? '+' : '-'}${mode}`;
  }
  const params = changes.flatMap(({ param }) => param ?? []).join(' ');
  const line = `${by?.nick ?? 'The server'} sets ${letters} ${params}`;
  return shownWords(line, 300);
}
