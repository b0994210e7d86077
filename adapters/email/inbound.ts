import { createHash } from 'node:crypto';
import type {
  AdapterContext,
  DeliveryStatus,
  EventId,
  InboundEvent,
  InboundMessage,
  Kept,
  MessageId,
  NetworkMessageId,
  OwnAddress,
  PeerId,
} from 'postern/adapter';
import { BOUNCE_PREFIX, isForAdministrators } from './account-name.ts';
import { ownAddress, UNVERIFIED } from './address.ts';
import type { BouncedRecipient } from './bounce/bounce.ts';
import { chatText } from './chat-text.ts';
import type { EmailAccount, EmailConfig } from './config.ts';
import { refusalOf } from './errors.ts';
import type { RcptVerdict } from './listener/options.ts';
import { parseAddress } from './mail-address.ts';
import type { OpenedMail } from './opener.ts';
import { messageIdOf } from './prepared.ts';
import { subjectLine } from './subject.ts';
import type { Threads } from './threading.ts';
import type { Verp } from './verp.ts';

export interface InboundOptions {
  readonly context: Pick<AdapterContext<EmailConfig, EmailAccount>, 'accountOf'>;
  readonly domain: string;
  readonly verp: Verp;
  readonly threads: Threads;
}

/** Whom a mail is for, and what it means to him. */
export class Inbound {
  readonly #options: InboundOptions;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /** @param address in lower case, the domain in its ASCII form */
  accepts(address: string): RcptVerdict {
    const { context, verp } = this.#options;
    const { local, tagless, isOurs } = this.#parse(address);
    if (!isOurs) return 'not-ours';
    if (isBounceAddress(local)) return verp.read(local) === undefined ? 'unsigned-bounce' : 'yes';
    const owned = context.accountOf(this.#own(local)) ?? context.accountOf(this.#own(tagless));
    return owned !== undefined || isForAdministrators(tagless) ? 'yes' : 'unknown';
  }

  /** The same events for the same mail, however often it is opened. */
  events(mail: OpenedMail, kept: Kept): readonly InboundEvent[] {
    return this.#addressees(mail).flatMap((addressee): readonly InboundEvent[] => {
      const { local } = this.#parse(addressee.address);
      const message = this.#options.verp.read(local);
      return this.#news(mail, message) ?? [this.#message(mail, kept, addressee, message)];
    });
  }

  /** Who gets it under two of his names gets it once, best under his usual one. */
  #addressees({ envelope }: OpenedMail): readonly Addressee[] {
    const found = new Map<string, Addressee>();
    for (const address of envelope.recipients) {
      const { local, tagless } = this.#parse(address);
      const account = this.#options.context.accountOf(this.#recipient(local, tagless));
      const who = account?.jid ?? address;
      const known = found.get(who);
      const isBest = known === undefined || local === account?.settings.address;
      const own = [...(known?.own ?? []), address];
      found.set(who, { address: isBest ? address : known.address, own });
    }
    return [...found.values()];
  }

  /** What a report says of a message of ours; undefined for what is no report of one. */
  #news(mail: OpenedMail, message: MessageId | undefined): DeliveryStatus[] | undefined {
    const { bounce, envelope } = mail;
    if (bounce === undefined) return undefined;
    const of = message === undefined ? this.#original(mail) : this.#sent(message);
    // A report has no sender: whatever has one is somebody's mail about a report.
    if (of === undefined || (message === undefined && envelope.mailFrom !== '')) return undefined;
    return bounce.recipients.slice(0, 1).map((recipient) => ({
      kind: 'status',
      of,
      state: message === undefined ? withoutTick(stateOf(recipient)) : stateOf(recipient),
    }));
  }

  /** Our envelope sender proves it. */
  #sent(message: MessageId): DeliveryStatus['of'] {
    const networkId = messageIdOf({ id: message }, this.#options.domain) as NetworkMessageId;
    return { message, part: 0, networkId };
  }

  /** Only who got the mail knows its id; whether it is one of ours the core knows. */
  #original({ bounce }: OpenedMail): DeliveryStatus['of'] | undefined {
    const id = bounce?.original?.messageId;
    const isOurs = id?.toLowerCase().endsWith(`@${this.#options.domain}`) === true;
    return isOurs ? { networkId: id as NetworkMessageId } : undefined;
  }

  #message(
    mail: OpenedMail,
    kept: Kept,
    { address, own }: Addressee,
    answers: MessageId | undefined,
  ): InboundMessage {
    const { context, threads } = this.#options;
    const { local, tagless } = this.#parse(address);
    const to = this.#recipient(local, tagless);
    const account = context.accountOf(to);
    const proof = mail.authenticity;
    const from = proof.is === 'confirmed' ? senderOf(mail) : UNVERIFIED;
    const { thread, title } =
      from === UNVERIFIED
        ? { thread: undefined, title: undefined }
        : threads.arrives(`${account?.jid ?? to} ${from}`, {
            messageId: mail.messageId ?? kept.id,
            at: kept.keptAt,
            subject: mail.subject,
            inReplyTo: mail.inReplyTo,
            references: mail.references,
          });
    const usual = account?.settings.address;
    const around = {
      ...titleOf(mail, from, title),
      ...(proof.is === 'confirmed' ? {} : { unconfirmed: proof.why }),
      ...(usual === undefined || usual === local ? {} : { sentTo: address }),
      own,
    };
    const { body } = mail;
    return {
      kind: 'message',
      eventId: this.#eventId(mail, kept, from),
      ...(mail.messageId === undefined ? {} : { networkId: mail.messageId as NetworkMessageId }),
      to,
      from,
      text: chatText(mail, body.fresh, around),
      ...(body.trimmed ? { full: chatText(mail, body.text, around) } : {}),
      sentAt: mail.sentAt ?? kept.keptAt,
      ...(thread === undefined ? {} : { thread }),
      ...(answers === undefined ? {} : { answers }),
    };
  }

  /**
   * Without an id nobody can tell a repeat from a second mail with the same words. Who speaks is a part
   * of it: a forged copy that comes first must not make a repeat of the real one.
   */
  #eventId({ messageId, bodyDigest, claims }: OpenedMail, kept: Kept, from: PeerId): EventId {
    const parts = messageId === undefined ? [kept.id] : [messageId, bodyDigest, from, claims];
    return createHash('sha256').update(parts.join('\0')).digest('base64url') as EventId;
  }

  #recipient(local: string, tagless: string): OwnAddress {
    const exact = this.#own(local);
    return this.#options.context.accountOf(exact) === undefined && !isBounceAddress(local)
      ? this.#own(tagless)
      : exact;
  }

  #own(local: string): OwnAddress {
    return ownAddress(local, this.#options.domain);
  }

  #parse(address: string): { local: string; tagless: string; isOurs: boolean } {
    const at = address.lastIndexOf('@');
    const local = address.slice(0, at);
    const [tagless = local] = local.split('+', 1);
    return { local, tagless, isOurs: address.slice(at + 1) === this.#options.domain };
  }
}

