import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Readable, readableHtml, readablePlain } from '../../../trim/readable.ts';

/** What mails are made of, in any order. */
const LINE = fc.constantFrom(
  '',
  'Yes.',
  'a longer line of text that goes on and on until a program would have wrapped it',
  'On Jan 5, 2024, at 3:20 PM, Romeo <r@example.net> wrote:',
  'Romeo <',
  'r@example.net> wrote:',
  '> Four?',
  '>> Where?',
  '>',
  '-- ',
  '--',
  '____________',
  '---',
  'Juliet',
  'Sent from my iPhone',
  '-----Original Message-----',
  '---------- Forwarded message ---------',
  'From: Romeo <r@example.net>',
  'Sent: Friday, January 5, 2024',
  'To: Juliet',
  'Subject: Four?',
  '>>>>',
  '<<<<',
  '| a | b |',
  'To unsubscribe from this group',
  '-----BEGIN PGP SIGNED MESSAGE-----',
  '-----BEGIN PGP SIGNATURE-----',
  '\u202bשלום\u202c',
  '\ufdd0\ufdd2',
);
const MAIL = fc
  .array(fc.oneof({ weight: 5, arbitrary: LINE }, fc.string({ unit: 'binary' })), { maxLength: 30 })
  .map((lines) => lines.join('\n'));

const TAG = fc.constantFrom(
  ...'<div>|</div>|<p>|</p>|<br>|<hr>|<blockquote>|</blockquote>|<ul>|<li>|</ul>|<table>|<tr>|<td>|</table>'.split(
    '|',
  ),
  ...'<pre>|</pre>|<div class="gmail_attr">|<div class="gmail_signature">|<div id="appendonsend">'.split(
    '|',
  ),
  ...'<a href="https://example.org/">|</a>|<img alt="x">|<style>|</style>|<!--|-->|<div hidden>'.split(
    '|',
  ),
);
const HTML = fc
  .array(fc.oneof(TAG, LINE, fc.string()), { maxLength: 40 })
  .map((parts) => parts.join(''));

const tidy = (text: string) =>
  text.split('\n').every((line) => line === line.trimEnd()) && !/^\n|\n$|\r/.test(text);
const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);

/** True of whatever comes in. */
function expectReadable({ text, fresh, trimmed }: Readable): void {
  expect(tidy(text)).toBe(true);
  expect(tidy(fresh)).toBe(true);
  expect(fresh === '').toBe(text === '');
  expect(fresh.length).toBeLessThanOrEqual(text.length);
  expect(trimmed).toBe(wordsOf(fresh).join(' ') !== wordsOf(text).join(' '));
  const rest = wordsOf(text)[Symbol.iterator]();
  for (const word of wordsOf(fresh)) expect(skipTo(rest, word)).toBe(true);
}

function skipTo(words: Iterator<string>, word: string): boolean {
  for (let next = words.next(); !next.done; next = words.next()) {
    if (next.value === word) return true;
  }
  return false;
}

describe('any body', () => {
  test('that is plain is read without loss, disorder or growth', () => {
    fc.assert(
      fc.property(MAIL, (mail) => {
        const readable = readablePlain(mail);
        expectReadable(readable);
        expect(readable.text.length).toBeLessThanOrEqual(mail.length);
      }),
      { numRuns: 500 },
    );
  });

  test('that is HTML is read without loss or disorder', () => {
    fc.assert(
      fc.property(HTML, (html) => expectReadable(readableHtml(html))),
      { numRuns: 500 },
    );
  });

  test('is read the same when it has been read before', () => {
    fc.assert(
      fc.property(MAIL, (mail) => {
        const { text, fresh } = readablePlain(mail);
        expect(readablePlain(text).text).toBe(text);
        expect(readablePlain(text).fresh).toBe(fresh);
      }),
      { numRuns: 300 },
    );
  });
});

test('line ends of every kind become LF', () => {
  expect(readablePlain('\r\n\na  \r\nb\rc\u2028d\n\n').text).toBe('a\nb\nc\nd');
});

test('a body of very many lines is cut, and says so', () => {
  const { text } = readablePlain('a\n'.repeat(100_000));
  expect(text.length).toBeLessThan(101_000);
  expect(text.endsWith('a\n[…]')).toBe(true);
});

/** Bodies that make a careless pattern try every way to split them. */
const HEAVY: Readonly<Record<string, string>> = {
  'one long line': 'a',
  'blanks in one line': ' ',
  'quote marks in one line': '> ',
  'dashes in one line': '-',
  'addresses in one line': 'a@b <',
  attributions: 'On Jan 5, 2024, at 3:20 PM, Romeo <r@example.net> wrote:\n',
  'attributions with answers': 'On Jan 5, 2024, at 3:20 PM, Romeo <r@e.net> wrote:\n> a\nb\n',
  'almost attributions': `${'1/1 '.repeat(90)}:\n`,
  headers: 'From: a\n',
  'almost headers': 'From: a\nTo: b\nNo\nNo\n',
  delimiters: 'a\n\n---\n',
  'sent from': 'a\nSent from my iPhone\nb\n',
  frames: `--${'a -'.repeat(30)}x\n`,
  'empty lines': '\n',
};

describe('four times as much takes about four times as long', () => {
  test.each(Object.entries(HEAVY))('%s', (_, part) => {
    const quarter = part.repeat(Math.ceil(64_000 / part.length));
    readablePlain(quarter);
    const one = cpuOf(() => readablePlain(quarter));
    const four = cpuOf(() => readablePlain(quarter.repeat(4)));
    // A quadratic pattern would need sixteen times as long. The rest is noise of short runs.
    expect(four).toBeLessThan(10 * one + 30_000);
  });
});

/** Microseconds of processor, the least of some runs. */
function cpuOf(work: () => void): number {
  const runs = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...runs);
}
