import type { MessageId, Refusal, TransportId } from '../contract/index.ts';
import { duplicateKey, laneOf, newMessageId } from '../lanes/lane.ts';
import type { Entry, NewEntry } from '../lanes/lane-store.ts';
import {
  INBOUND_DEADLINE_MS,
  type StoredInbound,
  type StoredOutbound,
  storeInbound,
} from '../lanes/stored.ts';

/**
 * An error is for the very client that wrote (RFC 6121 §8.5.3.2.1): if that is gone, the server drops
 * it without a word. So of a failure that comes so late the user is told in words, too, which wait for him.
 */
const LATE_MS = 30_000;

const QUOTED = 80;

/**
 * What the sender of a message is told of its end. It goes into the inbound lane of the same
 * conversation, in the very step that ends the message: at most one of receipt or error, ever.
 */
export interface Reports {
  /** XEP-0184, for a client that asked for it. */
  delivered(about: MessageId, event: StoredOutbound): readonly NewEntry[];
  failed(
    about: Pick<Entry, 'id' | 'acceptedAt'>,
    event: StoredOutbound,
    refusal: Refusal,
  ): readonly NewEntry[];
  /** It is not the end: told once, however often it is called. */
  delayed(about: Pick<Entry, 'id'>, event: StoredOutbound, deadlineAt: number): readonly NewEntry[];
  /** An operator has it tried once more, though its sender was told that it failed. */
  revived(event: StoredOutbound): {
    /** In place of the old one. */
    readonly event: StoredOutbound;
    readonly reports: readonly NewEntry[];
  };
}

export function reportsOf(transport: TransportId, now: () => number): Reports {
  const entry = (
    event: StoredOutbound,
    report: StoredInbound,
    duplicateKeys: NewEntry['duplicateKeys'] = [],
  ): NewEntry => {
    const lane = laneOf({ transport, account: event.account, peer: event.peer }, 'inbound');
    const acceptedAt = now();
    return {
      id: newMessageId(lane.partition, acceptedAt),
      lane,
      event: storeInbound(report),
      acceptedAt,
      deadlineAt: acceptedAt + INBOUND_DEADLINE_MS,
      duplicateKeys,
    };
  };
  /** In words that wait for him, with the beginning of his message. */
  const inWords = (event: StoredOutbound, words: string): NewEntry => {
    const text = `${words}\n${quotationOf(event)}`;
    return entry(event, { v: 1, kind: 'text', to: event.account, from: event.reply.from, text });
  };
  return {
    delivered(about, event) {
      const { to, from, of, wantsReceipt, toldFailed } = event.reply;
      if (toldFailed === true) return [inWords(event, '✓ Delivered after all:')];
      if (!wantsReceipt || of === undefined) return [];
      return [entry(event, { v: 1, kind: 'receipt', to, from, of, about })];
    },
    failed({ id, acceptedAt }, event, refusal) {
      const { to, from, of, toldFailed } = event.reply;
      if (toldFailed === true) return [inWords(event, `⚠ ${refusal.text}`)];
      const stanza = of === undefined ? {} : { of };
      const error = entry(event, { v: 1, kind: 'error', to, from, ...stanza, about: id, refusal });
      if (now() - acceptedAt < LATE_MS) return [error];
      return [error, inWords(event, `⚠ ${refusal.text}`)];
    },
    delayed({ id }, event, deadlineAt) {
      const { from } = event.reply;
      const text = `⌛ Not delivered yet, as far as is known: the other side has not said that it took this message. It is tried again until ${time(deadlineAt)}.\n${quotationOf(event)}`;
      const windowMs = Math.max(0, deadlineAt - now()) + INBOUND_DEADLINE_MS;
      const once = [{ key: duplicateKey(transport, id, 'delayed'), windowMs }];
      return [entry(event, { v: 1, kind: 'text', to: event.account, from, text }, once)];
    },
    revived(event) {
      const changed = { ...event, reply: { ...event.reply, toldFailed: true } };
      const words =
        '↻ You were told that this message failed. The operator has it tried once more:';
      return { event: changed, reports: [inWords(event, words)] };
    },
  };
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** As in XEP-0393. */
function quotationOf({ text }: StoredOutbound): string {
  const [line = ''] = text.split('\n', 1);
  const start = [...line.slice(0, 2 * QUOTED)].slice(0, QUOTED).join('').toWellFormed();
  return `> ${start}${start.length < text.length ? '…' : ''}`;
}
