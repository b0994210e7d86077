import { dropOldest } from '../bounded-map.ts';
import type { MessageId } from '../contract/index.ts';

const REMEMBERED = 1_000;

interface Listing {
  readonly messages: readonly MessageId[];
  /** Words by which the list goes on. */
  readonly more: readonly string[] | undefined;
  readonly after: string | undefined;
}

/** What each user was shown last: in a chat nobody types an id of 26 characters. */
export class Listings {
  readonly #last = new Map<string, Listing>();

  show(who: string, listing: Listing): void {
    this.#last.delete(who);
    this.#last.set(who, listing);
    dropOldest(this.#last, REMEMBERED);
  }

  /** @param number counted from 1, as it was shown */
  numbered(who: string, number: number): MessageId | undefined {
    return this.#last.get(who)?.messages[number - 1];
  }

  last(who: string): Listing | undefined {
    return this.#last.get(who);
  }
}
