import { dropOldest } from '../bounded-map.ts';
import type { MessageId } from '../contract/index.ts';
import type { OutgoingMessage, XmppPort } from '../xmpp/port.ts';

/** More than ever are unanswered at once; what is older belongs to lanes that others serve now. */
const REMEMBERED = 1_024;

/** The turn was over before the server had answered. The stanza is still on its way. */
class TurnOverError extends Error {
  override readonly name = 'TurnOverError';
}

export interface Sending {
  /** Rejects as `XmppPort.deliver` does, and when the turn is over first. */
  deliver(message: OutgoingMessage): Promise<void>;
  end(): void;
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

  /** What is sent in one turn: one look at its signal serves for all of it. */
  turn(signal: AbortSignal): Sending {
    const over = Promise.withResolvers<never>();
    // Nobody may be waiting when it fires.
    over.promise.catch(() => undefined);
    const onAbort = () => over.reject(new TurnOverError());
    signal.addEventListener('abort', onAbort, { once: true });
    return {
      deliver: (message) => this.#deliver(message, over.promise),
      end: () => signal.removeEventListener('abort', onAbort),
    };
  }

  async #deliver(message: OutgoingMessage, over: Promise<never>): Promise<void> {
    const sent = this.#sent.get(message.id) ?? this.#port.deliver(message);
    try {
      await Promise.race([sent, over]);
      this.#sent.delete(message.id);
    } catch (error) {
      if (error instanceof TurnOverError) this.#remember(message.id, sent);
      else this.#sent.delete(message.id);
      throw error;
    }
  }

  #remember(id: MessageId, sent: Promise<void>): void {
    // Its rejection is looked at by the next turn, if there is one.
    sent.catch(() => undefined);
    this.#sent.set(id, sent);
    dropOldest(this.#sent, REMEMBERED);
  }
}
