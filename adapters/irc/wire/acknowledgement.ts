/**
 * Did the server take a text? IRC itself does not say. Where the server can, each text has a label, or
 * comes back as an echo; else a PING goes after it, and whatever the server had against the text comes
 * before the PONG.
 *
 * An echo has what the others got, which a filter may have changed; and behind a bouncer another client
 * of ours may have said it. So what is not word for word our text is its echo only if that has not come
 * before the PONG of a PING that left then. A text of which nothing comes back at all is asked for later:
 * some servers let the far end make the echo, which is slower than a PONG, and some say nothing of a text
 * that they did not pass on.
 */

import { plainText } from '../text/formatting.ts';
import type { Said, ServerError } from './events.ts';

/** What became of a text. Told once. */
export type Outcome =
  /** The server has passed it on. `id`: its msgid, where it gives one. */
  | { readonly is: 'taken'; readonly id?: string; readonly at?: number }
  | { readonly is: 'refused'; readonly error: ServerError }
  /** It never left. */
  | { readonly is: 'unsent' }
  /** It left, and nobody can tell. */
  | { readonly is: 'unknown' };

/** A text on its way. */
export interface Text {
  /** Folded. */
  readonly target: string;
  readonly kind: Said['is'];
  readonly text: string;
  readonly settle: (outcome: Outcome) => void;
}

interface Flight extends Text {
  readonly label: number | undefined;
  /** Of the PING behind it: undefined while none has left. */
  ping: number | undefined;
  readonly by: 'label' | 'echo' | 'pong';
  /** What the server had against a text to this target, before the PONG. */
  error: ServerError | undefined;
  /** Words of our own that may be its echo. */
  changed: Said | undefined;
  /** By the clock of whoever calls. */
  readonly leftAt: number;
}

/** Texts under way at once. Servers that throw out who floods let some twenty lines wait. */
const WINDOW = 8;
/** So many texts share a PING, if more wait. */
const SHARED = 4;
/** An echo may take so long before it is asked for. */
const LATE_MS = 3_000;

/** The errors with which servers refuse a text: RFC 2812 §5.2, and what some of them added. */
const ABOUT_TEXTS: ReadonlySet<number> = new Set([
  401, 402, 403, 404, 407, 408, 411, 412, 413, 414, 415, 417, 437, 439, 442, 473, 474, 475, 477,
  486, 488, 489, 492, 494, 513, 531, 707, 716,
]);

export class Acknowledgements {
  readonly #flights: Flight[] = [];
  /** Of batches that answer a label: their reference to the label. */
  readonly #batches = new Map<string, number>();
  #others: Said[] = [];
  #count = 0;

  get mayLeave(): boolean {
    return this.#flights.length < WINDOW;
  }

  /** Whether some text may have to be asked for later. */
  get awaitsEcho(): boolean {
    return this.#flights.some(({ by }) => by === 'echo');
  }

  /** The text leaves in this tick. @returns the label to send with it */
  leaves(text: Text, by: Flight['by'], now: number): number | undefined {
    this.#count += 1;
    const label = by === 'label' ? this.#count : undefined;
    const open = { ping: undefined, error: undefined, changed: undefined };
    this.#flights.push({ ...text, ...open, label, by, leftAt: now });
    return label;
  }

  /**
   * A token to PING with, if it is time.
   * @param textsWait whether further texts could still share it
   */
  ping(textsWait: boolean, now: number): string | undefined {
    const unasked = this.#flights.filter(({ ping }) => ping === undefined);
    const open = unasked.filter(({ by }) => by === 'pong');
    const odd = unasked.filter((flight) => flight.by === 'echo' && isOdd(flight, now));
    const isShared = open.length > 0 && !(textsWait && open.length < SHARED);
    if (!isShared && odd.length === 0) return undefined;
    this.#count += 1;
    for (const flight of [...open, ...odd]) flight.ping = this.#count;
    return `t${this.#count}`;
  }

