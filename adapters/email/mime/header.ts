/** The header of a mail, read from its bytes: RFC 5322 §2.2, with the faults that are sent. */

import { clip, decodeWords } from './words.ts';

export const MAX_HEADER = 256 * 1024;
const MAX_FIELDS = 2_000;
const MAX_VALUE = 8_192;

export interface Field {
  /** Lower case. */
  readonly name: string;
  /** One character a byte, unfolded, not decoded. */
  readonly raw: string;
}

export interface Header {
  /** In their order. */
  readonly fields: readonly Field[];
  /** How many From fields any reader could see, one that takes a bare CR for the end of a line included. */
  readonly fromHeaders: number;
  /** Where the body begins. */
  readonly end: number;
  /** The header is longer than we read: what is missing could change what the rest means. */
  readonly isCut: boolean;
}

export function readHeader(mail: Buffer): Header {
  const end = endOfHeader(mail);
  const block = mail.toString('latin1', 0, Math.min(end, MAX_HEADER));
  const fields: Field[] = [];
  let isCut = end > MAX_HEADER;
  for (const line of block.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const [start, name] = /^([\x21-\x39\x3b-\x7e]+)[ \t]*:/.exec(line) ?? [];
    if (start === undefined || name === undefined) continue;
    if (fields.length === MAX_FIELDS) {
      isCut = true;
      break;
    }
    fields.push({ name: name.toLowerCase(), raw: line.slice(start.length).trim() });
  }
  return {
    fields,
    fromHeaders: block.match(/(?:^|[\r\n])from(?:\r?\n)?[ \t]*:/gi)?.length ?? 0,
    end,
    isCut,
  };
}

/** All fields, decoded, by name. A value is cut at 8 K characters. */
export function decodedHeaders(fields: readonly Field[]): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  for (const { name, raw } of fields) {
    const values = headers.get(name) ?? [];
    values.push(clip(decodeWords(raw.slice(0, MAX_VALUE)), MAX_VALUE));
    headers.set(name, values);
  }
  return headers;
}

/** The first empty line. */
function endOfHeader(mail: Buffer): number {
  if (mail[0] === 0x0a || (mail[0] === 0x0d && mail[1] === 0x0a)) return 0;
  for (let at = mail.indexOf(0x0a); at >= 0; at = mail.indexOf(0x0a, at + 1)) {
    const next = mail[at + 1];
    if (next === 0x0a) return at + 2;
    if (next === 0x0d && mail[at + 2] === 0x0a) return at + 3;
  }
  return mail.length;
}
