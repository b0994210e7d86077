/** Rooms and what is said in them. */

import type { MessageId, TransportId } from '../../../src/contract/index.ts';
import type { Entry } from '../../../src/history/archive.ts';
import { newMessageId } from '../../../src/lanes/lane.ts';

export const AT = Date.UTC(2026, 0, 1);

export const room = (peer = 'verona') => ({
  transport: 'stage' as TransportId,
  account: 'juliet@example.org',
  peer,
});
export const entry = (body = 'O Romeo', rest: Partial<Entry> = {}): Entry => ({
  id: newMessageId(0, AT),
  at: AT,
  kind: 'message',
  from: 'juliet',
  body,
  ...rest,
});
export const entries = (count: number, rest?: Partial<Entry>) =>
  Array.from({ length: count }, (_, n) => entry(`line ${n}`, rest));
/** An id that is in no archive. */
export const NOBODY = newMessageId(0, AT);

export const idsOf = (some: readonly Entry[] | undefined): readonly MessageId[] | undefined =>
  some?.map(({ id }) => id);
