/** A server may fill its lines with anything: what takes the square of a length would stop the gateway. */

import { expect, it } from 'vitest';
import { plainText, styledText } from '../../text/formatting.ts';
import { splitText } from '../../text/split.ts';
import { charsetOf } from '../../wire/charset.ts';
import { EndCause } from '../../wire/ending.ts';
import { Transport } from '../../wire/transport.ts';
import { scriptedServer } from '../scripted-server.ts';

const LINE = 16_000;
const PIECES = [
  ...[
    ' ',
    '\r',
    '\u2028',
    'max ',
    'max\u2028',
    'server full',
    'Closing Link: ',
    '@',
    '(',
    ')',
    '[',
  ],
  ...['\x02', '\x03', '\x0399,99', '\x02\x1d', '*', '*a ', '_', '`', '\u0301', '\ud800', '\u202e'],
];

const WAYS: Readonly<Record<string, (line: string) => unknown>> = {
  'a line with its styles': styledText,
  'a line without': plainText,
  'a text to be cut': (text) => splitText(text, { bytes: 400, parts: 10 }),
  'the words of an end': (words) => new EndCause().said(words),
};

it.each(Object.entries(WAYS))('%s takes time that grows with its length alone', (_, way) => {
  const slow = PIECES.filter((piece) => {
    const line = (length: number) => `${piece.repeat(length / piece.length)}x`;
    const short = cpuOf(() => way(line(LINE)));
    if (short < 2_000) return false;
    // Quadratic, it would be 16 times as much.
    return cpuOf(() => way(line(4 * LINE))) > 10 * short + 10_000;
  });
  expect(slow).toEqual([]);
});

it('reads lines that are full of CR as quickly as others', async () => {
  const cost = async (char: string): Promise<number> => {
    const server = await scriptedServer();
    const { promise: ended, resolve } = Promise.withResolvers<unknown>();
    const before = process.cpuUsage();
    new Transport({ ...server, tls: false }, charsetOf(undefined), {
      opened: () => {},
      line: () => {},
      turn: () => {},
      closed: resolve,
    });
    const side = await server.accepted();
    for (let count = 0; count < 30; count++) side.raw(`${char.repeat(LINE)}x\r\n`);
    side.hangUp();
    await ended;
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  await cost('x');
  const usual = await cost('x');
  // With a pattern for the last ones it was 200 times as much.
  expect(await cost('\r')).toBeLessThan(10 * usual + 200_000);
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
