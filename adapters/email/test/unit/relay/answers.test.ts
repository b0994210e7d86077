/** What a smarthost answers, at every phase, and what it means. */

import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Phase, Script } from '../../scripted-server.ts';
import { CANARY, scripted, send } from './on-relay.ts';

const SESSION: readonly Phase[] = ['greeting', 'ehlo'];
const MAIL: readonly Phase[] = ['mail', 'rcpt', 'data', 'dot'];
/** A client that is refused EHLO tries HELO. */
const answering = (phase: Phase, reply: string): Script => ({
  answers: { [phase]: reply, ...(phase === 'ehlo' && { helo: reply }) },
});

test('a mail that is taken', async () => {
  const { server, relay, troubles } = await scripted();
  const { accepted, left } = await send(relay);
  expect(accepted).toEqual({ reply: '250 2.0.0 Ok: queued as 5B1C2', dsn: true });
  expect(left).toBe(1);
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]?.recipients).toHaveLength(1);
  expect(troubles).toEqual([]);
});

describe('4xx is tried again later', () => {
  test.each(SESSION)('at %s, and the whole transport waits', async (phase) => {
    const { relay, troubles } = await scripted(answering(phase, '450 4.3.2 not now'));
    const { error, left } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
    expect(left).toBe(0);
    expect(troubles).toEqual([]);
  });

  test.each(MAIL)('at %s, this mail alone', async (phase) => {
    const { server, relay } = await scripted(answering(phase, '451 4.7.1 greylisted'));
    const { error, left } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later' });
    expect(left).toBe(phase === 'dot' ? 1 : 0);
    expect(server.mails).toEqual([]);
  });

  test.each([...SESSION, ...MAIL])('421 at %s says that the server goes', async (phase) => {
    const { relay, troubles } = await scripted(answering(phase, '421 4.3.2 shutting down'));
    const { error } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
    expect(troubles).toEqual([]);
  });
});

describe('5xx ends it', () => {
  test.each(MAIL)('at %s, and its sender is told why', async (phase) => {
    const { server, relay, troubles } = await scripted(answering(phase, '550 5.1.1 no such user'));
    const { error, left } = await send(relay);
    expect(error?.verdict).toEqual({
      kind: 'never',
      refusal: {
        condition: 'item-not-found',
        type: 'cancel',
        text: 'Not delivered to bob@example.com: this mailbox does not exist (550 5.1.1).',
      },
    });
    expect(left).toBe(phase === 'dot' ? 1 : 0);
    expect(server.mails).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test.each(SESSION)('but at %s it is the operator who has to know', async (phase) => {
    const { relay, troubles } = await scripted(answering(phase, '554 5.7.1 you are on a list'));
    const { error } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
    expect(troubles).toEqual([expect.stringContaining('554 5.7.1')]);
    expect(troubles[0]).toContain('you are on a list');
  });

  test.each([530, 535])('and %s, whenever it comes', async (code) => {
    const { relay, troubles } = await scripted(answering('mail', `${code} 5.7.0 log in first`));
    const { error } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
    expect(troubles).toHaveLength(1);
  });

  test('503 is about the session, not about the mail', async () => {
    const { relay } = await scripted(answering('mail', '503 5.5.1 out of order'));
    const { error } = await send(relay);
    expect(error?.verdict).toEqual({ kind: 'later' });
  });

  test('without a status its words are told to the sender', async () => {
    const { relay } = await scripted(answering('rcpt', '554 we know you'));
    const { error } = await send(relay);
    expect(error?.verdict).toMatchObject({
      refusal: { text: 'Not delivered to bob@example.com: their server says "we know you" (554).' },
    });
  });
});

test('without PIPELINING all of it holds as well', async () => {
  for (const phase of MAIL) {
    const { relay } = await scripted({ ...answering(phase, '550 5.7.1 no'), offers: ['DSN'] });
    expect((await send(relay)).verdict, phase).toBe('never');
  }
  const { server, relay } = await scripted({ offers: [] });
  expect((await send(relay)).accepted).toEqual({ reply: expect.any(String), dsn: false });
  expect(server.mails[0]?.mail).not.toMatch(/RET|SIZE/);
});

test('a server that knows no EHLO is spoken to without it', async () => {
  const { server, relay } = await scripted({ answers: { ehlo: '502 5.5.1 what?' } });
  expect((await send(relay)).accepted).toMatchObject({ dsn: false });
  expect(server.mails).toHaveLength(1);
});

test('an answer that is none before the content is "later", after it the outcome is unknown', async () => {
  const before = await scripted(answering('data', '250 go on'));
  expect(await send(before.relay)).toMatchObject({ verdict: 'later', left: 0 });
  expect(before.server.mails).toEqual([]);
  for (const reply of ['354 more', 'what?', '']) {
    const after = await scripted({
      answers: { dot: (socket) => socket.end(`${reply}\r\n`) },
    });
    expect(await send(after.relay), reply).toMatchObject({ verdict: 'unknown-outcome', left: 1 });
  }
});

test('neither an address nor the mail is in what the operator reads', async () => {
  const words = `<bob@example.com>: ${CANARY} bob@example.com`;
  for (const phase of [...SESSION, ...MAIL]) {
    // Before the content the server can not know the text: there its words are repeated.
    const said = phase === 'dot' ? words : words.replace(CANARY, 'no');
    const { relay, troubles } = await scripted(answering(phase, `550 ${said}`));
    const { error } = await send(relay);
    const told = `${error?.message} ${error?.stack} ${inspect(error?.cause)} ${troubles}`;
    expect(told, phase).not.toContain(CANARY);
    expect(told, phase).not.toContain('bob@example.com');
  }
});
