/**
 * Bytes to text and back. IRC never says which charset a line has: it is UTF-8 if it can be read as
 * UTF-8, and else what is usual on that server.
 */

import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

export interface Charset {
  /** Never throws. */
  decode(line: Buffer): string;
  /** In the server's own charset if that has all of its characters, and else in UTF-8: none is lost. */
  encode(line: string): Buffer;
}

/** Latin-1, and what Windows adds to it. */
const USUAL = 'windows-1252';
const CR = 0x0d;

/**
 * @param label of a charset, as the Encoding Standard has them: `koi8-r`, `shift_jis`
 * @throws RangeError for one that is not known, or can not carry IRC
 */
export function charsetOf(label = 'utf-8'): Charset {
  const { encoding } = new TextDecoder(label);
  const isUsable =
    new TextDecoder(encoding).decode(Buffer.from('PING :\x02~\r\n')) === 'PING :\x02~\r\n';
  // Its shifts are ASCII characters themselves: a line could be cut in the middle of one.
  if (!isUsable || encoding === 'iso-2022-jp') {
    throw new RangeError(`${label}: no charset for lines of ASCII`);
  }
  const foreign = new TextDecoder(encoding === 'utf-8' ? USUAL : encoding);
  let bytes: ReadonlyMap<string, Buffer> | undefined;
  return {
    decode: (line) => {
      if (isUtf8(line)) return line.toString();
      const whole = line.subarray(0, wholeBytes(line));
      // It is not ASCII, where the last bytes alone would tell.
      const isCut = isUtf8(whole) && whole.some((byte) => byte > 0x7f);
      return isCut ? whole.toString() : foreign.decode(line);
    },
    encode: (line) => {
      if (encoding === 'utf-8' || /^\p{ASCII}*$/u.test(line)) return Buffer.from(line);
      bytes ??= bytesOf(foreign);
      return encodeBy(bytes, line) ?? Buffer.from(line);
    },
  };
}

/**
 * How much of a line is left without a character of UTF-8 whose end is missing: servers cut what is too
 * long at a byte.
 */
function wholeBytes(line: Buffer): number {
  let end = line.length;
  while (line[end - 1] === CR) end -= 1;
  for (let back = 1; back <= 3; back++) {
    const byte = line[end - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const bytes = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < bytes ? end - back : line.length;
  }
  return line.length;
}

function encodeBy(bytes: ReadonlyMap<string, Buffer>, line: string): Buffer | undefined {
  const parts: Buffer[] = [];
  for (const char of line) {
    const encoded = char <= '\x7f' ? Buffer.from(char) : bytes.get(char);
    if (encoded === undefined) return undefined;
    parts.push(encoded);
  }
  return Buffer.concat(parts);
}

/** Node only decodes charsets; so all of one's characters of one and of two bytes are decoded, once. */
function bytesOf(decoder: TextDecoder): ReadonlyMap<string, Buffer> {
  const bytes = new Map<string, Buffer>();
  const learn = (encoded: Buffer): void => {
    const text = decoder.decode(encoded);
    const [char = ''] = text;
    if (char === text && char > '\x7f' && char !== '\ufffd' && !bytes.has(char)) {
      bytes.set(char, encoded);
    }
  };
  for (let first = 0x80; first <= 0xff; first++) learn(Buffer.of(first));
  for (let first = 0x81; first <= 0xfe; first++) {
    for (let second = 0x40; second <= 0xfe; second++) learn(Buffer.of(first, second));
  }
  return bytes;
}
