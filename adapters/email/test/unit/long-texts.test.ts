/** What takes the square of a length is a way to stop the gateway by one message. */

import { expect, test } from 'vitest';
import { flowed } from '../../flowed.ts';
import { readHead } from '../../listener/head.ts';
import { eventLine } from '../../mime/calendar.ts';
import { displayName } from '../../mime/file-name.ts';
import { unflow } from '../../mime/flowed.ts';
import { messageIds } from '../../mime/identifiers.ts';
import { parseMailboxes } from '../../mime/mailbox.ts';
import { decodeWords, oneLine } from '../../mime/words.ts';
import { parseReply } from '../../relay/reply.ts';
import { baseOf, splitSubject } from '../../subject.ts';
import { readableHtml, readablePlain } from '../../trim/readable.ts';

const LENGTH = 16_000;

/** Each is repeated, and ends otherwise: then a pattern may have to begin again at each of them. */
const PIECES = [
  ...[' ', '\t', '\r', '\n', '.', '/', '@', 'a@', '(', '[', '<', '"', '\\"', '"\\', '_', '>', '> '],
  ...['\u2028', '\u0301', '\u202e', '=', '=?utf-8?q?a?= ', '\r\n ', ';', ',', '<>', '&', '&amp;'],
  ...['a:\n', '-- \n', 'On 1 x:\n', 'SUMMARY\u2028', 'LOCATION\r', 'DTSTART;\u2028', 're: '],
  ...[
    'From: a\r\n',
    'Received:\r\n',
    '<a',
    '<div>',
    '<!--',
    '</',
    'a b ',
    '\u2709',
    '|',
    'http://a.',
  ],
];

const WAYS: Readonly<Record<string, (text: string) => unknown>> = {
  'a text to be sent': flowed,
  'a subject in a text': splitSubject,
  'a subject': baseOf,
  'an answer of the smarthost': parseReply,
  'a header at the door': (text) => readHead(Buffer.from(`From: a\r\n${text}\r\n\r\n`)),
  'the addresses of a header': (text) => [...parseMailboxes(text)],
  'the ids of a header': messageIds,
  'the words of a header': (text) => oneLine(decodeWords(text)),
  'the name of a file': (text) => displayName(text, 'text/plain'),
  'a flowed text': (text) => unflow(text, true),
  'a plain text': (text) => readablePlain(text),
  'a page': (text) => readableHtml(text),
  'an invitation': (text) => eventLine(`BEGIN:VEVENT\n${text}`),
};

test.each(Object.entries(WAYS))('%s takes time that grows with its length alone', (_, way) => {
  const slow = PIECES.filter((piece) => {
    const text = (length: number) => `${piece.repeat(length / piece.length)}x`;
    const short = cpuOf(() => way(text(LENGTH)));
    // What is so quick is not measured again: the square of it is not much, either.
    if (short < 5_000) return false;
    // Quadratic, it would be 16 times as much. The rest is noise of short runs.
    return cpuOf(() => way(text(4 * LENGTH))) > 10 * short + 10_000;
  });
  expect(slow).toEqual([]);
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
