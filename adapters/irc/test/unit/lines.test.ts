import fc from 'fast-check';
import type { MessageId, OutboundMessage, PeerId } from 'postern/adapter';
import { describe, expect, it } from 'vitest';
import { assess } from '../../assess.ts';
import { linesOf, saidBy } from '../../lines.ts';
import { encodeCtcp, encodeLine } from '../../wire/line.ts';

const RULES = { styling: true, maxLines: 10 };

function message(text: string): OutboundMessage {
  return {
    ...{ kind: 'message', id: '01' as MessageId, peer: 'bob%test' as PeerId, text },
    ...{ wantsReceipt: false, acceptedAt: 0 },
  };
}

describe('a text', () => {
  it.each([
    ['Good morning', 'message', ['Good morning'], undefined],
    ['/me waves', 'action', ['waves'], undefined],
    ['a *bold* word', 'message', ['a \x02bold\x02 word'], undefined],
    ['/quote QUIT', 'message', ['/quote QUIT'], undefined],
    ['one\ntwo', 'message', ['one', 'two'], ['one', 'two']],
    ['\x01DCC SEND x 1 2 3\x01', 'message', ['DCC SEND x 1 2 3'], ['DCC SEND x 1 2 3']],
    ['/me a\nb', 'action', ['a', 'b'], ['/me a', '/me b']],
  ])('%j is a %s %j', (text, kind, parts, said) => {
    const lines = linesOf(message(text), RULES);
    expect(lines).toEqual({ kind, parts, isWhole: true });
    expect(saidBy(lines, text)).toEqual(said);
  });

  it('is always lines that can be sent, however long the way to the others', () => {
    const limits = { bytes: 512, prefix: 110, channelTypes: '#&' };
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const { kind, parts } = linesOf(message(text), { ...RULES, maxLines: 100 });
        for (const part of parts) {
          if (kind === 'action') encodeCtcp(limits, 'PRIVMSG', 'bob', 'ACTION', part);
          else encodeLine(limits, 'PRIVMSG', 'bob', part);
        }
      }),
    );
  });

  it('is refused where it would be a flood', () => {
    const refusal = (text: string) => {
      try {
        return assess(message(text), RULES).units;
      } catch (error) {
        return (error as { refusal: { condition: string } }).refusal.condition;
      }
    };
    expect(refusal('x\n'.repeat(10))).toBe(10);
    expect(refusal('x\n'.repeat(20_000))).toBe('policy-violation');
    expect(refusal('\x01\x02')).toBe('bad-request');
  });
});
