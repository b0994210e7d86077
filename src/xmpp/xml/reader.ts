/**
 * Reads one XMPP stream as its bytes come, cut anywhere: linear in the bytes however small the
 * pieces, bounded in memory whatever is in them.
 *
 * What breaks the syntax ends the stream. What only breaks a bound (size, depth, attributes,
 * prefixes) is skipped to the end of its stanza: it is written by strangers, and they must not be
 * able to cut the stream. A library can do the first, but keeps an attribute whole while it skips.
 */

import { XmlDecoder } from './characters.ts';
import type { Element } from './element.ts';
import { OUTERMOST, resolve, type Scope } from './namespaces.ts';
import {
  isSpace,
  MAX_REFERENCE,
  malformed,
  readStartTag,
  readText,
  SLICE,
  XmlError,
} from './tag.ts';

/** Of one stanza, in UTF-16 units of its XML. The servers' own bound between servers is the same. */
const MAX_STANZA_LENGTH = 512 * 1024;
const MAX_DEPTH = 64;

/** Why a stanza was skipped. */
export type SkipReason = 'too large' | 'too deep' | 'too many attributes' | 'unreadable names';

/** Called synchronously, in the order of the stream. */
export interface ReaderEvents {
  /**
   * The root's start tag.
   * @param inner the namespace of its children, where they declare no other
   */
  opened(root: Element, inner: string): void;
  /** A child of the root, complete. */
  element(element: Element): void;
  /**
   * A child of the root was skipped, and has ended.
   * @param header its start tag, where that could be read
   */
  skipped(header: Element | undefined, why: SkipReason): void;
  /** The root's end tag: nothing is read after it. */
  closed(): void;
}

interface OpenElement {
  /** With its prefix, as its end tag must repeat it. */
  readonly tag: string;
  /** In which its children stand. */
  readonly scope: Scope;
  readonly element: Element & { readonly children: (Element | string)[] };
}

const CDATA = '<![CDATA[';
const CDATA_END = ']]>';
const [QUOTE, APOSTROPHE, SLASH, LESS, GREATER] = [0x22, 0x27, 0x2f, 0x3c, 0x3e];

export class StreamReader {
  readonly #events: ReaderEvents;
  readonly #decoder = new XmlDecoder();
  readonly #open: OpenElement[] = [];
  /** A reference or a beginning of mark-up that was cut: a few characters. */
  #cut = '';
  /** The inside of a tag that was cut; while skipping only its first and last character. */
  #tag: string | undefined;
  #quote = 0;
  #inCdata = false;
  #begun = false;
  #closed = false;
  /** Of the stanza that is being read. */
  #length = 0;
  #skipping: { header: Element | undefined; why: SkipReason; depth: number } | undefined;

  constructor(events: ReaderEvents) {
    this.#events = events;
  }

