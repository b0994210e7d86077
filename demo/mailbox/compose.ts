import { randomUUID } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Letter } from './letter.ts';

/** Who writes: the address, and the name that his program puts beside it. */
export interface Author {
  readonly address: string;
  readonly name: string;
}

interface Written {
  readonly author: Author;
  readonly to: Author;
  readonly subject: string;
  readonly text: string;
  /** The mails before it in its thread, the one that is answered last. */
  readonly references?: readonly string[];
}

/** A mail as the program of a person writes it. */
export function compose({ author, to, subject, text, references = [] }: Written): Promise<Buffer> {
  const domain = author.address.split('@').at(-1);
  return new MailComposer({
    from: author,
    to,
    subject,
    text,
    messageId: `<${randomUUID()}@${domain}>`,
    references: [...references],
    ...(references.length === 0 ? {} : { inReplyTo: references.at(-1) }),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/** An answer as most programs make it: the new text on top, then a signature, then the whole mail that it answers. */
export function composeAnswer(letter: Letter, author: Author, text: string): Promise<Buffer> {
  const day = new Date(letter.date).toUTCString().slice(0, 16);
  const time = letter.date.slice(11, 16);
  const quoted = letter.text.split('\n').map((line) => `> ${line}`.trimEnd());
  return compose({
    author,
    to: { address: letter.from, name: letter.name },
    subject: /^re:/i.test(letter.subject) ? letter.subject : `Re: ${letter.subject}`,
    text: [
      text,
      '',
      '-- ',
      author.name,
      '',
      `On ${day} at ${time}, ${letter.name} <${letter.from}> wrote:`,
      '',
      ...quoted,
      '',
    ].join('\n'),
    references: [...letter.references, letter.messageId],
  });
}
