import type { MessageId } from 'postern/adapter';
import type { ComposedMail } from '../compose.ts';
import type { MailAddress } from '../mail-address.ts';

/** One mail for one recipient. */
export interface Letter {
  /** The envelope sender: see verp.ts. */
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly message: ComposedMail;
  /** What reports are to call it (RFC 3461 §4.4). */
  readonly envelopeId: MessageId;
  /** Asks for a report of success, too; one of failure or delay is asked for anyway. */
  readonly wantsDsn: boolean;
}

export interface SendAttempt {
  /** Time is up: what has not left does not leave. */
  readonly signal: AbortSignal;
  /** Called in the very tick before the first byte of the content leaves. What it throws ends the attempt. */
  leave(): void;
}

/** The smarthost has taken responsibility. */
export interface Accepted {
  /** Its answer, on one line, for people: "250 2.0.0 Ok: queued as 5B1C2". */
  readonly reply: string;
  /** It takes requests for reports (RFC 3461): news will come. */
  readonly dsn: boolean;
}
