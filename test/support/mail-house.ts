/** The house with a second door: mail, proved by DKIM and DMARC, goes out to a mailbox and comes in by SMTP. */

import type { SendMailOptions } from 'nodemailer';
import { type House, type HouseOptions, startHouse } from './house.ts';
import { type DnsPeer, startDns } from './peers/dns.ts';
import { type MailboxPeer, startMailbox, type TakenMail } from './peers/mailbox.ts';
import { type Mailer, startMailer } from './peers/mailer.ts';
import { type SmtpDialogue, startSmtp } from './peers/smtp-dialogue.ts';
import { freePorts } from './peers/xmpp-server.ts';

export const MAIL = 'mail.localhost';
/** What `juliet@localhost` is to others, once she has written or registered. */
export const JULIETS_ADDRESS = `juliet@${MAIL}`;

export interface MailHouse extends House {
  /** Takes what goes out. */
  readonly mailbox: MailboxPeer;
  /** Whom the gateway asks who may write in whose name. */
  readonly dns: DnsPeer;
  /** Where mail comes in. */
  readonly mailPort: number;
  /** Those out there who write in the name of a domain: its records are in DNS. */
  mailer(domain: string): Mailer;
  /** The first mail with this text that the mailbox has got or will get; each is given once. */
  mailWith(text: string): Promise<TakenMail>;
  /** A connection of somebody out there. */
  smtp(): Promise<SmtpDialogue>;
}

export interface MailHouseOptions extends Omit<HouseOptions, 'beside'> {
  /** Laid over the transport. */
  readonly mail?: Readonly<Record<string, unknown>>;
}

export async function startMailHouse(options: MailHouseOptions = {}): Promise<MailHouse> {
  const [dns, mailbox, [mailPort = 0]] = await Promise.all([
    startDns(),
    startMailbox(),
    freePorts(1),
  ]);
  const config = {
    listen: `127.0.0.1:${mailPort}`,
    verify: 'dmarc',
    resolver: [dns.address],
    smarthost: mailbox.url,
  };
  const stopPeers = () => Promise.all([dns.stop(), mailbox.stop()]);
  const house = await startHouse({
    ...options,
    beside: {
      domain: MAIL,
      transport: {
        ...{ id: 'mail', use: 'email', config, dailyLimit: 100_000, perMinute: 100_000 },
        ...options.mail,
      },
    },
  }).catch(async (error: unknown) => {
    await stopPeers();
    throw error;
  });
  const mailers = new Map<string, Mailer>();
  const dialogues: SmtpDialogue[] = [];
  const written: (string | undefined)[] = [];
  const noting =
    (send: Mailer['send']): Mailer['send'] =>
    (mail) => {
      written.push(mail.subject, bodyOf(mail));
      return send(mail);
    };
  return {
    ...house,
    mailbox,
    dns,
    mailPort,
    mailer(domain) {
      const known = mailers.get(domain);
      if (known !== undefined) return known;
      const { zone, send, sendUnsigned, stop } = startMailer(domain, mailPort);
      const mailer = { zone, send: noting(send), sendUnsigned: noting(sendUnsigned), stop };
      mailers.set(domain, mailer);
      dns.add(zone);
      return mailer;
    },
    mailWith: (text) => mailbox.mail((mail) => textOf(mail) === text),
    async smtp() {
      const dialogue = await startSmtp(mailPort);
      dialogues.push(dialogue);
      return dialogue;
    },
    async stop() {
      for (const { stop } of mailers.values()) stop();
      for (const { end } of dialogues) end();
      await house.stop();
      await stopPeers();
      const { output } = house.gateway;
      const sent = mailbox.mails.flatMap(({ content: { subject, text } }) => [subject, text]);
      const words = [...sent, ...written].flatMap((text) => text?.split('\n') ?? []);
      const addresses = [MAIL, ...mailers.keys()].flatMap((domain) => [
        `@${domain}`,
        `\\40${domain}`,
      ]);
      const leaked = [...words.filter((line) => line.length > 7), ...addresses].filter((text) =>
        output.includes(text),
      );
      if (leaked.length > 0) throw new Error(`The log shows ${leaked.join(', ')}.`);
    },
  };
}

/** XEP-0106: the contact that stands for an address. */
export function contactOf(address: string): string {
  return `${address.replace('@', '\\40')}@${MAIL}`;
}

/** What whoever got a mail of ours writes to answer it. */
export function answerTo({ content }: TakenMail, text: string): SendMailOptions {
  const { messageId = '', references = [], subject = '', from, to } = content;
  const [recipient] = [to].flat();
  return {
    from: recipient?.value[0]?.address,
    to: from?.value[0]?.address,
    subject: /^re:/i.test(subject) ? subject : `Re: ${subject}`,
    inReplyTo: messageId,
    references: [...[references].flat(), messageId],
    text,
  };
}

/** Without the line end that every mail has. */
export function textOf({ content }: TakenMail): string {
  return content.text?.trimEnd() ?? '';
}

function bodyOf({ text }: SendMailOptions): string | undefined {
  return typeof text === 'string' ? text : undefined;
}
