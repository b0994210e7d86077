/** All of a message where its user is shown less of it, and the word by which he gets it. Pure. */

/** Under a message of which a part is hidden. */
export const HINT = '[part of this message is hidden – send  full  to read all of it]';

const CUT = '[the message is longer than what is kept of it, and ends here]';

/** What is kept of one message. */
const MOST_KEPT_BYTES = 1024 * 1024;

/** What clients show without trouble; the stream would carry 512 KiB. */
const MOST_SENT_BYTES = 16 * 1024;
/** `(12/64)` and its line end. */
const NUMBER_BYTES = 16;

/** Whether a message is nothing but the word. */
export function asksForAll(text: string): boolean {
  return text.trim().toLowerCase() === 'full';
}

/** The text, or so much of it as is kept. */
export function bounded(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_KEPT_BYTES) return text;
  return `${bytes.toString('utf8', 0, startOfCharacter(bytes, MOST_KEPT_BYTES))}\n${CUT}`;
}

/** The text as it is sent: cut between its lines where it is long, and then numbered. */
export function inMessages(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_SENT_BYTES) return [text];
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = endOfPiece(bytes, at);
    pieces.push(bytes.toString('utf8', at, end).replace(/\n$/, ''));
    at = end;
  }
  return pieces.map((piece, index) => `(${index + 1}/${pieces.length})\n${piece}`);
}

/** A line that is most of a message is cut within. */
function endOfPiece(bytes: Buffer, at: number): number {
  const most = at + MOST_SENT_BYTES - NUMBER_BYTES;
  if (most >= bytes.length) return bytes.length;
  const line = bytes.lastIndexOf('\n', most - 1);
  return line > (at + most) / 2 ? line + 1 : startOfCharacter(bytes, most);
}

/** UTF-8: the bytes behind the first of a character are 10xxxxxx. */
function startOfCharacter(bytes: Buffer, at: number): number {
  let start = at;
  while (((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}
