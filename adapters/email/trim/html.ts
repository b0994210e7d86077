/**
 * HTML as text. The quote containers of mail programs become `>` quotes, so that one trimmer serves
 * both kinds of body; their signatures and attributions are marked for it.
 */

import { compile, type FormatCallback } from 'html-to-text';
import { type Role, roleOf } from './containers.ts';
import { CUT, type Line, linesOf, MARKS, withoutMarks } from './lines.ts';

/** Characters of HTML that are read. Real mail has less, but for its styles. */
const MAX_HTML = 256 * 1024;
/** Real threads nest some four elements for each answer. */
const MAX_DEPTH = 250;
/** Quotes and lists in one another that are shown as such: each writes a prefix before every line. */
const MAX_PREFIXES = 8;
const SHOWN_LINK = /^(?:https?|ftp|mailto|tel|sms|xmpp):/i;
const BLOCKS =
  'address article aside body center dd details dialog dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header html main nav p section summary table';
const UNSEEN = 'applet audio head title iframe object script style svg template title video';

/** Never no line where the HTML has words: what cannot be converted is stripped of its tags. */
export function htmlToLines(html: string): readonly Line[] {
  const source = withoutMarks(html.length > MAX_HTML ? html.slice(0, MAX_HTML) : html);
  let text = convert(source);
  if (!hasWords(text)) text = convert(`<pre>${withoutTags(source)}</pre>`);
  const lines = linesOf(html.length > MAX_HTML ? `${text}\n${CUT}` : text);
  return lines.filter((line, at) => isKept(line, lines[at - 1]));
}

/** Programs write empty paragraphs into the space that paragraphs have anyway. */
function isKept(line: Line, above: Line | undefined): boolean {
  return line.text !== '' || line.mark !== undefined || above?.text !== '';
}

const element: FormatCallback = (elem, walk, builder, options) => {
  const role = roleOf(elem);
  if (role === 'hidden') return;
  if (role === 'history') addMark(builder, MARKS.history);
  if (role === 'attribution' || role === 'signature') addMark(builder, MARKS[role]);
  const name = formatFor(role, options.as);
  const prefixes = prefixed.get(builder) ?? 0;
  const prefixing = PREFIXING.has(name);
  if (prefixing) prefixed.set(builder, prefixes + 1);
  const format = builder.options.formatters[prefixing && prefixes >= MAX_PREFIXES ? 'block' : name];
  format?.(elem, walk, builder, options);
  if (prefixing) prefixed.set(builder, prefixes);
  if (role === 'attribution' || role === 'signature') addMark(builder, MARKS.end);
};

const PREFIXING = new Set(['blockquote', 'unorderedList', 'orderedList']);
/** How many of them are open. */
const prefixed = new WeakMap<object, number>();

function formatFor(role: Role | undefined, usual: string): string {
  if (role === 'quote') return 'blockquote';
  if (role === 'block') return 'block';
  return role !== undefined && usual === 'inline' ? 'block' : usual;
}

function addMark(builder: Parameters<FormatCallback>[2], mark: string): void {
  builder.openBlock({ leadingLineBreaks: 1 });
  builder.addLiteral(mark);
  builder.closeBlock({ trailingLineBreaks: 1 });
}

/** "text (address)"; the address alone where the text says the same. */
const link: FormatCallback = (elem, walk, builder) => {
  let text = '';
  builder.pushWordTransform((word) => {
    text += word;
    return word;
  });
  walk(elem.children, builder);
  builder.popWordTransform();
  const href = String(elem.attribs?.href ?? '').trim();
  if (!SHOWN_LINK.test(href)) return;
  const address = href.replace(/^(?:mailto|tel|sms):/i, '');
  if (text === '') builder.addInline(address, { noWordTransform: true });
  else if (!isSame(text, address)) builder.addInline(` (${address})`, { noWordTransform: true });
};

function isSame(text: string, address: string): boolean {
  const plain = (url: string) =>
    url
      .toLowerCase()
      .replace(/\s|^https?:\/\/(?:www\.)?|^www\./g, '')
      .replace(/\/$/, '');
  return plain(text) === plain(address) || plain(text).includes(plain(address).split('?')[0] ?? '');
}

const image: FormatCallback = (elem, _walk, builder) => {
  builder.addInline(String(elem.attribs?.alt ?? ''));
};

/** Cells of a row stand side by side. */
const row: FormatCallback = (elem, walk, builder, options) => {
  if (roleOf(elem) === 'hidden') return;
  builder.openBlock(options);
  for (const child of elem.children) {
    walk([child], builder);
    builder.addInline(' ');
  }
  builder.closeBlock(options);
};

const convert = compile({
  wordwrap: false,
  // All of it: programs write their reply before `<html>` and outside of `<body>`.
  baseElements: { selectors: ['nothing-but-all'], returnDomByDefault: true },
  limits: { maxDepth: MAX_DEPTH, ellipsis: CUT },
  formatters: { element, link, image, row },
  selectors: [
    { selector: '*', format: 'element', options: { as: 'inline' } },
    ...BLOCKS.split(' ').map((tag) => block(tag, 1)),
    block('div', 1),
    block('p', 2),
    { selector: 'blockquote', format: 'element', options: { as: 'blockquote' } },
    { selector: 'ul', format: 'element', options: { as: 'unorderedList', itemPrefix: '• ' } },
    { selector: 'ol', format: 'element', options: { as: 'orderedList' } },
    { selector: 'pre', format: 'element', options: { as: 'pre', leadingLineBreaks: 1 } },
    { selector: 'hr', format: 'element', options: { as: 'horizontalLine', length: 10 } },
    { selector: 'tr', format: 'row', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'a', format: 'link' },
    { selector: 'img', format: 'image' },
    ...UNSEEN.split(' ').map((selector) => ({ selector, format: 'skip' })),
  ],
});

function block(selector: string, breaks: number) {
  const options = { as: 'block', leadingLineBreaks: breaks, trailingLineBreaks: breaks };
  return { selector, format: 'element', options };
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text.replaceAll(CUT, ''));
}

/** Crude, and cannot fail. */
function withoutTags(html: string): string {
  return html
    .replace(/<(?:style|script)\b[^<>]*>[^<]*/gi, '')
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/[<>]/g, ' ');
}
