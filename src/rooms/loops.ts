import { dropOldest } from '../bounded-map.ts';

/** How long what was heard can come back. */
const COMES_BACK_MS = 10_000;
/** A person may repeat somebody, and does not so often in that time. */
const MOST_ECHOES = 2;
const MUTE_MS = 5 * 60_000;
/** Of all rooms together: faster traffic is watched for a shorter time. */
const MOST_HEARD = 5_000;
const MOST_WATCHED = 1_000;
/** Relays put the nick of who said it before the text: words that may be one. */
const LEADING_WORDS = 4;

/**
 * Finds loops: a client that is a relay, or the other half of a second gateway, says what it has just
 * heard in the room, and would hear it again. Who does that three times within ten seconds is mute in
 * this room for five minutes.
 */
export class Loops {
  /** By place and text: when. The last at the end. */
  readonly #heard = new Map<string, number>();
  /** By place: when it heard itself say what it had heard. */
  readonly #echoes = new Map<string, readonly number[]>();
  /** By place: until when. */
  readonly #mute = new Map<string, number>();

  /** @param place equal for one user in one room */
  heard(place: string, text: string, now: number): void {
    const key = keyOf(place, text);
    this.#heard.delete(key);
    this.#heard.set(key, now);
    for (const [eldest, at] of this.#heard) {
      if (this.#heard.size <= MOST_HEARD && now - at <= COMES_BACK_MS) return;
      this.#heard.delete(eldest);
    }
  }

  /** The user says something. @returns whether he is mute */
  says(place: string, text: string, now: number): boolean {
    if (now < (this.#mute.get(place) ?? 0)) return true;
    this.#mute.delete(place);
    if (!this.#isEcho(place, text, now)) return false;
    const before = this.#echoes.get(place) ?? [];
    const echoes = [...before.filter((at) => now - at <= COMES_BACK_MS), now];
    this.#echoes.delete(place);
    if (echoes.length > MOST_ECHOES) {
      this.#mute.set(place, now + MUTE_MS);
      dropOldest(this.#mute, MOST_WATCHED);
      return true;
    }
    this.#echoes.set(place, echoes);
    dropOldest(this.#echoes, MOST_WATCHED);
    return false;
  }

  #isEcho(place: string, text: string, now: number): boolean {
    let rest = text.trim();
    for (let words = 0; words <= LEADING_WORDS && rest !== ''; words++) {
      const at = this.#heard.get(keyOf(place, rest));
      if (at !== undefined && now - at <= COMES_BACK_MS) return true;
      const space = rest.search(/\s/);
      rest = space < 0 ? '' : rest.slice(space).trim();
    }
    return false;
  }
}

function keyOf(place: string, text: string): string {
  return `${place}\n${text.trim()}`;
}
