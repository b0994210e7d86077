/**
 * That a message was not taken is said to whoever wrote it, of each message, however many there are.
 * Where the server is too slow to read that, one writer has a share of what may wait to leave: else the
 * refusals of one would leave no room for those of all others. Whom nothing could be said is told so,
 * once there is room again.
 */

import { dropOldest } from '../bounded-map.ts';
import { type BareJid, bareJid, type Jid } from './jid.ts';
import type { Element } from './xml/element.ts';

/** Of one writer, in characters: an eighth of all that may wait. */
const SHARE = 1024 * 1024;
/** A refusal without its addresses and its id, about. */
const ENVELOPE = 512;
/** So many are told at most; all are counted. */
const REMEMBERED = 1_000;

export interface RefusalsOptions {
  /** See `ComponentStream.send`. */
  readonly send: (stanza: Element) => boolean;
  /** See `ComponentStream.full`. */
  readonly full: () => Promise<void> | undefined;
  /** They have not heard that something of theirs was refused. */
  readonly unsaid: (to: readonly BareJid[]) => void;
  readonly warn: (
    fields: { readonly refusals: number; readonly writers: number },
    text: string,
  ) => void;
}

export class Refusals {
  readonly #options: RefusalsOptions;
  /** What was said to each since there was room, in characters. */
  readonly #said = new Map<BareJid, number>();
  readonly #missed = new Map<BareJid, true>();
  #count = 0;
  #waits = false;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** @param writer of the message that was not taken */
  say(writer: Jid, error: Element): void {
    const to = bareJid(writer);
    const full = this.#options.full();
    if (full === undefined) this.#said.clear();
    else if (!this.#waits) this.#wait(full);
    const said = this.#said.get(to) ?? 0;
    if (said < SHARE && this.#options.send(error)) {
      if (full !== undefined) this.#said.set(to, said + lengthOf(error));
      return;
    }
    this.#count++;
    // Without a stream: who was writing is told of the gap.
    if (full === undefined) return;
    this.#missed.set(to, true);
    dropOldest(this.#missed, REMEMBERED);
  }

  /** There is room again, or another stream: who has missed something is told. */
  report(): void {
    this.#said.clear();
    if (this.#count === 0) return;
    const missed = [...this.#missed.keys()];
    const fields = { refusals: this.#count, writers: missed.length };
    this.#count = 0;
    this.#missed.clear();
    this.#options.warn(fields, 'messages were refused, and it could not be said of each');
    if (missed.length > 0) this.#options.unsaid(missed);
  }

  #wait(full: Promise<void>): void {
    this.#waits = true;
    void full.then(() => {
      this.#waits = false;
      this.report();
    });
  }
}

function lengthOf({ attrs }: Element): number {
  return Object.values(attrs).reduce((total, value) => total + (value?.length ?? 0), ENVELOPE);
}
