import type { MessageId, Refusal, TransportId } from '../contract/index.ts';
import { laneOf, newMessageId } from '../lanes/lane.ts';
import type { NewEntry } from '../lanes/lane-store.ts';
import { type StoredInbound, type StoredOutbound, storeInbound } from '../lanes/stored.ts';

/** How long a receipt or an error is tried: like every message to a user. */
const DEADLINE_MS = 24 * 3_600_000;

/**
 * What the sender of a message is told of its end. It goes into the inbound lane of the same
 * conversation, in the very step that ends the message: at most one of receipt or error, ever.
 */
export interface Reports {
  /** XEP-0184, for a client that asked for it. */
  delivered(about: MessageId, event: StoredOutbound): readonly NewEntry[];
  failed(about: MessageId, event: StoredOutbound, refusal: Refusal): readonly NewEntry[];
}

export function reportsOf(transport: TransportId, now: () => number): Reports {
  const entry = (event: StoredOutbound, report: StoredInbound): NewEntry => {
    const lane = laneOf({ transport, account: event.account, peer: event.peer }, 'inbound');
    const acceptedAt = now();
    return {
      id: newMessageId(lane.partition, acceptedAt),
      lane,
      event: storeInbound(report),
      acceptedAt,
      deadlineAt: acceptedAt + DEADLINE_MS,
      duplicateKeys: [],
    };
  };
  return {
    delivered(about, event) {
      const { to, from, of, wantsReceipt } = event.reply;
      if (!wantsReceipt || of === undefined) return [];
      return [entry(event, { v: 1, kind: 'receipt', to, from, of, about })];
    },
    failed(about, event, refusal) {
      const { to, from, of } = event.reply;
      const stanza = of === undefined ? {} : { of };
      return [entry(event, { v: 1, kind: 'error', to, from, ...stanza, about, refusal })];
    },
  };
}
