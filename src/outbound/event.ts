import type { MessageId, OutboundEvent, OutboundKind, PeerId } from '../contract/index.ts';

/** What is stored of a user's words, or is about to be. */
interface Words {
  readonly kind: OutboundKind;
  readonly peer: PeerId;
  readonly text: string;
  readonly thread?: string | undefined;
  readonly subject?: string | undefined;
  readonly prepared?: string | undefined;
}

/** A user's words as an adapter sees them: the same before they are stored and in every attempt. */
export function outboundEvent(
  id: MessageId,
  { kind, peer, text, thread, subject, prepared }: Words,
  wantsReceipt: boolean,
  acceptedAt: number,
): OutboundEvent {
  const whole = prepared === undefined ? {} : { prepared };
  if (kind === 'room-message') return { kind, id, peer, text, ...whole, acceptedAt };
  return {
    kind,
    id,
    peer,
    text,
    ...(thread === undefined ? {} : { thread }),
    ...(subject === undefined ? {} : { subject }),
    ...whole,
    wantsReceipt,
    acceptedAt,
  };
}
