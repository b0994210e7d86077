/** The characters that XML allows, and bytes that become them. Pure, but for the cut character. */

import { isUtf8 } from 'node:buffer';

// Surrogates lie in the range: whether they pair up is asked apart.
const FORBIDDEN = /[^\t\n\r -\ufffd]/;

/** Whether every character is one of XML 1.0 §2.2, and no surrogate is alone. */
export function isXmlText(text: string): boolean {
  return !FORBIDDEN.test(text) && text.isWellFormed();
}

/** The bytes are not UTF-8, or not characters that XML allows. */
export class ForbiddenCharacterError extends Error {
  override readonly name = 'ForbiddenCharacterError';
}

/**
 * Bytes, cut anywhere, as the text of an XML document: strict UTF-8 (RFC 6120 §11.6), line ends as
 * LF (XML 1.0 §2.11). A character that a chunk cuts is given out with the next chunk.
 */
export class XmlDecoder {
  #cut: Buffer = Buffer.alloc(0);
  #endedWithCr = false;

  /** @throws ForbiddenCharacterError */
  decode(chunk: Buffer): string {
    const bytes = this.#cut.length === 0 ? chunk : Buffer.concat([this.#cut, chunk]);
    const whole = bytes.length - cutAtEnd(bytes);
    // A copy: a view would keep the memory of the chunk.
    this.#cut = whole === bytes.length ? NOTHING : Buffer.from(bytes.subarray(whole));
    if (!isUtf8(bytes.subarray(0, whole))) throw new ForbiddenCharacterError('This is not UTF-8.');
    const text = bytes.toString('utf8', 0, whole);
    if (FORBIDDEN.test(text)) {
      throw new ForbiddenCharacterError('It has a character that XML forbids.');
    }
    return this.#lineEnds(text);
  }

  #lineEnds(text: string): string {
    const rest = this.#endedWithCr && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') this.#endedWithCr = text.endsWith('\r');
    return rest.includes('\r') ? rest.replace(/\r\n?/g, '\n') : rest;
  }
}

const NOTHING = Buffer.alloc(0);

/** How many bytes at the end begin a character without completing it. */
function cutAtEnd(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    const continues = byte >= 0x80 && byte < 0xc0;
    if (continues) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
