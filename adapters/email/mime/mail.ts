/**
 * A mail as the gateway understands it. Never trusted: every text is bounded and cleaned, every
 * address and id is valid or left out.
 */

import { type AutomaticKind, automaticKind } from '../automatic.ts';
import type { Readable } from '../trim/readable.ts';
import { decodeText } from './charset.ts';
import { contentOf } from './content.ts';
import { displayName } from './file-name.ts';
import { decodedHeaders, readHeader } from './header.ts';
import { believableDate, idsOf, messageIds } from './identifiers.ts';
import { type Mailbox, mailboxes } from './mailbox.ts';
import { type Part, readTree } from './tree.ts';
import { clip } from './words.ts';

export type { Mailbox } from './mailbox.ts';

export interface Mail {
  readonly from: readonly Mailbox[];
  /** How many From fields there are: with any other number than one, nobody is its sender. */
  readonly fromHeaders: number;
  readonly sender: Mailbox | undefined;
  readonly replyTo: readonly Mailbox[];
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  /** One line of at most 300 characters; '' where there is none. */
  readonly subject: string;
  /** Without brackets, visible ASCII, at most 250 characters. */
  readonly messageId: string | undefined;
  readonly inReplyTo: readonly string[];
  /** The last 50, the newest at the end. */
  readonly references: readonly string[];
  /** Unix time in milliseconds. */
  readonly sentAt: number | undefined;
  /** At most 64 K characters, and a mark where more were there. */
  readonly body: Readable;
  /** The first 50. */
  readonly attachments: readonly Attachment[];
  readonly furtherAttachments: number;
  /** Lower case name to decoded values, each one line, in their order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Every text (in UTF-8) and every part of a report, as far as 256 KB. */
  readonly parts: readonly { readonly type: string; readonly content: Buffer }[];
  readonly automatic: AutomaticKind | undefined;
  /** RFC 2919 */
  readonly listId: string | undefined;
  /** Why it could not be read whole, in words for the reader that follow "because". */
  readonly damaged: string | undefined;
}

export interface Attachment {
  /** For people: 1 to 100 characters, no path. */
  readonly name: string;
  /** Bytes, decoded. */
  readonly size: number;
  /** Lower case media type, as the mail has it. */
  readonly type: string;
}

const MAX_SUBJECT = 300;
const MAX_ATTACHMENTS = 50;
/** As clients of many countries begin the subject of a mail that passes another one on. */
const FORWARD =
  /^(?:fwd?|wg|tr|rv|enc|i|vb|pd|ilt|i̇lt|doorst|továbbítás|пересл|转发|轉寄|転送|전달)\s*[:：]/iu;
/** No picture for people is as small: a pixel that tells its sender when it is seen. */
const MAX_PIXEL = 100;

/**
 * Never rejects for what the mail contains.
 *
 * @param now Unix time in milliseconds
 */
export async function readMail(raw: Buffer, now = Date.now()): Promise<Mail> {
  const header = readHeader(raw);
  const { fields, fromHeaders } = header;
  const headers = decodedHeaders(fields);
  const first = (name: string) => fields.find((field) => field.name === name)?.raw;
  const { root, damaged } = header.isCut
    ? { root: undefined, damaged: 'its header is too long' }
    : await readTree(raw, header.end);
  const subject = clip(headers.get('subject')?.[0] ?? '', MAX_SUBJECT);
  const { body, files } =
    root === undefined ? NOTHING : contentOf(root, { forward: FORWARD.test(subject) });
  const attachments = files.filter((part) => !isPixel(part)).map(attachment);
  return {
    from: header.isCut ? [] : mailboxes(fields, 'from'),
    fromHeaders,
    sender: mailboxes(fields, 'sender')[0],
    replyTo: mailboxes(fields, 'reply-to'),
    to: mailboxes(fields, 'to'),
    cc: mailboxes(fields, 'cc'),
    subject,
    messageId: messageIds(first('message-id') ?? '')[0],
    inReplyTo: idsOf(fields, 'in-reply-to'),
    references: idsOf(fields, 'references'),
    sentAt: believableDate(first('date'), now),
    body,
    attachments: attachments.slice(0, MAX_ATTACHMENTS),
    furtherAttachments: Math.max(0, attachments.length - MAX_ATTACHMENTS),
    headers,
    parts: root === undefined ? [] : [...readParts(root)],
    automatic: automaticKind(headers),
    listId: messageIds(first('list-id') ?? '')[0],
    damaged,
  };
}

const NOTHING = { body: { text: '', fresh: '', trimmed: false }, files: [] };

function* readParts(part: Part): Generator<{ type: string; content: Buffer }> {
  const { type, content } = part;
  if (content.length > 0) {
    const charset = part.parameters.get('charset');
    yield {
      type,
      content: type.startsWith('text/') ? Buffer.from(decodeText(content, charset)) : content,
    };
  }
  for (const child of part.parts) yield* readParts(child);
}

function attachment(part: Part): Attachment {
  const { fileName, type, size } = part;
  return { name: displayName(fileName ?? subjectIn(part), type), size, type };
}

/** What a mail that comes in this one, as in a digest, is about: its file has rarely a name. */
function subjectIn({ type, content }: Part): string | undefined {
  if (type !== 'message/rfc822' && type !== 'message/global') return undefined;
  const subject = decodedHeaders(readHeader(content).fields).get('subject')?.[0] ?? '';
  return subject === '' ? undefined : `${subject.replace(/[/\\]/g, '-')}.eml`;
}

function isPixel({ type, size, isAttached }: Part): boolean {
  return type.startsWith('image/') && !isAttached && size <= MAX_PIXEL;
}
