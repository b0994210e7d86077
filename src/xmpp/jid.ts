/**
 * JIDs (RFC 7622) and the escaping of foreign addresses in their local part (XEP-0106). Pure.
 *
 * Servers disagree at the edges: most still prepare with stringprep (NFKC, case folding), the RFC
 * asks for PRECIS. What is accepted here is the same under both, so that a JID never changes on
 * its way and two foreign addresses never share one.
 */

import type { Brand } from '../contract/ids.ts';

/** `local@domain` or `domain`, normalised: equal bare JIDs are equal strings. */
export type BareJid = Brand<string, 'BareJid'>;

/** Normalised. `local` is in its wire form, escaped by XEP-0106. */
export interface Jid {
  readonly local?: string;
  readonly domain: string;
  readonly resource?: string;
}

/** The text is not a JID. The message says why, in words for the person who wrote it. */
export class JidError extends Error {
  override readonly name = 'JidError';
}

/** RFC 7622 §3.2–3.4: each part, in bytes of UTF-8. */
const MAX_PART_BYTES = 1023;

// The JIDs that nearly every stanza carries need no preparation at all.
const PREPARED =
  /^(?:([!#$%()*+,\-.0-9;=?[\\\]^_`a-z{|}~]{1,255})@)?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?:\/([!-~](?:[ -~]{0,253}[!-~])?))?$/;
const MAX_PREPARED_DOMAIN = 253;
/** A local part that is the same text escaped and prepared. */
const PLAIN_LOCAL = /^[!#$%()*+,\-.0-9;=?[\]^_`a-z{|}~]{1,255}$/;

/**
 * Reads a JID as people and servers write it, and normalises it.
 * @throws JidError
 */
export function parseJid(text: string): Jid {
  const prepared = text.length <= 1023 ? PREPARED.exec(text) : null;
  if (prepared !== null) {
    const [, local, domain = '', resource] = prepared;
    if (domain.length <= MAX_PREPARED_DOMAIN) return jid(local, domain, resource);
  }
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  return jid(
    at < 0 ? undefined : prepareLocal(bare.slice(0, at)),
    prepareDomain(at < 0 ? bare : bare.slice(at + 1)),
    slash < 0 ? undefined : prepareResource(text.slice(slash + 1)),
  );
}

/**
 * Reads a bare JID.
 * @throws JidError also when there is a resource.
 */
export function parseBareJid(text: string): BareJid {
  const parsed = parseJid(text);
  if (parsed.resource !== undefined) {
    throw new JidError('This address must not have a resource (the part after "/").');
  }
  return bareJid(parsed);
}

export function bareJid(jid: Jid): BareJid {
  return (jid.local === undefined ? jid.domain : `${jid.local}@${jid.domain}`) as BareJid;
}

export function formatJid(jid: Jid): string {
  return jid.resource === undefined ? bareJid(jid) : `${bareJid(jid)}/${jid.resource}`;
}

/**
 * Any text as a local part, XEP-0106 §4. `unescapeLocal` is its inverse.
 * The result is not validated otherwise: see `jidLocal`.
 * @throws JidError when the text begins or ends with a space, which has no escaped form.
 */
export function escapeLocal(text: string): string {
  if (text.startsWith(' ') || text.endsWith(' ')) {
    throw new JidError('An address can not begin or end with a space.');
  }
  // A backslash needs its escape only where what follows would be read as one. Upper-case digits
  // count: servers fold the case of a local part.
  return text
    .replace(/\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)/gi, '\\5c')
    .replace(/[ "&'/:<>@]/g, (char) => `\\${char.charCodeAt(0).toString(16)}`);
}

/**
 * The text that a local part stands for, XEP-0106 §4, unescaped exactly once.
 * @throws JidError when it would begin or end with a space.
 */
export function unescapeLocal(local: string): string {
  if (local.startsWith('\\20') || local.endsWith('\\20')) {
    throw new JidError('An address can not begin or end with an escaped space.');
  }
  return local.replace(/\\(20|22|26|27|2f|3a|3c|3e|40|5c)/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/**
 * A local part that is safe to send from: escaped, valid, within its length, and left as it is by
 * every server. Upper case is folded: a network whose addresses differ by case maps them first.
 * @throws JidError
 */
export function jidLocal(text: string): string {
  if (PLAIN_LOCAL.test(text)) return text;
  const local = prepareLocal(escapeLocal(text));
  for (const char of local) {
    // stringprep folds these ("ß" to "ss"), PRECIS keeps them.
    if (char.toUpperCase().toLowerCase() !== char) {
      throw new JidError(`An address can not contain ${show(char)}.`);
    }
  }
  return local;
}

function jid(local: string | undefined, domain: string, resource: string | undefined): Jid {
  if (local === undefined) return resource === undefined ? { domain } : { domain, resource };
  return resource === undefined ? { local, domain } : { local, domain, resource };
}

/** UsernameCaseMapped (RFC 8265 §3.3) and the exclusions of RFC 7622 §3.3.1. */
function prepareLocal(text: string): string {
  const local = text
    .replace(/[\u{ff01}-\u{ff9f}\u{ffe0}-\u{ffee}]/gu, (char) => char.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC');
  checkLength(local, 'The part before "@"');
  refuse(local, /["&'/:<>@]/u, 'The part before "@"');
  refuse(local, /[^!-~\p{Ll}\p{Lu}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]/u, 'The part before "@"');
  refuse(
    local,
    /\p{Default_Ignorable_Code_Point}|[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u,
    'The part before "@"',
  );
  for (const char of local) {
    if (char.normalize('NFKC') !== char) {
      throw new JidError(`The part before "@" can not contain ${show(char)}.`);
    }
  }
  checkDirection(local);
  return local;
}

const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** RFC 3454 §6, the stricter of the two bidi rules that servers apply. */
function checkDirection(local: string): void {
  if (!RIGHT_TO_LEFT.test(local)) return;
  const characters = [...local.replace(/\p{M}/gu, '')];
  const mixed = characters.some((char) => /\p{L}/u.test(char) && !RIGHT_TO_LEFT.test(char));
  const framed = [characters.at(0), characters.at(-1)].every((char) =>
    RIGHT_TO_LEFT.test(char ?? ''),
  );
  if (mixed || !framed) {
    throw new JidError('The part before "@" mixes writing directions.');
  }
}

/** RFC 7622 §3.2. Internationalised labels stay as written, because servers keep them so. */
function prepareDomain(text: string): string {
  const domain = text.normalize('NFKC').toLowerCase().normalize('NFC').replace(/\.$/, '');
  checkLength(domain, 'The domain');
  if (/^\[[0-9a-f:.]+\]$/.test(domain)) return domain;
  for (const label of domain.split('.')) {
    if (!/^[\p{L}\p{N}\p{M}_-]+$/u.test(label)) {
      throw new JidError('The domain is not a valid host name.');
    }
  }
  return domain;
}

/** OpaqueString (RFC 8265 §4.2). */
function prepareResource(text: string): string {
  const resource = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  checkLength(resource, 'The resource (the part after "/")');
  refuse(resource, /[\p{C}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/u, 'The resource');
  return resource;
}

function checkLength(part: string, what: string): void {
  if (part === '') throw new JidError(`${what} is empty.`);
  if (Buffer.byteLength(part) > MAX_PART_BYTES) {
    throw new JidError(`${what} is longer than ${MAX_PART_BYTES} bytes.`);
  }
}

function refuse(part: string, forbidden: RegExp, what: string): void {
  const found = forbidden.exec(part);
  if (found !== null) throw new JidError(`${what} can not contain ${show(found[0])}.`);
}

function show(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(char) ? `"${char}" (U+${code})` : `U+${code}`;
}
