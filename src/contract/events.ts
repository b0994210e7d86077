/**
 * What crosses between core and adapter. Closed unions: a new kind is a new member here and a
 * compile error in every adapter that declares it without handling it. There is no `extra` bag.
 */

import type { Refusal } from './failure.ts';
import type { EventId, MessageId, NetworkMessageId, OwnAddress, PeerId } from './ids.ts';

/** A direct message on its way to the network. */
export interface OutboundMessage {
  readonly kind: 'message';
  /** Stable over every attempt; an adapter may show it to the network to make a repeat recognisable. */
  readonly id: MessageId;
  readonly peer: PeerId;
  /** Plain text as the user wrote it: valid Unicode, XML characters only, not empty, LF line ends. */
  readonly text: string;
  /** XEP-0201 thread, where the client sent one. */
  readonly thread?: string;
  /** The subject that the client sent beside the text (RFC 6121 §5.2.4), one line. */
  readonly subject?: string;
  /** The sender's client asked to be told of the delivery (XEP-0184). */
  readonly wantsReceipt: boolean;
  /** What `Adapter.prepare` gave when the message was accepted. */
  readonly prepared?: string;
  /** When it was accepted from the user, milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** What a user says in a room. Shown to him as said when it is handed over. */
export interface OutboundRoomMessage {
  readonly kind: 'room-message';
  readonly id: MessageId;
  /** The room. */
  readonly peer: PeerId;
  /** As of `OutboundMessage`. */
  readonly text: string;
  readonly prepared?: string;
  readonly acceptedAt: number;
}

export type OutboundEvent = OutboundMessage | OutboundRoomMessage;
export type OutboundKind = OutboundEvent['kind'];

/** A direct message from the network for one account. */
export interface InboundMessage {
  readonly kind: 'message';
  /** Repeats of the same event are recognised by this within the declared window. */
  readonly eventId: EventId;
  /** The network's id of it as people see it there, where that is no word of `eventId`. */
  readonly networkId?: NetworkMessageId;
  readonly to: OwnAddress;
  /** A message of ours that this answers: where nobody owns `to`, the sender of it gets this. */
  readonly answers?: MessageId;
  readonly from: PeerId;
  readonly text: string;
  /** All of it, where `text` is less: the user is told that there is more, and by which word he gets it. */
  readonly full?: string;
  /** The network's own time of it, where that is known and believable. */
  readonly sentAt?: number;
  readonly thread?: string;
}

/**
 * News about something that was handed over earlier. May come in any order, more than once, and
 * before the answer that carried the network's id. `part` counts from 0.
 */
export interface DeliveryStatus {
  readonly kind: 'status';
  readonly of:
    | { readonly message: MessageId; readonly part: number; readonly networkId: NetworkMessageId }
    | { readonly networkId: NetworkMessageId };
  readonly state:
    | { readonly is: 'accepted' }
    | { readonly is: 'delivered' }
    | { readonly is: 'failed'; readonly refusal: Refusal };
}

export type InboundEvent = InboundMessage | DeliveryStatus;

/** What became of an inbound event. In every case it is safe to acknowledge it to the network. */
export type Received =
  | { readonly result: 'stored'; readonly id: MessageId }
  | { readonly result: 'duplicate' }
  /** Nobody owns the address: it was stored for the administrators instead. */
  | { readonly result: 'unowned' }
  /** A status that was applied, or kept for minutes because its message is not known yet. */
  | { readonly result: 'noted' };

/**
 * How durable an event is belongs to its kind.
 *
 * - `lane`: stored before it is acknowledged to anyone, in order, retried, terminal.
 * - `archive`: appended to the room's archive and presented live; who missed it catches up.
 * - `volatile`: live or never.
 */
export const DURABILITY = {
  'outbound message': 'lane',
  'outbound room-message': 'lane',
  'inbound message': 'lane',
  'inbound status': 'lane',
} as const satisfies Record<
  `outbound ${OutboundKind}` | `inbound ${InboundEvent['kind']}`,
  'lane' | 'archive' | 'volatile'
>;
