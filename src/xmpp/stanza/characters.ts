/** The characters of what people write: what XML can carry, and where lines end. */

// XML 1.0 §2.2, Char: everything else is removed. With the flag u, the range of surrogates means lone ones.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;
/** CR LF, CR, and the separators that Unicode and other networks know. */
const LINE_END = /\r\n|[\r\u0085\u2028\u2029]/g;

/** Without the characters that an XML document can not contain. */
export function xmlCharacters(text: string): string {
  return text.replace(FORBIDDEN, '');
}

/** Every line ends with LF, and nothing else ends a line. */
export function lineFeeds(text: string): string {
  return text.replace(LINE_END, '\n');
}

/** At most so many characters (code points), the last of them an ellipsis where something is missing. */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const all = [...text.slice(0, 2 * characters + 2)];
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
}
