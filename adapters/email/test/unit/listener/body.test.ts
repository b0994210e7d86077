import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Body, Budget } from '../../../listener/body.ts';
import { BARE_LINE_END, FULL, TOO_BIG } from '../../../listener/reply.ts';

const MIB = 1024 * 1024;

async function collect(chunks: Iterable<string>, budget: Budget, maxBytes = 30 * MIB) {
  const body = new Body(budget, maxBytes);
  const stream = new PassThrough();
  const read = body.read(stream);
  for (const chunk of chunks) stream.write(chunk, 'latin1');
  stream.end();
  return { body, result: await read };
}

function* repeated(chunk: string, times: number): Generator<string> {
  for (let index = 0; index < times; index += 1) yield chunk;
}

describe('a body', () => {
  test.each([
    [1, 0],
    [1, 4095],
    [1, 4096],
    [1, 4097],
    [7, 100_000],
    [65_536, 3 * MIB],
  ])('in chunks of %d is the same bytes, all %d of them', async (size, length) => {
    const text = Array.from({ length }, (_, index) => String.fromCharCode(32 + (index % 200))).join(
      '',
    );
    const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const { result } = await collect(chunks, new Budget(30 * MIB));
    expect(Buffer.isBuffer(result) && result.toString('latin1') === text).toBe(true);
  });

  test('in single bytes takes no more than twice its size', async () => {
    const budget = new Budget(10 * MIB);
    const { body } = await collect(repeated('x', 500_000), budget);
    expect(10 * MIB - budget.left).toBeLessThanOrEqual(1_000_000);
    body.release();
    body.release();
    expect(budget.left).toBe(10 * MIB);
  });

  test.each([
    ['there is no room for', FULL, 'x', 3 * MIB, 2 * MIB],
    ['is too big', TOO_BIG, 'x', 2 * MIB, 30 * MIB],
    ['has a lone CR', BARE_LINE_END, '\rx', 30 * MIB, 30 * MIB],
    ['has a lone LF', BARE_LINE_END, 'x\n', 30 * MIB, 30 * MIB],
  ])(
    'that %s is refused, and holds no memory until its end',
    async (_, refusal, text, most, room) => {
      const budget = new Budget(room);
      const body = new Body(budget, most);
      const stream = new PassThrough();
      const read = body.read(stream);
      for (const chunk of repeated(text.padEnd(MIB / 4, 'x'), 12)) stream.write(chunk, 'latin1');
      expect(budget.left).toBe(room);
      stream.end('\r\n');
      expect(await read).toBe(refusal);
    },
  );

  test('whose connection is gone is no body', async () => {
    for (const error of [undefined, new Error('reset')]) {
      const stream = new PassThrough();
      const read = new Body(new Budget(MIB), MIB).read(stream);
      stream.write('From: a@b.example\r\n\r\n');
      stream.destroy(error);
      await expect(read).rejects.toThrow();
    }
  });
});
