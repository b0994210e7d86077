import { type ParsedMail, simpleParser } from 'mailparser';

/** One mail in the mailbox of one recipient. */
export interface Letter {
  /** Counts from 1. */
  readonly id: string;
  /** Whose mailbox it lies in. */
  readonly to: string;
  readonly from: string;
  /** The name beside the address. Empty if there is none. */
  readonly name: string;
  readonly subject: string;
  readonly text: string;
  /** With its angle brackets, as all ids here. */
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly references: readonly string[];
  /** ISO 8601, from its header. */
  readonly date: string;
}

export type Content = Omit<Letter, 'id' | 'to'>;

/** What a mail says, as the program of its recipient shows it. */
export function readContent(raw: Buffer): Promise<Content> {
  return simpleParser(raw, { skipTextToHtml: true }).then(contentOf);
}

function contentOf(mail: ParsedMail): Content {
  const author = mail.from?.value[0];
  return {
    from: author?.address ?? '',
    name: author?.name ?? '',
    subject: mail.subject ?? '',
    text: (mail.text ?? '').trimEnd(),
    messageId: mail.messageId ?? '',
    inReplyTo: mail.inReplyTo ?? '',
    references: [mail.references ?? []].flat(),
    date: (mail.date ?? new Date()).toISOString(),
  };
}
