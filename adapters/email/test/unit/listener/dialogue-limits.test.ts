import { PassThrough, type Readable } from 'node:stream';
import { NotKeptError, type ToKeep } from 'postern/adapter';
import { expect, test } from 'vitest';
import { config } from '../../../config.ts';
import { Budget } from '../../../listener/body.ts';
import { Dialogue } from '../../../listener/dialogue.ts';
import { Rate } from '../../../listener/limits.ts';
import type { ListenerOptions } from '../../../listener/options.ts';
import { Refusal } from '../../../listener/reply.ts';
import { DOMAIN, MAIL } from '../../listening.ts';

const MIB = 1024 * 1024;
const SESSION: Parameters<Dialogue['data']>[1] = {
  remoteAddress: '192.0.2.1',
  hostNameAppearsAs: 'far.example',
  secure: false,
  envelope: { mailFrom: false, rcptTo: [] },
};

function dialogues(keep: (what: ToKeep) => Promise<void>, mailsPerMinute = 100) {
  const budget = new Budget(MIB);
  const silent = (): void => {};
  const options: ListenerOptions = {
    config: config.parse({ listen: '127.0.0.1:0', smarthost: 'smtp://127.0.0.1:9' }),
    domain: DOMAIN,
    hostname: 'mx.mail.example',
    accepts: () => 'yes',
    intake: () => 'open',
    keep,
    signal: new AbortController().signal,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  };
  const shared = { options, budget, rate: new Rate(mailsPerMinute) };
  const begin = (): Dialogue => {
    const dialogue = new Dialogue(shared, undefined);
    dialogue.mailFrom('bob@far.example');
    dialogue.rcptTo('juliet@mail.example');
    return dialogue;
  };
  /** What is answered to a mail. */
  const take = async (stream: Readable): Promise<Refusal | undefined> => {
    let answered: Refusal | undefined;
    await begin().data(stream, SESSION, (refusal) => {
      answered = refusal;
    });
    return answered;
  };
  return { budget, shared, begin, take };
}

/** 600 KiB, of which two are more than there is room for. */
function large(): PassThrough {
  const stream = new PassThrough();
  stream.end(`${MAIL}${'x'.repeat(600 * 1024)}\r\n`);
  return stream;
}

test('a mail holds its memory until it is stored, and another one is refused for now', async () => {
  const store = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const { budget, take } = dialogues(() => {
    arrived.resolve();
    return store.promise;
  });
  const first = take(large());
  await arrived.promise;
  expect(await take(large())).toMatchObject({ responseCode: 452 });
  expect(budget.left).toBeLessThan(MIB / 2);
  store.resolve();
  expect(await first).toBeUndefined();
  expect(budget.left).toBe(MIB);
});

test.each([
  ['was not stored', () => Promise.reject(new NotKeptError('down'))],
  ['could not be stored', () => Promise.reject(new Error('disk'))],
  ['was stored', () => Promise.resolve()],
])('a mail that %s holds no memory', async (_, keep) => {
  const { budget, take } = dialogues(keep);
  await take(large());
  expect(budget.left).toBe(MIB);
});

test('a mail that broke off holds no memory', async () => {
  const { budget, take } = dialogues(() => Promise.resolve());
  const stream = new PassThrough();
  const taken = take(stream);
  stream.write(MAIL);
  stream.destroy();
  await expect(taken).rejects.toThrow('gone');
  expect(budget.left).toBe(MIB);
});

test('a network has so many mails a minute, and this machine as many as it likes', () => {
  const { shared } = dialogues(() => Promise.resolve(), 2);
  const stranger = new Dialogue(shared, '192.0.2.1');
  const replies = [1, 2, 3].map(() => stranger.mailFrom('bob@far.example'));
  expect(replies.slice(0, 2)).toEqual([undefined, undefined]);
  expect(replies[2]).toBeInstanceOf(Refusal);
  expect(replies[2]).toMatchObject({ responseCode: 450 });
  expect(new Dialogue(shared, '192.0.2.1').mailFrom('')).toMatchObject({ responseCode: 450 });
  expect(new Dialogue(shared, '192.0.2.2').mailFrom('')).toBeUndefined();
  const own = new Dialogue(shared, undefined);
  for (let count = 0; count < 10; count += 1) expect(own.mailFrom('')).toBeUndefined();
});

test('who takes too long for a mail, or has none, is slow; who waits for us is not', async () => {
  const store = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const { begin } = dialogues(() => {
    arrived.resolve();
    return store.promise;
  });
  const dialogue = begin();
  expect(dialogue.isSlowerThan(-1)).toBe(true);
  expect(dialogue.isSlowerThan(60_000)).toBe(false);
  const stream = new PassThrough();
  const taken = dialogue.data(stream, SESSION, () => {});
  expect(dialogue.isSlowerThan(-1)).toBe(true);
  stream.end(MAIL);
  await arrived.promise;
  expect(dialogue.isSlowerThan(-1)).toBe(false);
  store.resolve();
  await taken;
  expect(dialogue.isSlowerThan(-1)).toBe(true);
});
