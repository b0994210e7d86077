/** Which parts of a mail are its text, and which are files with it. */

import type { Readable } from '../trim/readable.ts';
import { readableHtml, readablePlain } from '../trim/readable.ts';
import { eventLine } from './calendar.ts';
import { decodeText } from './charset.ts';
import { unflow } from './flowed.ts';
import type { Part } from './tree.ts';

export interface Content {
  readonly body: Readable;
  readonly files: readonly Part[];
}

interface Choice {
  readonly texts: readonly Part[];
  readonly files: readonly Part[];
}

const MAX_TEXT = 64 * 1024;
const CUT = '[… the rest is cut]';

/** A plain text this long is not a stand-in for those who can not see the other one. */
const REAL_LENGTH = 400;

/** Shown as it is; RFC 1896 is read without its commands. */
const PLAIN = new Set(['text/plain', 'text/markdown', 'text/enriched', 'text/richtext']);

/** For machines: their text for people stands beside them. */
const FOR_MACHINES =
  /^(?:message\/(?:(?:global-)?delivery-status|(?:global-)?disposition-notification|feedback-report)|text\/(?:rfc822-headers|x-amp-html|x-watch-html))$/;

const NOTHING: Choice = { texts: [], files: [] };

/** @param how what the subject says of the text */
export function contentOf(root: Part, how: { readonly forward: boolean }): Content {
  const read = reader(how);
  const { texts, files } = choose(root, read);
  // A mail that is nothing but a text is read, even if it calls itself a file.
  const body = read(isText(root) ? [root] : texts);
  const calendar = files.find(({ type }) => type === 'text/calendar');
  const event = calendar === undefined ? undefined : eventLine(decoded(calendar));
  return { body: event === undefined ? body : withLine(body, event), files };
}

type Read = (texts: readonly Part[]) => Readable;

function choose(part: Part, read: Read): Choice {
  if (part.parts.length === 0) return chooseLeaf(part);
  const choices = part.parts.map((each) => choose(each, read));
  const files = choices.flatMap((choice) => choice.files);
  if (part.type === 'multipart/alternative') return { texts: bestOf(choices, read), files };
  const texts = choices.flatMap((choice) => choice.texts);
  // A named text behind the first is a file that a client also shows.
  const isFile = (text: Part, at: number) => at > 0 && text.fileName !== undefined;
  return {
    texts: texts.filter((text, at) => !isFile(text, at)),
    files: [...texts.filter(isFile), ...files],
  };
}

function chooseLeaf(part: Part): Choice {
  if (FOR_MACHINES.test(part.type) || part.type.startsWith('multipart/')) return NOTHING;
  const isShown = isText(part) && !part.isAttached;
  return isShown ? { texts: [part], files: [] } : { texts: [], files: [part] };
}

function isText({ type }: Part): boolean {
  return PLAIN.has(type) || type === 'text/html';
}

/** RFC 2046 §5.1.4 has the best one last; here the best one is the plain one, as long as it says the same. */
function bestOf(choices: readonly Choice[], read: Read): readonly Part[] {
  const withText = choices.map(({ texts }) => texts).filter((texts) => texts.length > 0);
  const plain = withText.find((texts) => texts.every(({ type }) => PLAIN.has(type)));
  const rich = withText.findLast((texts) => texts.some(({ type }) => type === 'text/html'));
  if (plain === undefined || rich === undefined) return plain ?? rich ?? [];
  return isReal(read(plain), () => read(rich)) ? plain : rich;
}

/** Not empty, no source of a page, and not "Your client does not support HTML" in any language. */
function isReal(plain: Readable, rich: () => Readable): boolean {
  if (/^\s*<(?:!doctype|html|head|body|div|table|p)\b/i.test(plain.text)) return false;
  if (plain.text.length >= REAL_LENGTH) return true;
  // Both without their history: some clients leave it out of the plain text.
  const { length } = rich().fresh;
  return plain.text.trim() === '' ? length === 0 : length < 4 * plain.fresh.length + 200;
}

/** Reads each run of texts once, in however many alternatives within one another it stands. */
function reader(how: { readonly forward: boolean }): Read {
  const known = new Map<Part | undefined, Map<number, Readable>>();
  const once = (run: readonly Part[]): Readable => {
    const lengths = known.get(run[0]) ?? new Map<number, Readable>();
    known.set(run[0], lengths);
    const found = lengths.get(run.length) ?? readRun(run, how);
    lengths.set(run.length, found);
    return found;
  };
  return (texts) => together(texts, runs(texts).map(once));
}

function readRun(run: readonly Part[], how: { readonly forward: boolean }): Readable {
  return run[0]?.type === 'text/html'
    ? readableHtml(decoded(run[0]), how)
    : readablePlain(clean(run.map(plainText).join('\n')), how);
}

function together(texts: readonly Part[], pieces: readonly Readable[]): Readable {
  const isCut = texts.some((part) => part.isCut);
  const join = (each: (piece: Readable) => string) =>
    cut(clean(pieces.map(each).filter(isSomething).join('\n\n')), isCut);
  const whole = { text: join((piece) => piece.text), fresh: join((piece) => piece.fresh) };
  return { ...whole, trimmed: pieces.some((piece) => piece.trimmed) };
}

/** Plain texts in a row are one text, so that a footer of its own is seen as one; a page stands alone. */
function runs(texts: readonly Part[]): readonly (readonly Part[])[] {
  const found: Part[][] = [];
  for (const text of texts) {
    const last = found.at(-1);
    const goesOn = text.type !== 'text/html' && last?.[0]?.type !== 'text/html';
    if (last !== undefined && goesOn) last.push(text);
    else found.push([text]);
  }
  return found;
}

function plainText(part: Part): string {
  const text = decoded(part);
  if (part.type === 'text/enriched' || part.type === 'text/richtext') return unenriched(text);
  const isFlowed = part.parameters.get('format')?.toLowerCase() === 'flowed';
  return isFlowed ? unflow(text, part.parameters.get('delsp')?.toLowerCase() === 'yes') : text;
}

/** RFC 1896 */
function unenriched(text: string): string {
  return text
    .replace(/<param>[^<]*<\/param>/gi, '')
    .replace(/<<|<[^<>]*>/g, (found) => (found === '<<' ? '<' : ''));
}

function decoded(part: Part): string {
  const charset = part.parameters.get('charset') ?? metaCharset(part);
  return decodeText(part.content, charset).replace(/\r\n?/g, '\n');
}

/** What a page says of itself near its beginning, where the mail says nothing. */
function metaCharset({ type, content }: Part): string | undefined {
  if (type !== 'text/html') return undefined;
  return /<meta\s[^>]{0,200}charset=["']?([\w.:-]{1,40})/i.exec(
    content.toString('latin1', 0, 2_048),
  )?.[1];
}

/** Without what no chat message can hold. */
function clean(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n\t]|[\ufeff\ufffe\uffff]/gu, '');
}

function cut(text: string, isCut: boolean): string {
  if (text.length <= MAX_TEXT && !isCut) return text;
  const kept = text
    .slice(0, MAX_TEXT)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
  return `${kept}\n${CUT}`;
}

function withLine(body: Readable, line: string): Readable {
  const add = (text: string) => [text, line].filter(isSomething).join('\n\n');
  return { ...body, text: add(body.text), fresh: add(body.fresh) };
}

function isSomething(text: string): boolean {
  return text.trim() !== '';
}
