/**
 * Did the server take a text? IRC itself does not say. Where the server can, each text has a label, or
 * comes back as an echo; else a PING goes after it, and whatever the server had against the text comes
 * before the PONG.
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
}

/** Texts under way at once. Servers that throw out who floods let some twenty lines wait. */
const WINDOW = 8;
/** So many texts share a PING, if more wait. */
const SHARED = 4;

/** The errors with which servers refuse a text: RFC 2812 §5.2, and what some of them added. */
const ABOUT_TEXTS: ReadonlySet<number> = new Set([
  401, 402, 403, 404, 407, 408, 411, 412, 413, 414, 415, 417, 437, 439, 442, 473, 474, 475, 477,
  486, 488, 489, 492, 494, 513, 531, 716,
]);

export class Acknowledgements {
  readonly #flights: Flight[] = [];
  /** Of batches that answer a label: their reference to the label. */
  readonly #batches = new Map<string, number>();
  #count = 0;

  get mayLeave(): boolean {
    return this.#flights.length < WINDOW;
  }

  /** The text leaves in this tick. @returns the label to send with it */
  leaves(text: Text, by: Flight['by']): number | undefined {
    this.#count += 1;
    const label = by === 'label' ? this.#count : undefined;
    this.#flights.push({ ...text, label, ping: undefined, by, error: undefined });
    return label;
  }

  /**
   * A token to PING with, if it is time.
   * @param textsWait whether further texts could still share it
   */
  ping(textsWait: boolean): string | undefined {
    const open = this.#flights.filter(({ by, ping }) => by === 'pong' && ping === undefined);
    if (open.length === 0 || (textsWait && open.length < SHARED)) return undefined;
    this.#count += 1;
    for (const flight of open) flight.ping = this.#count;
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

  /** A message from ourselves. @returns whether it is the echo of a text under way */
  echo(said: Said, target: string, label: number | undefined): boolean {
    const flight =
      label === undefined
        ? this.#flights.find((one) => one.by === 'echo' && isEchoOf(said, target, one))
        : this.#flights.find((one) => one.label === label);
    if (flight === undefined) return false;
    const { id, at } = said;
    this.#settle(flight, {
      is: 'taken',
      ...(id === undefined ? {} : { id }),
      ...(at === undefined ? {} : { at }),
    });
    return true;
  }

  /** @returns whether it was the answer to a text */
  error(error: ServerError, target: string | undefined, label: number | undefined): boolean {
    if (label === undefined && !ABOUT_TEXTS.has(error.code)) return false;
    const flight = this.#flights.find((one) =>
      label === undefined
        ? one.by !== 'label' && one.target === target && one.error === undefined
        : one.label === label,
    );
    if (flight === undefined) return false;
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

/** Which of several texts to one target an error means, nobody knows, unless it means all of them. */
function outcomeOf(flight: Flight, answered: readonly Flight[]): Outcome {
  const alike = answered.filter(({ target }) => target === flight.target);
  if (alike.every(({ error }) => error === undefined)) return { is: 'taken' };
  const known = alike.every(({ error }) => error !== undefined);
  return known && flight.error !== undefined
    ? { is: 'refused', error: flight.error }
    : { is: 'unknown' };
}

/** A server may have taken the colours out. */
function isEchoOf(said: Said, target: string, flight: Flight): boolean {
  if (said.is !== flight.kind || target !== flight.target) return false;
  return said.text === flight.text || said.text === plainText(flight.text);
}
