import type { MessageId } from '../contract/index.ts';
import type { OutgoingMessage, XmppPort } from '../xmpp/port.ts';

/** More than ever are unanswered at once; what is older belongs to lanes that others serve now. */
const REMEMBERED = 1_024;

/** The turn was over before the server had answered. The stanza is still on its way. */
class TurnOverError extends Error {
  override readonly name = 'TurnOverError';
}

/**
 * A server that is slow, not gone, must not be sent the same message again when the time of a turn
 * is over: the next turn waits for the answer to the first sending.
 */
export class Wire {
  readonly #port: Pick<XmppPort, 'deliver'>;
  readonly #sent = new Map<MessageId, Promise<void>>();

  constructor(port: Pick<XmppPort, 'deliver'>) {
    this.#port = port;
  }

  /** Rejects as `XmppPort.deliver` does, and when the signal fires first. */
  async deliver(message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const sent = this.#sent.get(message.id) ?? this.#port.deliver(message);
    const over = Promise.withResolvers<never>();
    const onAbort = () => over.reject(new TurnOverError());
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([sent, over.promise]);
      this.#sent.delete(message.id);
    } catch (error) {
      if (error instanceof TurnOverError) this.#remember(message.id, sent);
      else this.#sent.delete(message.id);
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #remember(id: MessageId, sent: Promise<void>): void {
    // Its rejection is looked at by the next turn, if there is one.
    sent.catch(() => undefined);
    this.#sent.set(id, sent);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > REMEMBERED && oldest !== undefined) this.#sent.delete(oldest);
  }
}
