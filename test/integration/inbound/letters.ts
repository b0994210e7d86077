import type {
  EventId,
  InboundMessage,
  Kept,
  OwnAddress,
  PeerId,
} from '../../../src/contract/index.ts';

export const ECHO = new URL('../../fixtures/openers/strange.ts', import.meta.url).href;

/** A letter for both who have an address. */
export function eventsOf(_: unknown, { id, envelope }: Kept): readonly InboundMessage[] {
  return ['one', 'two'].map((to) => ({
    kind: 'message',
    eventId: id as string as EventId,
    to: to as OwnAddress,
    from: 'romeo' as PeerId,
    text: envelope,
  }));
}
