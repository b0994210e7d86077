/** A message as a mail. Pure but for its library's streams: the same message gives the same bytes. */

import MailComposer from 'nodemailer/lib/mail-composer';
import type { Brand } from 'postern/adapter';
import { flowed } from './flowed.ts';
import type { MailAddress } from './mail-address.ts';
import type { Sign } from './relay/dkim.ts';

/** One mail as RFC 5322 has it, of which a server understands what was meant. Only this file makes it. */
export type ComposedMail = Brand<Buffer, 'ComposedMail'>;

export interface Outgoing {
  readonly from: { readonly name: string; readonly address: MailAddress };
  readonly to: MailAddress;
  /** May be empty: then there is none. */
  readonly subject: string;
  /** Without its brackets, like all ids here. */
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly date: number;
  readonly inReplyTo?: string;
  /** Oldest first. Those that can not stand in a header are left out. */
  readonly references: readonly string[];
  readonly text: string;
}

/** RFC 5322 §3.6.4, and no longer than one line of a header. */
const MESSAGE_ID = /^[\x21-\x3b\x3d\x3f-\x7e]{1,900}$/;

/** A line has 998 bytes at most (RFC 5322 §2.1.1), and what is ASCII is folded at blanks only. */
function foldable(words: string): string {
  return words.replace(/\S{900}(?=\S)/g, '$& ');
}

/**
 * @returns the mail, with CRLF line ends
 * @throws Error where it can not be signed, or has no id that can stand in a header
 */
export async function compose(mail: Outgoing, sign?: Sign): Promise<ComposedMail> {
  if (!MESSAGE_ID.test(mail.messageId)) throw new Error('a mail has no id that it can bear');
  const inReplyTo = (mail.inReplyTo ?? '').match(MESSAGE_ID)?.[0];
  const composer = new MailComposer({
    // As objects: text would be read as a list of addresses.
    from: { name: foldable(mail.from.name), address: mail.from.address },
    to: { name: '', address: mail.to },
    subject: foldable(mail.subject),
    messageId: `<${mail.messageId}>`,
    date: new Date(mail.date),
    ...(inReplyTo === undefined ? {} : { inReplyTo: `<${inReplyTo}>` }),
    references: mail.references.filter((id) => MESSAGE_ID.test(id)).map((id) => `<${id}>`),
    // The library's own text can not be given its type.
    alternatives: [
      {
        contentType: 'text/plain; charset=utf-8; format=flowed; delsp=no',
        content: flowed(mail.text),
      },
    ],
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const built = await composer.compile().build();
  return (await (sign?.(built) ?? built)) as ComposedMail;
}
