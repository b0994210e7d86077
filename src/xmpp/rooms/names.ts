/**
 * Nicks as resources. A nick is any text, and two that differ for the network may be one for a server,
 * or for an eye. What is shown is a resource that no server changes or refuses, and that no other
 * occupant has; printable ASCII is shown as it is, and whatever could be taken for it has a mark.
 */

import { createHash } from 'node:crypto';
import { parseJid } from '../jid.ts';
import { looksLike } from './lookalikes.ts';
import { NEWER_THAN_STRINGPREP } from './unassigned.ts';

/** The one kind of nick that is its own resource for every server. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
/** Characters: four bytes each and the mark are less than the 1,023 bytes of a resource. */
const MAX_CHARACTERS = 200;
const MAX_COMBINING = 32;
/** Digits of the mark; more of them where that one is taken. */
const MARKS = [4, 8, 16, 64];

// What has no width, no meaning alone, or is forbidden in a resource (RFC 3920, appendix B).
const REMOVED = /[\p{C}\p{Default_Ignorable_Code_Point}\u1806\u2ff0-\u2fff\ufff9-\ufffd]/gu;
/** Scripts that are written from the right, and their letters: RandALCat of RFC 3454 is among them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/gu;
const LETTER_FROM_RIGHT = /[[\u0590-\u07bf\ufb1d-\ufdff\ufe70-\ufefc]&&\p{L}]/gv;
/** All that may stand between them. */
const NEUTRAL = /[0-9!-/:-@[-`{-~ \u0591-\u05bd\u064b-\u0652]/g;

interface Choice {
  readonly name: string;
  /** Equal for names that a person could take for each other. */
  readonly look: string;
}

/** The names in one room. */
export class Names {
  readonly #names = new Map<string, string>();
  readonly #nicks = new Map<string, string>();
  readonly #looks = new Map<string, string>();

  /** Shows a nick from now on. @returns its resource */
  add(nick: string): string {
    const known = this.#names.get(nick);
    if (known !== undefined) return known;
    const { name, look } = this.#choose(nick);
    this.#names.set(nick, name);
    this.#nicks.set(name, nick);
    this.#looks.set(look, nick);
    return name;
  }

  delete(nick: string): void {
    const name = this.#names.get(nick);
    if (name === undefined) return;
    this.#names.delete(nick);
    this.#nicks.delete(name);
    const look = looksLike(name);
    if (this.#looks.get(look) === nick) this.#looks.delete(look);
  }

  /** What a nick is shown as, or would be. */
  of(nick: string): string {
    return this.#names.get(nick) ?? this.#choose(nick).name;
  }

  nickOf(name: string): string | undefined {
    return this.#nicks.get(name);
  }

  #choose(nick: string): Choice {
    const first = nameOf(nick);
    if (this.#isFree(first, nick)) return first;
    for (const digits of MARKS) {
      const choice = marked(cleaned(nick), nick, digits);
      if (this.#isFree(choice, nick)) return choice;
    }
    // 256 bits of it are in the last one.
    throw new Error('Two nicks have one digest.');
  }

  #isFree({ name, look }: Choice, nick: string): boolean {
    if (this.#nicks.has(name)) return false;
    return name === nick && PLAIN.test(nick) ? true : !this.#looks.has(look);
  }
}

/** The name that a nick has in an empty room. */
export function nameOf(nick: string): Choice {
  if (nick.length <= MAX_CHARACTERS && PLAIN.test(nick)) {
    return { name: nick, look: looksLike(nick) };
  }
  const name = cleaned(nick);
  const look = looksLike(name);
  const isPlainToTheEye = /^[ -~]*$/.test(look);
  return name !== nick || isPlainToTheEye || !isResource(name)
    ? marked(name, nick, MARKS[0])
    : { name, look };
}

/** The text that people see, and behind it what tells it from the one that it could be taken for. */
function marked(text: string, nick: string, digits = 64): Choice {
  const mark = `(${createHash('sha256').update(nick).digest('hex').slice(0, digits)})`;
  // The mark has letters: beside them, a resource may have none that are written from the right.
  const base = text.replace(RIGHT_TO_LEFT, '').trim();
  const name = `${isResource(`${base} ${mark}`) && base !== '' ? base : '?'} ${mark}`;
  return { name, look: looksLike(name) };
}

function cleaned(nick: string): string {
  let combining = 0;
  const text = nick
    .slice(0, 4 * MAX_CHARACTERS)
    .normalize('NFKC')
    .replace(REMOVED, '')
    .replace(NEWER_THAN_STRINGPREP, '')
    .replace(/\p{M}/gu, (mark) => (++combining > MAX_COMBINING ? '' : mark))
    .replace(/[\p{Z}\s]+/gu, ' ')
    .normalize('NFKC');
  return [...text].slice(0, MAX_CHARACTERS).join('').trim();
}

/** Whether every server leaves it as it is: resourceprep (RFC 3920, appendix B) and RFC 7622 §3.4. */
function isResource(name: string): boolean {
  if (name === '' || name.normalize('NFKC') !== name || !isOneDirection(name)) return false;
  try {
    return parseJid(`room/${name}`).resource === name;
  } catch {
    return false;
  }
}

/** RFC 3454 §6, on the safe side. */
function isOneDirection(name: string): boolean {
  if (name.replace(RIGHT_TO_LEFT, '') === name) return true;
  const others = name.replace(LETTER_FROM_RIGHT, '').replace(NEUTRAL, '');
  const ends = [...name].filter((_char, at, all) => at === 0 || at === all.length - 1).join('');
  return others === '' && ends.replace(LETTER_FROM_RIGHT, '') === '';
}