  /** @returns whether it was one of ours */
  pong(token: string): boolean {
    const [, number] = /^t(\d+)$/.exec(token) ?? [];
    if (number === undefined) return false;
    const answered = this.#flights.filter(
      ({ ping }) => ping !== undefined && ping <= Number(number),
    );
    for (const flight of answered) this.#settle(flight, outcomeOf(flight, answered));
    return true;
  }

  /** A message from ourselves. @returns whether it is, or may be, the echo of a text under way */
  echo(said: Said, target: string, label: number | undefined): boolean {
    const alike = this.#flights.filter((one) =>
      label === undefined
        ? one.by === 'echo' && one.target === target && one.kind === said.is
        : one.label === label,
    );
    const known = label === undefined ? alike.find((one) => isWordForWord(said, one)) : alike[0];
    if (known !== undefined) {
      // Another client of ours was a little faster.
      if (known.changed !== undefined) this.#others.push(known.changed);
      this.#settle(known, takenAs(said));
      return true;
    }
    const changed = alike.find((one) => one.changed === undefined);
    if (changed !== undefined) changed.changed = said;
    return changed !== undefined;
  }

  /** Words of our own that were taken for an echo, and are none. Given once. */
  others(): readonly Said[] {
    const others = this.#others;
    if (others.length > 0) this.#others = [];
    return others;
  }

  /** @returns whether it was the answer to a text */
  error(error: ServerError, target: string | undefined, label: number | undefined): boolean {
    if (label === undefined && !ABOUT_TEXTS.has(error.code)) return false;
    const open = this.#flights.filter((one) =>
      label === undefined
        ? one.by !== 'label' && one.target === target && one.error === undefined
        : one.label === label,
    );
    const flight = open.find(({ changed }) => changed === undefined) ?? open[0];
    if (flight === undefined) return false;
    if (flight.changed !== undefined) this.#others.push(flight.changed);
    if (flight.by === 'pong') flight.error = error;
    else this.#settle(flight, { is: 'refused', error });
    return true;
  }

  /** Any other line with a label is a good answer: at the least, `ACK`. */
  labelled(label: number): void {
    const flight = this.#flights.find((one) => one.label === label);
    if (flight !== undefined) this.#settle(flight, { is: 'taken' });
  }

  /** @param reference as in BATCH: `+name` begins one, `-name` ends it */
  batch(reference: string, label: number | undefined): void {
    const name = reference.slice(1);
    if (reference.startsWith('+') && label !== undefined && this.#batches.size < 2 * WINDOW) {
      this.#batches.set(name, label);
    }
    if (!reference.startsWith('-')) return;
    const ended = this.#batches.get(name);
    this.#batches.delete(name);
    if (ended !== undefined) this.labelled(ended);
  }

  /** @param label as in the tag of a line, @param batch as in its other one */
  labelOf(label: string | undefined, batch: string | undefined): number | undefined {
    if (label !== undefined && /^\d{1,15}$/.test(label)) return Number(label);
    return batch === undefined ? undefined : this.#batches.get(batch);
  }

  /** Nobody waits for it any longer. */
  giveUp(text: Text): void {
    const flight = this.#flights.find(({ settle }) => settle === text.settle);
    if (flight !== undefined) this.#settle(flight, { is: 'unknown' });
  }

  /** The connection is gone. */
  close(): void {
    for (const flight of [...this.#flights]) this.#settle(flight, { is: 'unknown' });
    this.#batches.clear();
  }

  #settle(flight: Flight, outcome: Outcome): void {
    const at = this.#flights.indexOf(flight);
    if (at < 0) return;
    this.#flights.splice(at, 1);
    flight.settle(outcome);
  }
}

/** Whether there is reason to ask for it. */
function isOdd({ changed, leftAt }: Flight, now: number): boolean {
  return changed !== undefined || now - leftAt >= LATE_MS;
}

/** Its PING is answered. @param answered all that it was for */
function outcomeOf(flight: Flight, answered: readonly Flight[]): Outcome {
  if (flight.by === 'echo') {
    return flight.changed === undefined ? { is: 'unknown' } : takenAs(flight.changed);
  }
  // Which of several texts to one target an error means, nobody knows, unless it means all of them.
  const alike = answered.filter(({ target }) => target === flight.target);
  if (alike.every(({ error }) => error === undefined)) return { is: 'taken' };
  const known = alike.every(({ error }) => error !== undefined);
  return known && flight.error !== undefined
    ? { is: 'refused', error: flight.error }
    : { is: 'unknown' };
}

function takenAs({ id, at }: Said): Outcome {
  return {
    is: 'taken',
    ...(id === undefined ? {} : { id }),
    ...(at === undefined ? {} : { at }),
  };
}

/** A server may have taken the colours out. */
function isWordForWord(said: Said, { text }: Flight): boolean {
  return said.text === text || said.text === plainText(text);
}
