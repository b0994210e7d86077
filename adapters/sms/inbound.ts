import type { AdapterContext, DeliveryStatus, EventId, OwnAddress, PeerId } from 'postern/adapter';
import { ownAddress, senderOf } from './address.ts';
import type { SmsAccount, SmsConfig } from './config.ts';
import { type OptOuts, optOutWord } from './optout.ts';
import type { Inbox, ReceivedText, SentNews } from './providers/provider.ts';
import type { Remarks } from './remarks.ts';

/** Who a text is from when its sender has no address: nobody can write to a name. */
const UNKNOWN_SENDER = 'unknown' as PeerId;

/** Turns what the provider brings into events, and holds the provider up until they are stored. */
export class Inbound implements Inbox {
  readonly #context: AdapterContext<SmsConfig, SmsAccount>;
  readonly #optOuts: OptOuts;
  readonly #remarks: Remarks;

  constructor(context: AdapterContext<SmsConfig, SmsAccount>, optOuts: OptOuts, remarks: Remarks) {
    this.#context = context;
    this.#optOuts = optOuts;
    this.#remarks = remarks;
  }

  async text(received: ReceivedText): Promise<void> {
    const to = ownAddress(received.to);
    const from = senderOf(received.from, this.#context.config);
    const notes = [
      ...(from === undefined ? [`From "${ownAddress(received.from)}", who has no number.`] : []),
      ...attachmentNote(received.attachments),
      ...(await this.#optOutNote(to, from ?? UNKNOWN_SENDER, received)),
    ];
    await this.#context.receive({
      kind: 'message',
      eventId: received.id as EventId,
      to,
      from: from ?? UNKNOWN_SENDER,
      text: withNotes(received.text, notes),
      ...(received.sentAt === undefined ? {} : { sentAt: received.sentAt }),
    });
  }

  async news(news: SentNews): Promise<void> {
    const { id: networkId, message, part, failure } = news;
    if (failure !== undefined) {
      const to = senderOf(news.to, this.#context.config);
      await this.#remarks.failed(failure, ownAddress(news.from), to);
    }
    const of = message === undefined ? { networkId } : { message, part, networkId };
    await this.#context.receive({ kind: 'status', of, state: stateOf(news) });
  }

  /**
   * News that nobody brought: it was found in a list, perhaps days later. What else a failure calls for was
   * done when it was new, and may have been taken back since.
   */
  async missedNews(news: Pick<SentNews, 'id' | 'is' | 'failure'>): Promise<void> {
    await this.#context.receive({
      kind: 'status',
      of: { networkId: news.id },
      state: stateOf(news),
    });
  }

  /** Remembered before the text is stored: a repeat does both again, and both may be repeated. */
  async #optOutNote(to: OwnAddress, from: PeerId, received: ReceivedText): Promise<string[]> {
    const word = received.optOut ?? optOutWord(received.text);
    if (word === 'stop') {
      await this.#optOuts.add(to, from);
      return ['With this word they opted out: they get no more texts until they send START.'];
    }
    if (word === 'start' && this.#optOuts.has(to, from)) {
      await this.#optOuts.lift(to, from);
      return ['With this word they opted in again: you can write to them.'];
    }
    return [];
  }
}

function stateOf({ is, failure }: Pick<SentNews, 'is' | 'failure'>): DeliveryStatus['state'] {
  if (failure !== undefined) return { is: 'failed', refusal: failure.refusal };
  return { is: is === 'delivered' ? 'delivered' : 'accepted' };
}

function withNotes(text: string, notes: readonly string[]): string {
  const lines = notes.map((note) => `[${note}]`);
  if (text.trim() !== '') lines.unshift(text);
  return lines.length === 0 ? '[An empty text.]' : lines.join('\n');
}

function attachmentNote(count: number): string[] {
  if (count === 0) return [];
  const what = count === 1 ? 'A file was' : `${count} files were`;
  return [`${what} sent with it. This gateway can not bring files yet.`];
}
