/** The inside of a tag, and references (`&amp;`): the syntax of XML 1.0, without namespaces. Pure. */

/** The text is not well-formed XML, or is XML that RFC 6120 §11.1 forbids: the stream can not go on. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  /** RFC 6120 §4.9.3 */
  readonly condition: 'not-well-formed' | 'restricted-xml';

  constructor(condition: XmlError['condition'], message: string) {
    super(message);
    this.condition = condition;
  }
}

export interface StartTag {
  /** With its prefix. */
  readonly name: string;
  /** Name, value, name, value …: at most `MAX_ATTRIBUTES` of them. */
  readonly attributes: readonly string[];
  /** There were more attributes than are kept. */
  readonly crowded: boolean;
}

const MAX_ATTRIBUTES = 64;

/**
 * Decoded at once, in bytes. A string that was cut from a longer one keeps all of it in memory for as
 * long as it lives; so no string of a stanza is cut from more than this.
 */
export const SLICE = 4096;

/**
 * Reads what is between `<` and `>` (or `/>`), that is `text` from `from` to `to`.
 * @throws XmlError
 */
export function readStartTag(text: string, from: number, to: number): StartTag {
  const own = to - from > SLICE ? copy : asItIs;
  const nameEnd = endOfName(text, from, to);
  const name = own(readName(text, from, nameEnd));
  const attributes: string[] = [];
  let crowded = false;
  let at = nameEnd;
  for (;;) {
    const start = skipSpace(text, at, to);
    if (start === to) return { name, attributes, crowded };
    if (start === at) throw malformed('Attributes must be apart.');
    const end = endOfName(text, start, to);
    const equals = skipSpace(text, end, to);
    const open = skipSpace(text, equals + 1, to);
    const quote = text.charAt(open);
    if (text.charAt(equals) !== '=' || (quote !== '"' && quote !== "'")) {
      throw malformed('An attribute must have a value in quotes.');
    }
    const close = text.indexOf(quote, open + 1);
    if (close < 0 || close >= to) throw malformed('An attribute value must end.');
    if (attributes.length < 2 * MAX_ATTRIBUTES) {
      const value = readAttributeValue(text.slice(open + 1, close));
      attributes.push(own(readName(text, start, end)), own(value));
    } else {
      crowded = true;
    }
    at = close + 1;
  }
}

function copy(text: string): string {
  return Buffer.from(text).toString();
}

function asItIs(text: string): string {
  return text;
}

/** @throws XmlError for an unknown or unfinished reference */
export function readText(raw: string): string {
  return raw.includes('&') ? raw.replace(REFERENCE, readReference) : raw;
}

export function malformed(message: string): XmlError {
  return new XmlError('not-well-formed', message);
}

export function isSpace(text: string): boolean {
  return /^[ \t\n\r]*$/.test(text);
}

function readAttributeValue(raw: string): string {
  if (raw.includes('<')) throw malformed('An attribute value can not contain "<".');
  // XML 1.0 §3.3.3. What was written as a reference stays.
  return readText(/[\t\n]/.test(raw) ? raw.replace(/[\t\n]/g, ' ') : raw);
}

const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));|&/g;
const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The longest reference that is read, with its `&` and `;`. */
export const MAX_REFERENCE = '&#1114111;'.length;

function readReference(_: string, name?: string, decimal?: string, hex?: string): string {
  if (name !== undefined) return NAMED.get(name) ?? '';
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const allowed =
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  if (!allowed) throw malformed('An unknown reference, or one to a character that XML forbids.');
  return String.fromCodePoint(code);
}

/** XML 1.0 §2.3, but for which characters beyond ASCII are letters: the server knows. */
const NAME = /^[A-Za-z_:\u0080-\uffff][A-Za-z0-9_:.\u0080-\uffff-]*$/;

function readName(text: string, from: number, to: number): string {
  const name = text.slice(from, to);
  if (!NAME.test(name)) throw malformed('A name is not one.');
  return name;
}

function endOfName(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && !endsName(text.charCodeAt(at))) at++;
  return at;
}

function endsName(code: number): boolean {
  return code <= 0x20 || code === EQUALS;
}

function skipSpace(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isSpaceCode(text.charCodeAt(at))) at++;
  return at;
}

function isSpaceCode(code: number): boolean {
  return code === 0x20 || code === 0xa || code === 0x9 || code === 0xd;
}

const EQUALS = 0x3d;
