import type { BareJid } from '../xmpp/jid.ts';
import type { IncomingText } from '../xmpp/port.ts';

/** What one of them writes meanwhile, and how many there are at once: a storm of them is no reason to fill the memory. */
const MOST_MESSAGES = 32;
const MOST_NEWCOMERS = 1_000;

/**
 * Users who get their account by their first message. What they write waits until they have it, in its
 * order.
 */
export class Newcomers {
  readonly #waiting = new Map<BareJid, IncomingText[]>();

  /** Whether this user is getting his account just now; then the message waits, or is too much. */
  add(jid: BareJid, message: IncomingText): 'waits' | 'too much' | 'no newcomer' {
    const messages = this.#waiting.get(jid);
    if (messages === undefined) return 'no newcomer';
    if (messages.length >= MOST_MESSAGES) return 'too much';
    messages.push(message);
    return 'waits';
  }

  get full(): boolean {
    return this.#waiting.size >= MOST_NEWCOMERS;
  }

  /** Resolves to what he has written meanwhile, when the account is made or can not be. Never rejects. */
  async welcome(
    jid: BareJid,
    first: IncomingText,
    register: () => Promise<unknown>,
  ): Promise<{ readonly messages: readonly IncomingText[]; readonly error?: unknown }> {
    const messages = [first];
    this.#waiting.set(jid, messages);
    try {
      await register();
      return { messages };
    } catch (error) {
      return { messages, error };
    } finally {
      this.#waiting.delete(jid);
    }
  }
}
