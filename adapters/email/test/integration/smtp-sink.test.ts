import type { DeliveryError } from 'postern/adapter';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ComposedMail, compose } from '../../compose.ts';
import type { MailAddress } from '../../mail-address.ts';
import { RECIPIENT, relayTo, SENDER, type Sending, send } from '../unit/relay/on-relay.ts';
import { SmtpSink } from './smtp-sink.ts';

async function sinking(...flags: string[]) {
  const sink = await SmtpSink.start(...flags);
  onTestFinished(() => sink.close());
  return { sink, ...relayTo(sink.port) };
}

const mail = async (text: string): Promise<ComposedMail> =>
  await compose({
    from: { name: 'Juliet', address: 'juliet@mail.example.org' as MailAddress },
    to: RECIPIENT,
    subject: 'Good night',
    messageId: '01JDFN2Y7E8T9W0QX3Z5V6B4KC@mail.example.org',
    date: Date.UTC(2026, 10, 22),
    references: [],
    text,
  });

test('a mail arrives as it was written, for its one recipient', async () => {
  const { sink, relay } = await sinking();
  const message = await mail('hi\n.\nMAIL FROM:<evil@e.test>\n..\nGood night');
  const { accepted } = await send(relay, { message });
  expect(accepted?.reply).toMatch(/^250 2\.0\.0 /);
  const [dump = ''] = sink.mails;
  expect(dump.match(/^X-Rcpt-Args: .*$/gm)).toEqual([expect.stringContaining(`<${RECIPIENT}>`)]);
  expect(dump).toContain(`X-Mail-Args: <${SENDER}>`);
  expect(dump).toContain(String(message).replaceAll('\r\n', '\n'));
  expect(sink.mails).toHaveLength(1);
});

test('hundreds arrive, each once', async () => {
  const { sink, relay } = await sinking();
  const numbers = Array.from({ length: 400 }, (_, number) => number);
  const ends = await Promise.all(
    numbers.map(async (number) => await send(relay, { message: await mail(`number ${number};`) })),
  );
  expect(ends.filter(({ accepted }) => accepted !== undefined)).toHaveLength(400);
  const arrived = sink.mails.map((dump) => Number(/^number (\d+);$/m.exec(dump)?.[1]));
  expect(arrived.sort((a, b) => a - b)).toEqual(numbers);
});

const verdictOf = ({ error }: Sending): DeliveryError['verdict'] | undefined => error?.verdict;
const LATER = { kind: 'later' };
const PAUSED = { kind: 'later', scope: 'transport' };
const NEVER = { kind: 'never', refusal: expect.objectContaining({ type: 'cancel' }) };
const UNKNOWN = { kind: 'unknown-outcome' };

describe.each([
  { at: 'connect', hard: PAUSED, soft: PAUSED, gone: PAUSED },
  { at: 'mail', hard: NEVER, soft: LATER, gone: LATER },
  { at: 'rcpt', hard: NEVER, soft: LATER, gone: LATER },
  { at: 'data', hard: NEVER, soft: LATER, gone: LATER },
  { at: '.', hard: NEVER, soft: LATER, gone: UNKNOWN },
])('at $at', ({ at, hard, soft, gone }) => {
  test.each([
    ['5xx', '-f', hard],
    ['4xx', '-r', soft],
    ['421', '-Q', PAUSED],
    ['a lost connection', '-q', gone],
  ])('%s', async (_what, flag, expected) => {
    const { relay } = await sinking(flag, at);
    const sending = await send(relay, { message: await mail('Good night') });
    expect(verdictOf(sending)).toEqual(expected);
    expect(sending.left).toBe(at === '.' ? 1 : 0);
  });
});

test('without pipelining and ESMTP it is the same', async () => {
  for (const flag of ['-p', '-e', '-N']) {
    const { sink, relay } = await sinking(flag);
    expect((await send(relay, { message: await mail('Good night') })).accepted, flag).toEqual({
      reply: expect.stringContaining('250'),
      dsn: flag === '-p',
    });
    expect(sink.mails).toHaveLength(1);
  }
});
