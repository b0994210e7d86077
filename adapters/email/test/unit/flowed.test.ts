import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flowed } from '../../flowed.ts';

interface Line {
  readonly depth: number;
  readonly text: string;
}

/** Reads format=flowed as RFC 3676 §4.5 says, with DelSp=no: one entry a paragraph. */
function read(wire: string): Line[] {
  const paragraphs: Line[] = [];
  let open = false;
  for (const line of wire.replace(/\r\n$/, '').split('\r\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    const text = line.slice(depth).replace(/^ /, '');
    const last = paragraphs.at(-1);
    if (open && last !== undefined && last.depth === depth && text !== '-- ') {
      paragraphs[paragraphs.length - 1] = { depth, text: last.text + text };
    } else {
      paragraphs.push({ depth, text });
    }
    open = text.endsWith(' ') && text !== '-- ';
  }
  return paragraphs;
}

/** What a user wrote, as the reader above would tell it. */
function written(text: string): Line[] {
  const lines = text.split('\n');
  while (lines.length > 1 && lines.at(-1)?.trim() === '') lines.pop();
  return lines.map((line) => {
    if (line === '-- ') return { depth: 0, text: line };
    const kept = line.replace(/ +$/, '');
    const depth = /^>*/.exec(kept)?.[0].length ?? 0;
    return { depth, text: depth === 0 ? kept : kept.slice(depth).replace(/^ /, '') };
  });
}

const word = fc.stringMatching(/^[a-zA-Z.>-]{1,12}$/);
const text = fc
  .array(
    fc.oneof(word, fc.constantFrom(' ', '  ', '\n', '\n\n', '>', '> ', '-- ', 'From ', 'é', '語')),
    {
      maxLength: 120,
    },
  )
  .map((pieces) => pieces.join(''));

test('what is written is what is read', () => {
  fc.assert(
    fc.property(text, (written_) => {
      expect(read(flowed(written_))).toEqual(written(written_));
    }),
    { numRuns: 2_000 },
  );
});

test('no line is long, unless a word is', () => {
  fc.assert(
    fc.property(text, (words) => {
      for (const line of flowed(words).split('\r\n')) {
        expect(line.length <= 76 || !/\S.* .*\S/.test(line.replace(/^>* ?/, ''))).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['', '\r\n'],
  ['hi', 'hi\r\n'],
  ['hi\n\n\n', 'hi\r\n'],
  ['a\r\nb\rc\nd', 'a\r\nb\r\nc\r\nd\r\n'],
  ['  indented', '   indented\r\n'],
  ['From here', ' From here\r\n'],
  ['From: me', 'From: me\r\n'],
  ['> said\n>> before\nmine', '> said\r\n>> before\r\nmine\r\n'],
  ['bye  \n-- \nme', 'bye\r\n-- \r\nme\r\n'],
  ['--', '--\r\n'],
])('%j becomes %j', (typed, wire) => {
  expect(flowed(typed)).toBe(wire);
});

test('a long quote stays a quote in all of its lines', () => {
  const lines = flowed(`>> ${'wherefore art thou '.repeat(12)}`)
    .trimEnd()
    .split('\r\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(line).toMatch(/^>> \w/);
});

test('no line that was broken looks like the one before a signature', () => {
  const lines = flowed(`-- ${'x'.repeat(80)} and so on`).split('\r\n');
  expect(lines).not.toContain('-- ');
});