  /** @throws XmlError, ForbiddenCharacterError: this reader can not go on. */
  write(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#closed; at += SLICE) {
      const text = this.#decoder.decode(chunk.subarray(at, at + SLICE));
      this.#read(this.#cut === '' ? text : this.#cut + text);
    }
  }

  /** Nothing more is read or told, not even the rest of the chunk at hand. */
  close(): void {
    this.#closed = true;
  }

  #read(text: string): void {
    this.#cut = '';
    let at = 0;
    while (at < text.length && !this.#closed) {
      if (this.#tag !== undefined) at = this.#restOfTag(this.#tag, text, at);
      else if (this.#inCdata) at = this.#restOfCdata(text, at);
      else if (text.charCodeAt(at) === LESS) at = this.#markup(text, at);
      else at = this.#characters(text, at);
    }
  }

  #markup(text: string, at: number): number {
    const next = text.charAt(at + 1);
    if (next === '') return this.#keep(text, at);
    if (next === '!') return this.#startOfCdata(text, at);
    const end = this.#endOfTag(text, at + 1);
    if (end < 0) {
      this.#tag = text.slice(at + 1);
      this.#count(text.length - at);
      return text.length;
    }
    this.#count(end + 1 - at);
    this.#tagRead(text, at + 1, end);
    return end + 1;
  }

  #restOfTag(begun: string, text: string, at: number): number {
    const end = this.#endOfTag(text, at);
    const stop = end < 0 ? text.length : end;
    const tag = begun + text.slice(at, stop);
    this.#count(stop - at);
    if (end >= 0) {
      this.#tag = undefined;
      this.#tagRead(tag, 0, tag.length);
      return end + 1;
    }
    this.#tag = this.#skipping === undefined ? tag : tag.charAt(0) + tag.charAt(tag.length - 1);
    return stop;
  }

  /** The `>` that ends the tag: one in quotes does not. -1: the text ends before. */
  #endOfTag(text: string, from: number): number {
    let quote = this.#quote;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (quote !== 0) {
        if (code === quote) quote = 0;
      } else if (code === GREATER) {
        this.#quote = 0;
        return at;
      } else if (code === QUOTE || code === APOSTROPHE) {
        quote = code;
      }
    }
    this.#quote = quote;
    return -1;
  }

  #tagRead(text: string, from: number, to: number): void {
    const empty = text.charCodeAt(to - 1) === SLASH;
    if (text.charAt(from) === '?') {
      this.#declaration(text.slice(from, to));
    } else if (text.charCodeAt(from) === SLASH) {
      this.#endTag(text, from + 1, to);
    } else {
      this.#startTag(text, from, empty ? to - 1 : to);
      if (empty) this.#end();
    }
    this.#begun = true;
  }

  /** `<?xml …?>` is allowed as the very first, other instructions never (RFC 6120 §11.1). */
  #declaration(text: string): void {
    if (this.#begun || !/^\?xml\s[^?]*\?$/.test(text)) {
      throw new XmlError('restricted-xml', 'Processing instructions are forbidden.');
    }
  }

  #startTag(text: string, from: number, to: number): void {
    if (this.#skipping !== undefined) {
      this.#skipping.depth++;
      return;
    }
    const outer = this.#open.at(-1);
    const tag = readStartTag(text, from, to);
    const { name, ns, attrs, scope, unreadable } = resolve(tag, outer?.scope ?? OUTERMOST);
    const element = { name, ns, attrs, children: [] };
    this.#open.push({ tag: tag.name, scope, element });
    if (outer === undefined) {
      this.#events.opened(element, scope.ns);
      return;
    }
    if (this.#open.length > 2) outer.element.children.push(element);
    if (unreadable) this.#skip('unreadable names');
    else if (tag.crowded) this.#skip('too many attributes');
    else if (this.#open.length - 1 > MAX_DEPTH) this.#skip('too deep');
  }

  #endTag(text: string, from: number, to: number): void {
    const open = this.#open.at(-1);
    if (open === undefined) throw malformed('Nothing is open.');
    if (this.#skipping === undefined) {
      const same =
        text.startsWith(open.tag, from) && isSpace(text.slice(from + open.tag.length, to));
      if (!same) throw malformed('The tags do not nest.');
    }
    this.#end();
  }

  #end(): void {
    const skipping = this.#skipping;
    if (skipping !== undefined) {
      if (--skipping.depth > 0) return;
      this.#skipping = undefined;
      this.#length = 0;
      this.#events.skipped(skipping.header, skipping.why);
      return;
    }
    const ended = this.#open.pop();
    if (ended === undefined || this.#open.length > 1) return;
    this.#length = 0;
    if (this.#open.length === 1) {
      this.#events.element(ended.element);
    } else {
      this.#closed = true;
      this.#events.closed();
    }
  }

  /** From here to the end of the stanza only tags are counted. */
  #skip(why: SkipReason): void {
    const stanza = this.#open[1]?.element;
    const header = stanza && { ...stanza, children: [] };
    this.#skipping = { header, why, depth: this.#open.length - 1 };
    this.#open.length = 1;
  }

  #count(length: number): void {
    if (this.#skipping !== undefined) return;
    this.#length += length;
    if (this.#length <= MAX_STANZA_LENGTH) return;
    if (this.#open.length === 0) throw malformed('The stream does not begin.');
    this.#skip('too large');
  }

  #startOfCdata(text: string, at: number): number {
    const start = text.slice(at, at + CDATA.length);
    if (start === CDATA) {
      this.#inCdata = true;
      return at + CDATA.length;
    }
    if (CDATA.startsWith(start)) return this.#keep(text, at);
    throw new XmlError('restricted-xml', 'Comments and document types are forbidden.');
  }

  #restOfCdata(text: string, at: number): number {
    const end = text.indexOf(CDATA_END, at);
    if (end >= 0) {
      this.#inCdata = false;
      this.#append(text.slice(at, end), end - at + CDATA.length + CDATA_END.length);
      return end + CDATA_END.length;
    }
    const certain = text.length - (text.endsWith(']]') ? 2 : text.endsWith(']') ? 1 : 0);
    const stop = Math.max(at, certain);
    this.#append(text.slice(at, stop));
    return this.#keep(text, stop);
  }

  #characters(text: string, at: number): number {
    const less = text.indexOf('<', at);
    if (less >= 0) {
      this.#append(readText(text.slice(at, less)), less - at);
      return less;
    }
    const reference = text.lastIndexOf('&');
    const cut = reference >= at && !text.includes(';', reference);
    if (cut && text.length - reference > MAX_REFERENCE) throw malformed('A reference must end.');
    const stop = cut ? reference : text.length;
    this.#append(readText(text.slice(at, stop)), stop - at);
    return this.#keep(text, stop);
  }

  #append(text: string, length = text.length): void {
    if (length === 0 || this.#skipping !== undefined) return;
    const open = this.#open.length > 1 ? this.#open.at(-1) : undefined;
    if (open === undefined) {
      if (!isSpace(text)) throw malformed('There is text between stanzas.');
      return;
    }
    const { children } = open.element;
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') children[last] = before + text;
    else if (text !== '') children.push(text);
    this.#count(length);
  }

  /** Leaves the end of the text for the next chunk. */
  #keep(text: string, from: number): number {
    this.#cut = text.slice(from);
    return text.length;
  }
}
