/** Who is in one channel, and what each of them may do there. */

import type { Affiliation, Occupant, PersonId, Role } from 'postern/adapter';
import type { Member } from './wire/events.ts';
import type { Features } from './wire/features.ts';

export interface Person {
  readonly nick: string;
  /** Letters of his ranks, in any order. */
  readonly modes: string;
  readonly user?: string | undefined;
  readonly host?: string | undefined;
  /** At the services of the network. */
  readonly account?: string | undefined;
  readonly away?: string | undefined;
  /** As who he was shown last; undefined before he is. */
  readonly shownAs?: PersonId;
}

/** What a line says of whoever it is from. */
type Known = Pick<Person, 'user' | 'host' | 'account'>;

/** The largest channels have some thousands. */
const MOST = 20_000;

export class Members {
  /** By the folded nick. */
  readonly #people = new Map<string, Person>();
  readonly #fold: (nick: string) => string;

  /** @param fold as the server compares nicks */
  constructor(fold: (nick: string) => string) {
    this.#fold = fold;
  }

  get size(): number {
    return this.#people.size;
  }

  [Symbol.iterator](): IterableIterator<Person> {
    return this.#people.values();
  }

  get(nick: string): Person | undefined {
    return this.#people.get(this.#fold(nick));
  }

  /** @returns false where the channel is larger than any: he is not shown */
  put(person: Person): boolean {
    const key = this.#fold(person.nick);
    if (this.#people.size >= MOST && !this.#people.has(key)) return false;
    this.#people.set(key, person);
    return true;
  }

  delete(nick: string): Person | undefined {
    const key = this.#fold(nick);
    const person = this.#people.get(key);
    this.#people.delete(key);
    return person;
  }

  clear(): void {
    this.#people.clear();
  }

  /** As NAMES tells of him: what else is known of him stays. */
  name({ nick, modes, user, host }: Member): void {
    this.put({ ...this.get(nick), nick, modes, ...(host === undefined ? {} : { user, host }) });
  }

  /** @returns him as he is now, where something of him is new */
  learn(nick: string, known: Partial<Person>): Person | undefined {
    const old = this.get(nick);
    if (old === undefined) return undefined;
    const now: Person = { ...old, ...known };
    if (isSame(old, now)) return undefined;
    this.put(now);
    return now;
  }

  /** @returns him as he is now */
  rank(nick: string, mode: string, set: boolean): Person | undefined {
    const old = this.get(nick);
    if (old === undefined) return undefined;
    const others = old.modes.replaceAll(mode, '');
    const now = { ...old, modes: set ? others + mode : others };
    this.put(now);
    return now;
  }
}

function isSame(one: Person, other: Person): boolean {
  if (one.user !== other.user || one.host !== other.host) return false;
  return one.account === other.account && one.away === other.away;
}

/** His account where he has logged in, else where he comes from. The prefix keeps one from being the other. */
export function personId({ account, user, host, nick }: Known & { nick: string }): PersonId {
  if (account !== undefined) return `account ${account}` as PersonId;
  const isKnown = host !== undefined && host !== '';
  return (isKnown ? `address ${user ?? ''}@${host}` : `nick ${nick}`) as PersonId;
}

export function occupantOf(person: Person, features: Features, isModerated: boolean): Occupant {
  const { nick, away } = person;
  const standing = standingOf(person.modes, features, isModerated);
  return { nick, person: personId(person), ...standing, ...(away === undefined ? {} : { away }) };
}

interface Standing {
  readonly role: Role;
  readonly affiliation: Affiliation;
}

/** `~` and what is above `&`, `&@`, `%`, and what is below: `+` as a rule. */
export function standingOf(modes: string, { ranks }: Features, isModerated: boolean): Standing {
  const levels = ranks.map(({ mode }) => mode);
  const rank = levels.findIndex((mode) => modes.includes(mode));
  if (rank < 0) return { role: isModerated ? 'visitor' : 'participant', affiliation: 'none' };
  const operator = levels.indexOf('o');
  const mode = levels[rank];
  if (mode === 'o' || mode === 'a') return { role: 'moderator', affiliation: 'admin' };
  if (mode === 'q' || rank < operator) return { role: 'moderator', affiliation: 'owner' };
  return { role: mode === 'h' ? 'moderator' : 'participant', affiliation: 'member' };
}