/** One for whom a mail is. */
interface Addressee {
  readonly address: string;
  /** All his addresses to which it came. */
  readonly own: readonly string[];
}

function isBounceAddress(local: string): boolean {
  return local.startsWith(BOUNCE_PREFIX);
}

/** Confirmed, so there is one that can be read. */
function senderOf({ from }: OpenedMail): PeerId {
  const address = parseAddress(from?.address ?? '');
  return address === undefined ? UNVERIFIED : (address as string as PeerId);
}

/** Those whom nobody confirms are no conversation: each of their mails stands for itself. */
function titleOf(mail: OpenedMail, from: PeerId, title: string | undefined): { title?: string } {
  if (from !== UNVERIFIED) return title === undefined ? {} : { title };
  return mail.subject.trim() === '' ? {} : { title: subjectLine(mail.subject) };
}

/**
 * Servers write to the user himself where they could not deliver, though they should not. News of a
 * success comes to the envelope sender: anywhere else somebody made it up who has seen the id.
 */
function withoutTick(state: DeliveryStatus['state']): DeliveryStatus['state'] {
  return state.is === 'delivered' ? { is: 'accepted' } : state;
}

function stateOf(recipient: BouncedRecipient): DeliveryStatus['state'] {
  switch (recipient.outcome) {
    case 'delivered':
      return { is: 'delivered' };
    // Of what comes after it nothing will be heard.
    case 'relayed':
    case 'delayed':
      return { is: 'accepted' };
    case 'failed': {
      const { address, status, reply, diagnosis } = recipient;
      const refusal = refusalOf({
        ...(address === undefined ? {} : { recipient: address }),
        ...(status === undefined ? {} : { status }),
        ...(reply === undefined ? {} : { reply }),
        ...(diagnosis === undefined ? {} : { words: diagnosis }),
      });
      return { is: 'failed', refusal };
    }
  }
}
