import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asksForAll, bounded, inMessages } from '../../../src/inbound/full.ts';

const MIB = 1024 * 1024;

describe('the word', () => {
  it.each(['full', 'Full', ' FULL\n'])('is %j', (text) => expect(asksForAll(text)).toBe(true));
  it.each(['full!', 'in full', 'ful', 'full full', ''])('is not %j', (text) =>
    expect(asksForAll(text)).toBe(false),
  );
});

describe('what is kept', () => {
  it('is the text as it is, to a mebibyte', () => {
    const text = 'é'.repeat(MIB / 2);
    expect(bounded(text)).toBe(text);
  });

  it('ends before the character that would be too much, and says so', () => {
    const [kept, mark, ...rest] = bounded(`a${'é'.repeat(MIB / 2)}`).split('\n');
    expect(kept).toBe(`a${'é'.repeat(MIB / 2 - 1)}`);
    expect(mark).toContain('longer than what is kept');
    expect(rest).toEqual([]);
  });
});

describe('what is sent', () => {
  it('is one message where it fits, without a number', () => {
    const text = 'x'.repeat(16 * 1024);
    expect(inMessages(text)).toEqual([text]);
  });

  it('is cut between lines, and numbered', () => {
    const line = `${'word '.repeat(20)}\n`;
    const messages = inMessages(line.repeat(400));
    expect(messages).toHaveLength(3);
    expect(messages.map((message) => message.split('\n')[0])).toEqual(['(1/3)', '(2/3)', '(3/3)']);
    for (const message of messages) expect(message.endsWith('word ')).toBe(true);
  });

  it('is complete, whatever it is, and no message is too long or broken', () => {
    const paragraph = fc
      .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 9 }), fc.nat(4_000))
      .map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(fc.array(paragraph, { minLength: 1, maxLength: 5 }), (paragraphs) => {
        const text = paragraphs.join('\n').toWellFormed();
        const messages = inMessages(text);
        for (const message of messages) {
          expect(Buffer.byteLength(message)).toBeLessThanOrEqual(16 * 1024);
          expect(text.includes('\ufffd') || !message.includes('\ufffd')).toBe(true);
        }
        const bodies = messages.length === 1 ? messages : messages.map(withoutNumber);
        expect(bodies.join('').replaceAll('\n', '')).toBe(text.replaceAll('\n', ''));
      }),
      { numRuns: 50 },
    );
  });
});

function withoutNumber(message: string): string {
  return message.slice(message.indexOf('\n') + 1);
}
