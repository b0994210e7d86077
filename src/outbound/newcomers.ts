import type { BareJid } from '../xmpp/jid.ts';
import type { IncomingText } from '../xmpp/port.ts';

/** What waits at most, of one of them and of all: a storm of them is no reason to fill the memory. */
const MOST_MESSAGES = 32;
const MOST_NEWCOMERS = 1_000;
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * Users who get their account by their first message. What they write waits until they have it, in its
 * order.
 */
export class Newcomers {
  readonly #waiting = new Map<BareJid, IncomingText[]>();
  #characters = 0;

  /** Whether this user is getting his account just now; then the message waits, or is too much. */
  add(jid: BareJid, message: IncomingText): 'waits' | 'too much' | 'no newcomer' {
    const messages = this.#waiting.get(jid);
    if (messages === undefined) return 'no newcomer';
    if (messages.length >= MOST_MESSAGES || this.full) return 'too much';
    messages.push(message);
    this.#characters += message.text.length;
    return 'waits';
  }

  get full(): boolean {
    return this.#waiting.size >= MOST_NEWCOMERS || this.#characters >= MOST_CHARACTERS;
  }

  /**
   * Never rejects.
   * @param then gets what he has written meanwhile, when the account is made or can not be; in one
   *   tick with the end of his waiting, so that nothing overtakes it
   */
  async welcome(
    jid: BareJid,
    first: IncomingText,
    register: () => Promise<unknown>,
    then: (messages: readonly IncomingText[], error?: unknown) => void,
  ): Promise<void> {
    const messages = [first];
    this.#waiting.set(jid, messages);
    this.#characters += first.text.length;
    const end = (error?: unknown) => {
      this.#waiting.delete(jid);
      for (const { text } of messages) this.#characters -= text.length;
      then(messages, error);
    };
    await register().then(
      () => end(),
      (error: unknown) => end(error),
    );
  }
}
