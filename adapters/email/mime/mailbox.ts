/**
 * Who stands in From, To and their kind (RFC 5322 §3.4).
 *
 * An address comes only from where the grammar has one: between angle brackets, or alone. The
 * parsers of the libraries look for an address in whatever is written; here a guess would let a
 * name pass for an identity.
 */

import { parseAddress } from '../mail-address.ts';
import type { Field } from './header.ts';
import { clip, decodeWords, visible } from './words.ts';

export interface Mailbox {
  /** For people to read: anybody can call himself anything. '' where there is none. */
  readonly name: string;
  /** The domain in lower case, the rest as written; '' where no valid address is. */
  readonly address: string;
}

const MAX_MAILBOXES = 100;
const MAX_NAME = 100;

/** All mailboxes of all fields of this name, members of groups too; at most 100. */
export function mailboxes(fields: readonly Field[], name: string): readonly Mailbox[] {
  const found: Mailbox[] = [];
  for (const field of fields) {
    if (field.name !== name) continue;
    for (const mailbox of parseMailboxes(field.raw)) {
      if (found.length === MAX_MAILBOXES) return found;
      found.push(mailbox);
    }
  }
  return found;
}

/** @param raw a field's value, one character a byte */
export function* parseMailboxes(raw: string): Generator<Mailbox> {
  let entry = new Entry();
  let at = 0;
  while (at < raw.length) {
    const char = raw.charAt(at);
    if (char === ',' || char === ';') {
      if (!entry.isEmpty) yield entry.mailbox();
      entry = new Entry();
      at += 1;
    } else if (char === ':') {
      // What stood before was the name of a group.
      entry = new Entry();
      at += 1;
    } else {
      at = entry.take(raw, at);
    }
  }
  if (!entry.isEmpty) yield entry.mailbox();
}

/** One mailbox while it is read. */
class Entry {
  /** What stands outside of brackets and comments. */
  #words = '';
  #comment = '';
  #angle: string | undefined;
  /** The words alone can be an address: no part of them was quoted. */
  #isBare = true;
  #isBroken = false;

  get isEmpty(): boolean {
    return (
      this.#angle === undefined && !this.#isBroken && (this.#words + this.#comment).trim() === ''
    );
  }

  /** @returns where the next piece begins */
  take(raw: string, at: number): number {
    const char = raw.charAt(at);
    if (char === '"') return this.#quoted(raw, at);
    if (char === '(') return this.#commented(raw, at);
    if (char === '<') return this.#bracketed(raw, at);
    const end = nextOf(/[,;:"(<]/g, raw, at + 1);
    this.#append(raw.slice(at, end));
    return end;
  }

  mailbox(): Mailbox {
    const words = this.#words.trim();
    const written = this.#angle ?? (this.#isBare ? words : '');
    const address = this.#isBroken ? '' : strictAddress(written.trim());
    const isWordsTheAddress = this.#angle === undefined && address !== '';
    const name = isWordsTheAddress || words === '' ? this.#comment : words;
    return { name: clip(visible(decodeWords(name)), MAX_NAME), address };
  }

  #append(text: string): void {
    // Nothing but comments may follow an address.
    if (this.#angle !== undefined && text.trim() !== '') this.#isBroken = true;
    this.#words += text;
  }

  #quoted(raw: string, at: number): number {
    const end = closing(raw, at, '"');
    this.#isBare = false;
    this.#isBroken ||= end === undefined;
    this.#append(raw.slice(at + 1, end).replace(/\\(.)/g, '$1'));
    return (end ?? raw.length) + 1;
  }

  #bracketed(raw: string, at: number): number {
    const end = closing(raw, at, '>');
    this.#isBroken ||= end === undefined || this.#angle !== undefined;
    this.#angle = raw.slice(at + 1, end);
    return (end ?? raw.length) + 1;
  }

  #commented(raw: string, at: number): number {
    let depth = 0;
    for (let next = at; next < raw.length; next += 1) {
      const char = raw.charAt(next);
      if (char === '\\') next += 1;
      else if (char === '(') depth += 1;
      else if (char === ')') depth -= 1;
      if (depth > 0) continue;
      this.#comment ||= raw.slice(at + 1, next);
      return next + 1;
    }
    this.#isBroken = true;
    return raw.length;
  }
}

/** Where the quotation or the bracket that opens at `at` is closed. */
function closing(raw: string, at: number, by: '"' | '>'): number | undefined {
  for (let next = at + 1; next < raw.length; next += 1) {
    const char = raw.charAt(next);
    if (char === by) return next;
    if (by === '"' && char === '\\') next += 1;
  }
  return undefined;
}

function nextOf(pattern: RegExp, raw: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(raw)?.index ?? raw.length;
}

/** An addr-spec: a dot-atom at a domain of labels, in ASCII or UTF-8 (RFC 6531). No quotes, no literal. */
function strictAddress(raw: string): string {
  const text = utf8(raw);
  const at = text?.lastIndexOf('@') ?? -1;
  if (text === undefined || at < 1) return '';
  const local = text.slice(0, at);
  const domain = text.slice(at + 1).toLowerCase();
  // What the rules for URLs would quietly mend in a domain is no domain here.
  const isValid = /^[\p{L}\p{N}\p{M}.-]+$/u.test(domain) && !local.includes('=?');
  return isValid && parseAddress(text) !== undefined ? `${local}@${domain}` : '';
}

function utf8(raw: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(raw, 'latin1'),
    );
  } catch {
    return undefined;
  }
}
