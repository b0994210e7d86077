import type {
  AccountLink,
  Attempt,
  Handed,
  NetworkMessageId,
  OutboundMessage,
  Session,
} from 'postern/adapter';
import { compose } from './compose.ts';
import type { EmailAccount, EmailConfig } from './config.ts';
import { addressOf } from './mail-address.ts';
import { messageIdOf, nameOf, readPrepared } from './prepared.ts';
import type { Sign } from './relay/dkim.ts';
import type { Relay } from './relay/relay.ts';
import type { Remarks } from './remarks.ts';
import { splitSubject } from './subject.ts';
import type { Verp } from './verp.ts';

export interface SessionOptions {
  readonly account: AccountLink<EmailAccount>;
  readonly domain: string;
  readonly receipt: EmailConfig['receipt'];
  readonly relay: Relay;
  readonly remarks: Remarks;
  readonly verp: Verp;
  readonly sign: Sign | undefined;
}

/** One account: an address to write from. Holds no connection and no state of its own. */
export class EmailSession implements Session<'message'> {
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async deliver(event: OutboundMessage, attempt: Attempt): Promise<Handed> {
    const { account, domain, relay, remarks, verp, receipt, sign } = this.#options;
    const { subject, inReplyTo, references } = readPrepared(event);
    const to = addressOf(event.peer);
    const messageId = messageIdOf(event, domain);
    const mail = {
      from: {
        name: nameOf(account.jid),
        address: addressOf(`${account.settings.address}@${domain}`),
      },
      to,
      subject,
      messageId,
      date: event.acceptedAt,
      ...(inReplyTo === undefined ? {} : { inReplyTo }),
      references,
      text: splitSubject(event.text).text,
    };
    const letter = {
      from: verp.address(event.id),
      to,
      message: await compose(mail, sign),
      envelopeId: event.id,
      wantsDsn: event.wantsReceipt && receipt === 'delivered',
    };
    const { signal } = attempt;
    const { dsn } = await relay.send(letter, { signal, leave: () => attempt.leave(0) });
    remarks.taken(dsn);
    const networkIds = [messageId as NetworkMessageId];
    return receipt === 'handed' ? { networkIds, delivered: true } : { networkIds };
  }

  async close(): Promise<void> {}
}
