/** Hands mails to the smarthost, over a few connections that are kept for a while. */

import { DeliveryError } from 'postern/adapter';
import { Connection, type ConnectionOptions } from './connection.ts';
import type { Accepted, Letter, SendAttempt } from './letter.ts';
import { errorOf, Mishap } from './mishap.ts';
import { Slots } from './slots.ts';

export interface RelayOptions extends ConnectionOptions {
  /** The smarthost refuses us, not a mail: the operator has something to mend. No secret is in the words. */
  onTrouble(words: string): void;
  /** It can not be reached, or takes nothing from anybody now: that passes. */
  onUnreachable(words: string): void;
}

export interface Relay {
  /** @throws DeliveryError, or what `leave` threw */
  send(letter: Letter, attempt: SendAttempt): Promise<Accepted>;
  /** Ends everything at once: what is under way fails, by how far it was. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 8;
const LETTERS_PER_CONNECTION = 100;
/** Less than any server waits for the next mail. */
const REST_MS = 5_000;

export function openRelay(options: RelayOptions): Relay {
  return new SmtpRelay(options);
}

class SmtpRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #closing = new AbortController();
  readonly #slots = new Slots(MAX_CONNECTIONS);
  /** Those that rest, the longest first. Of all, never more than there are slots. */
  readonly #resting: Connection[] = [];
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  async send(letter: Letter, { signal, leave }: SendAttempt): Promise<Accepted> {
    const attempt = { signal: AbortSignal.any([signal, this.#closing.signal]), leave };
    if (!(await this.#slots.take(attempt.signal))) {
      throw new DeliveryError({ kind: 'later' }, 'time was up before a connection was free');
    }
    try {
      return await this.#sendNow(letter, attempt);
    } catch (error) {
      if (!(error instanceof Mishap)) throw error;
      if (error.misconfigured) this.#options.onTrouble(error.message);
      else if (error.step === 'session' && !attempt.signal.aborted) {
        this.#options.onUnreachable(error.message);
      }
      throw errorOf(error, letter.to);
    } finally {
      this.#slots.give();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#sweep);
    for (const connection of this.#resting.splice(0)) connection.dismiss();
  }

  async #sendNow(letter: Letter, attempt: SendAttempt): Promise<Accepted> {
    for (;;) {
      const rested = this.#rested();
      const connection = rested ?? (await Connection.open(this.#options, attempt.signal));
      try {
        const accepted = await connection.send(letter, attempt);
        this.#rest(connection);
        return accepted;
      } catch (error) {
        const mishap = error instanceof Mishap ? error : undefined;
        if (mishap?.refusal !== undefined) this.#rest(connection);
        else if (mishap?.inOrder) connection.dismiss();
        else connection.destroy();
        if (rested !== undefined && mishap?.stale && !attempt.signal.aborted) continue;
        throw error;
      }
    }
  }

  #rested(): Connection | undefined {
    let connection = this.#resting.pop();
    while (connection?.closed) connection = this.#resting.pop();
    return connection;
  }

  #rest(connection: Connection): void {
    if (connection.letters >= LETTERS_PER_CONNECTION || this.#closing.signal.aborted) {
      connection.dismiss();
      return;
    }
    connection.restsSince = performance.now();
    this.#resting.push(connection);
    this.#sweep ??= setTimeout(() => this.#dismissRested(), REST_MS).unref();
  }

  /** One timer for all of them. */
  #dismissRested(): void {
    const now = performance.now();
    const staying = this.#resting.findIndex(({ restsSince }) => now - restsSince < REST_MS);
    const over = this.#resting.splice(0, staying === -1 ? this.#resting.length : staying);
    for (const connection of over) connection.dismiss();
    const [next] = this.#resting;
    const wait = next === undefined ? undefined : next.restsSince + REST_MS - now;
    this.#sweep =
      wait === undefined ? undefined : setTimeout(() => this.#dismissRested(), wait).unref();
  }
}
