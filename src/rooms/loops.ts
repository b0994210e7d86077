import { hash } from 'node:crypto';
import { dropOldest } from '../bounded-map.ts';
import type { PeerId } from '../contract/index.ts';

/** How long what was heard can come back. */
const COMES_BACK_MS = 10_000;
/** People say what others have said, and not so often in that time. */
const MOST_ECHOES = 2;
/** Shorter words are said by many at the same time: of these only the same counts. */
const LONG = 16;
const MUTE_MS = 5 * 60_000;
/** Of all rooms together, some hundred bytes each: faster traffic is watched for a shorter time. */
const MOST_HEARD = 50_000;
const MOST_WATCHED = 1_000;
/** Relays put the nick of who said it before the text: words that may be one. */
const LEADING_WORDS = 4;

/** One user in one room. */
export interface Speaker {
  /** Equal for equal ones. */
  readonly place: string;
  readonly room: PeerId;
  /** His own nick there; undefined before he is in. */
  readonly nick: string | undefined;
}

interface Heard {
  readonly at: number;
  /** The nick of who said it; undefined: several did. */
  readonly by: string | undefined;
}

interface Echo {
  readonly at: number;
  readonly key: string;
  readonly isLong: boolean;
}

/**
 * Finds loops: a client that is a relay, or the other half of a second gateway, says what it has just
 * heard in the room, and would hear it again. Who does that three times within ten seconds is mute in
 * this room for five minutes; a few words must be the same each time, for people say "yes" after others.
 */
export class Loops {
  /** By room and text: what all users together have heard there. The last at the end. */
  readonly #heard = new Map<string, Heard>();
  /** By place: what it said that it had heard. */
  readonly #echoes = new Map<string, readonly Echo[]>();
  /** By place: until when. */
  readonly #mute = new Map<string, number>();

  /** Called for each user who hears it. @param nick of who said it */
  heard(room: PeerId, nick: string, text: string, now: number): void {
    const key = keyOf(room, text.trim());
    const before = this.#recent(key, now);
    const isSame = before === undefined || before.by === nick;
    this.#heard.delete(key);
    this.#heard.set(key, { at: now, by: isSame ? nick : undefined });
    for (const [eldest, { at }] of this.#heard) {
      if (this.#heard.size <= MOST_HEARD && now - at <= COMES_BACK_MS) return;
      this.#heard.delete(eldest);
    }
  }

  /** The user says something. @returns whether he is mute */
  says(speaker: Speaker, text: string, now: number): boolean {
    const { place } = speaker;
    if (now < (this.#mute.get(place) ?? 0)) return true;
    this.#mute.delete(place);
    const echo = this.#echoOf(speaker, text, now);
    if (echo === undefined) return false;
    const before = this.#echoes.get(place) ?? [];
    const echoes = [...before.filter(({ at }) => now - at <= COMES_BACK_MS), echo];
    this.#echoes.delete(place);
    if (isLoop(echoes, echo)) {
      this.#mute.set(place, now + MUTE_MS);
      dropOldest(this.#mute, MOST_WATCHED);
      return true;
    }
    this.#echoes.set(place, echoes);
    dropOldest(this.#echoes, MOST_WATCHED);
    return false;
  }

  #echoOf({ room, nick }: Speaker, text: string, now: number): Echo | undefined {
    let rest = text.trim();
    for (let words = 0; words <= LEADING_WORDS && rest !== ''; words++) {
      const key = keyOf(room, rest);
      const heard = this.#recent(key, now);
      // What others heard of himself is no echo of theirs.
      if (heard !== undefined && (heard.by === undefined || heard.by !== nick)) {
        return { at: now, key, isLong: rest.length >= LONG };
      }
      const space = rest.search(/\s/);
      rest = space < 0 ? '' : rest.slice(space).trim();
    }
    return undefined;
  }

  #recent(key: string, now: number): Heard | undefined {
    const heard = this.#heard.get(key);
    return heard !== undefined && now - heard.at <= COMES_BACK_MS ? heard : undefined;
  }
}

function isLoop(echoes: readonly Echo[], { key }: Echo): boolean {
  const same = echoes.filter((echo) => echo.key === key);
  const long = echoes.filter(({ isLong }) => isLong);
  return Math.max(same.length, long.length) > MOST_ECHOES;
}

/** A text may be long, and is heard by many: what is kept of it is not. */
function keyOf(room: PeerId, text: string): string {
  return hash('sha256', `${room}\n${text}`, 'base64');
}
