/**
 * Bytes to text, whatever the mail says that they are. Never throws.
 *
 * UTF-7 is not decoded: nothing sends it any more but who wants to hide something.
 */

import { TextDecoder } from 'node:util';

/** Names that mail uses and the Encoding Standard, whose decoders Node has, does not list. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['cp932', 'shift_jis'],
  ['cp936', 'gb18030'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
  ['cp10000', 'macintosh'],
  ['iso-2022-jp-ms', 'iso-2022-jp'],
  ['iso-2022-jp-1', 'iso-2022-jp'],
  ['iso-2022-jp-2', 'iso-2022-jp'],
  ['latin-1', 'iso-8859-1'],
  ['utf-8mb4', 'utf-8'],
]);

/** The names that are given where nobody thought about it: bytes that are UTF-8 are UTF-8 there. */
const UNTHINKING: ReadonlySet<string> = new Set(['utf-8', 'windows-1252']);

const UTF8 = new TextDecoder('utf-8');
const LATIN = new TextDecoder('windows-1252');
const JAPANESE = new TextDecoder('iso-2022-jp');
/** By every name that was met: the Encoding Standard has some two hundred. */
const decoders = new Map<string, TextDecoder>();

const ESC = 0x1b;

/** @param label as the mail names the charset; '' where it does not */
export function decodeText(bytes: Buffer, label = ''): string {
  const name = label.trim().toLowerCase();
  if (/^(?:iso-10646-)?ucs-2$|^utf-?16$/.test(name)) return utf16(bytes);
  const decoder = decoderOf(ALIASES.get(name) ?? name);
  if (decoder !== undefined && !UNTHINKING.has(decoder.encoding)) return decoder.decode(bytes);
  return guess(bytes, name === '' || decoder?.encoding === 'utf-8');
}

function decoderOf(name: string): TextDecoder | undefined {
  if (name === '') return undefined;
  const known = decoders.get(name);
  if (known !== undefined) return known;
  try {
    const decoder = new TextDecoder(name);
    decoders.set(name, decoder);
    return decoder;
  } catch {
    return undefined;
  }
}

function guess(bytes: Buffer, isSaidToBeUtf8: boolean): string {
  if (isJapanese7Bit(bytes)) return JAPANESE.decode(bytes);
  const text = UTF8.decode(bytes);
  if (!text.includes('\ufffd')) return text;
  // One broken character does not make a text another charset's; nothing but broken ones do.
  const hasReal = /[^\p{ASCII}\ufffd]/u.test(text);
  return isSaidToBeUtf8 && hasReal ? text : LATIN.decode(bytes);
}

/** ISO-2022-JP without a name: its escape sequences stand in no other text. */
function isJapanese7Bit(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(ESC); at >= 0; at = bytes.indexOf(ESC, at + 1)) {
    if (/^\$[@B]$/.test(bytes.toString('latin1', at + 1, at + 3))) return true;
  }
  return false;
}

/** By its mark, else by where its zeros are: RFC 2781 says big endian, most senders are little. */
function utf16(bytes: Buffer): string {
  const isBig =
    (bytes[0] === 0xfe && bytes[1] === 0xff) ||
    (bytes[0] === 0 && bytes[1] !== undefined && bytes[1] !== 0);
  return new TextDecoder(isBig ? 'utf-16be' : 'utf-16le').decode(bytes);
}
