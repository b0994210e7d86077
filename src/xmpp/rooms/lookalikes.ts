/**
 * Whether two names look alike (after UTS #39, "skeleton"). The letters of other scripts that are drawn
 * like Latin ones are few, and they are what impostors use; beyond them this does not reach.
 */

/** Each letter, and what is drawn like it or like its capital. */
const DRAWN_LIKE: Readonly<Record<string, string>> = {
  a: 'аɑαАΑ',
  b: 'ЬВΒᏏ',
  c: 'сϲᴄСϹ',
  d: 'ԁᏧ',
  e: 'еҽЕΕ℮',
  f: 'ϝϜ',
  g: 'ɡց',
  h: 'һհНΗ',
  i: 'іıιɩɪІΙ',
  j: 'јϳЈ',
  k: 'κКΚ',
  l: 'ⅼӀӏ',
  m: 'МΜ',
  n: 'ոΝ',
  o: 'оοσօОΟՕ',
  p: 'рρРΡ',
  q: 'ԛգԚ',
  r: 'ᴦ',
  s: 'ѕꜱЅՏ',
  t: 'ТΤ',
  u: 'υսᴜՍ',
  v: 'νѵᴠѴ',
  w: 'ԝѡᴡԜ',
  x: 'хχХΧ×',
  y: 'уγүУΥҮ',
  z: 'ᴢΖ',
};

const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries(DRAWN_LIKE).flatMap(([letter, others]) =>
    [...others].map((other): [string, string] => [other, letter]),
  ),
);

/** Equal for names that look alike. Not to be shown. */
export function looksLike(name: string): string {
  let look = '';
  for (const char of name.normalize('NFKD')) look += LETTERS.get(char) ?? char.toLowerCase();
  return look;
}
