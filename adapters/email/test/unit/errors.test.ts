import fc from 'fast-check';
import { STANZA_CONDITIONS } from 'postern/adapter';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../errors.ts';

const recipient = 'bob@example.com';

test.each([
  ['5.1.1', 'item-not-found', 'cancel', 'this mailbox does not exist'],
  ['5.1.2', 'remote-server-not-found', 'cancel', 'there is no such mail domain'],
  ['5.1.6', 'gone', 'cancel', 'this mailbox has moved'],
  ['5.1.10', 'remote-server-not-found', 'cancel', 'this domain takes no mail'],
  ['5.2.1', 'recipient-unavailable', 'cancel', 'this mailbox is closed'],
  ['5.2.2', 'resource-constraint', 'wait', 'this mailbox is full'],
  ['4.2.2', 'resource-constraint', 'wait', 'this mailbox is full'],
  ['5.3.4', 'not-acceptable', 'modify', 'it is too large for a server on the way'],
  ['4.4.1', 'remote-server-timeout', 'wait', 'their server did not answer'],
  ['4.4.7', 'remote-server-timeout', 'wait', 'their server did not take it in time'],
  ['5.4.4', 'remote-server-not-found', 'cancel', 'no way to their server is known'],
  ['5.7.1', 'policy-violation', 'cancel', 'their server does not allow it'],
  ['5.7.2', 'forbidden', 'cancel', 'only members may write to this list'],
  ['5.7.26', 'policy-violation', 'cancel', 'their server could not prove who sent it'],
  ['4.7.28', 'resource-constraint', 'wait', 'their server takes no more mail now'],
])('%s is %s (%s)', (status, condition, type, reason) => {
  const text = `Not delivered to bob@example.com: ${reason} (550 ${status}).`;
  expect(refusalOf({ status, reply: 550, recipient })).toEqual({ condition, type, text });
});

test('a status that nobody knows is told by its subject', () => {
  const conditions = ['5.1.99', '5.2.99', '5.3.99', '5.4.99', '5.6.99', '5.7.99'].map(
    (status) => refusalOf({ status, recipient }).condition,
  );
  expect(conditions).toEqual([
    'item-not-found',
    'recipient-unavailable',
    'service-unavailable',
    'remote-server-timeout',
    'not-acceptable',
    'policy-violation',
  ]);
});

test.each([
  [{ reply: 553 }, 'item-not-found', 'this mailbox does not exist (553).'],
  [{ reply: 554 }, 'undefined-condition', 'their server refused it (554).'],
  [{}, 'undefined-condition', 'their server refused it.'],
  [{ status: '5.0.0', reply: 550 }, 'undefined-condition', 'their server refused it (550 5.0.0).'],
  [{ status: 'nonsense' }, 'undefined-condition', 'their server refused it.'],
])('%j is %s', (failure, condition, end) => {
  expect(refusalOf({ ...failure, recipient })).toMatchObject({
    condition,
    text: `Not delivered to bob@example.com: ${end}`,
  });
});

describe('the words of a server', () => {
  test('are told where its codes tell nothing', () => {
    const words = 'we "know" you';
    expect(refusalOf({ reply: 554, words, recipient }).text).toBe(
      'Not delivered to bob@example.com: their server says "we \'know\' you" (554).',
    );
  });

  test('and not where they do', () => {
    const { text } = refusalOf({ status: '5.1.1', words: 'go away', recipient });
    expect(text).not.toContain('go away');
  });

  test('give way, too, and leave something of the recipient', () => {
    const failure = { reply: 554, words: 'no '.repeat(60), recipient: 'b'.repeat(70) };
    const { text } = refusalOf(failure);
    expect(text).toHaveLength(120);
    expect(text).toMatch(/^Not delivered to b{20,}…: their server says "no no no .+…" \(554\)\.$/);
  });
});

test('who is unknown is not named', () => {
  expect(refusalOf({ status: '5.2.2' }).text).toBe('Not delivered: this mailbox is full (5.2.2).');
});

test('a long recipient gives way', () => {
  const { text } = refusalOf({
    status: '5.1.1',
    reply: 550,
    recipient: `${'b'.repeat(64)}@e.test`,
  });
  expect(text).toHaveLength(120);
  expect(text).toMatch(/^Not delivered to b+…: this mailbox does not exist \(550 5\.1\.1\)\.$/);
});

test('whatever a stranger reports is a refusal for people', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 400 });
  const failure = fc.record(
    {
      status: fc.oneof(
        anything,
        fc.tuple(fc.constantFrom(2, 4, 5), fc.nat(9), fc.nat(40)).map((digits) => digits.join('.')),
      ),
      reply: fc.integer({ min: 200, max: 599 }),
      words: anything,
      recipient: anything,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(failure, (reported) => {
      const { condition, type, text } = refusalOf(reported);
      expect(STANZA_CONDITIONS).toContain(condition);
      expect(['cancel', 'modify', 'wait']).toContain(type);
      expect(text.length).toBeLessThanOrEqual(120);
      expect(text.isWellFormed()).toBe(true);
      expect(text).toMatch(/^Not delivered\P{C}*\.$/u);
    }),
    { numRuns: 2_000 },
  );
});
