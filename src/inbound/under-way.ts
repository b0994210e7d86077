import { dropOldest } from '../bounded-map.ts';
import type { MessageId } from '../contract/index.ts';
import type { IncomingError } from '../xmpp/port.ts';

/** More than ever are under way at once; what is older was settled by somebody else. */
const REMEMBERED = 4_096;

/**
 * A message that comes back overtakes the answer that the server has it, as a rule: the error is
 * sent at once, and the ping comes last. Until the hand-over is stored there is nothing to take back,
 * so the error is kept until then.
 */
export class UnderWay {
  readonly #errors = new Map<MessageId, IncomingError | undefined>();

  begin(id: MessageId): void {
    if (this.#errors.has(id)) return;
    this.#errors.set(id, undefined);
    dropOldest(this.#errors, REMEMBERED);
  }

  /** False: the message is not under way. */
  keep(id: MessageId, error: IncomingError): boolean {
    if (!this.#errors.has(id)) return false;
    this.#errors.set(id, error);
    return true;
  }

  /** What was kept of it. */
  end(id: MessageId): IncomingError | undefined {
    const error = this.#errors.get(id);
    this.#errors.delete(id);
    return error;
  }
}
