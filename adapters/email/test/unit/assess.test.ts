import type { MessageId, OutboundMessage, PeerId } from 'postern/adapter';
import { RefusedError } from 'postern/adapter';
import { expect, test } from 'vitest';
import { assess } from '../../assess.ts';

const to = (peer: string, text = 'hi'): OutboundMessage => ({
  kind: 'message',
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' as MessageId,
  peer: peer as PeerId,
  text,
  wantsReceipt: false,
  acceptedAt: 0,
});

test('a mail is one unit', () => {
  expect(assess(to('bob@example.com'), 'mail.example.org')).toEqual({ units: 1 });
  expect(assess(to('bob@example.org'), 'mail.example.org')).toEqual({ units: 1 });
});

test.each(['unverified', 'romeo@mail.example.org'])('nobody writes to %s by mail', (peer) => {
  const run = () => assess(to(peer), 'mail.example.org');
  expect(run).toThrow(RefusedError);
  try {
    run();
  } catch (error) {
    expect((error as RefusedError).refusal.text.length).toBeLessThanOrEqual(120);
  }
});

test('a subject in a text has its bound, and the text has none', () => {
  const about = (subject: string) => () =>
    assess(to('bob@example.com', `Subject: ${subject}\nHi`), 'mail.example.org');
  expect(about('x'.repeat(1_000))()).toEqual({ units: 1 });
  expect(about('x'.repeat(1_001))).toThrow(/longer than 1000 characters/);
  const text = 'x'.repeat(100_000);
  expect(assess(to('bob@example.com', text), 'mail.example.org')).toEqual({ units: 1 });
});
