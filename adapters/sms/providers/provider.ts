import type { MessageId, NetworkMessageId, OwnAddress, PeerId, Refusal } from 'postern/adapter';
import type { ErrorRule } from '../errors.ts';

/** Who carries the texts. What all of them have in common is above this line, their quirks below. */
export interface Provider {
  /** The longest text that one call takes, in UTF-16 code units. */
  readonly maxText: number;
  /**
   * @throws DeliveryError with the verdict of the provider's answer, or of its absence
   */
  send(text: TextToSend, attempt: SendAttempt): Promise<NetworkMessageId>;
  /**
   * The texts from one number to another since a time by our clock, oldest first.
   * @throws ListError
   */
  sent(from: OwnAddress, to: PeerId, since: number, signal: AbortSignal): Promise<SentTexts>;
  /**
   * The texts that the provider received since a time by our clock, oldest first.
   * @throws ListError
   */
  received(since: number, signal: AbortSignal): Promise<ReceivedTexts>;
  /**
   * What became of the texts that were sent since a time by our clock, oldest first; those of which that
   * is open still are left out.
   * @throws ListError
   */
  ends(since: number, signal: AbortSignal): Promise<SentEnds>;
  close(): void;
}

export interface TextToSend {
  readonly message: MessageId;
  readonly part: number;
  readonly from: OwnAddress;
  readonly to: PeerId;
  readonly text: string;
  /** Milliseconds from now after which it must not be delivered any more. */
  readonly validMs: number;
}

export interface SendAttempt {
  readonly signal: AbortSignal;
  /** Called in the very tick before the first byte leaves. What it throws ends the attempt. */
  leave(): void;
}

export interface SentText {
  readonly id: NetworkMessageId;
  /** Empty where the provider keeps none. */
  readonly text: string;
}

export interface SentTexts {
  readonly texts: readonly SentText[];
  /** False where there were more than one cares to read. */
  readonly complete: boolean;
}

export interface ReceivedTexts {
  readonly texts: readonly ReceivedText[];
  readonly complete: boolean;
}

/** A text for one of our numbers, as the provider reports it. */
export interface ReceivedText {
  readonly id: string;
  /** Not yet read: whatever the provider wrote. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly attachments: number;
  /** Where the provider itself said that it is one. */
  readonly optOut?: 'stop' | 'start';
  /** Milliseconds since the epoch. */
  readonly sentAt?: number;
}

/** How texts ended that were sent, perhaps by somebody else who uses the same account. */
export interface SentEnds {
  readonly news: readonly Omit<SentNews, 'message' | 'part'>[];
  readonly complete: boolean;
}

/** News about a text that was sent. */
export interface SentNews {
  readonly id: NetworkMessageId;
  readonly message: MessageId | undefined;
  readonly part: number;
  readonly is: 'accepted' | 'delivered' | 'failed';
  readonly failure?: { readonly refusal: Refusal; readonly rule: ErrorRule; readonly code: string };
  readonly from: string;
  readonly to: string;
}

/** Where a provider brings what its webhooks received. Resolves when it is stored. */
export interface Inbox {
  text(text: ReceivedText): Promise<void>;
  news(news: SentNews): Promise<void>;
}

/** A list could not be read. */
export class ListError extends Error {
  override readonly name = 'ListError';
  /** `refused`: our credentials; `absent`: there is no such list; else it may work later. */
  readonly reason: 'unreachable' | 'refused' | 'absent';

  constructor(reason: ListError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
