import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { Script } from '../../scripted-server.ts';
import { scripted, send } from './on-relay.ts';

const login = { user: 'postern', password: 'canary-password' };
const IN_BASE64 = Buffer.from(`\0${login.user}\0${login.password}`).toString('base64');
const offers = ['PIPELINING', 'AUTH LOGIN PLAIN'];
const answering = (auth: string): Script => ({ offers, answers: { auth } });

test('it logs in once for each connection', async () => {
  const { server, relay } = await scripted({ offers }, { login });
  await send(relay);
  await send(relay);
  expect(server.commands.filter((line) => line.startsWith('AUTH'))).toEqual([
    `AUTH PLAIN ${IN_BASE64}`,
  ]);
  expect(server.mails).toHaveLength(2);
});

test('a login that is refused is told to the operator, and every mail waits', async () => {
  const { server, relay, troubles } = await scripted(answering('535 5.7.8 wrong'), { login });
  const { error, left } = await send(relay);
  expect(error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
  expect(left).toBe(0);
  expect(troubles).toEqual(['the smarthost answered 535 5.7.8 to the login']);
  expect(server.commands.some((line) => line.startsWith('MAIL'))).toBe(false);
});

test('one that is refused for now is tried again, and nobody is told', async () => {
  const { relay, troubles } = await scripted(answering('454 4.7.0 later'), { login });
  expect((await send(relay)).error?.verdict).toEqual({ kind: 'later', scope: 'transport' });
  expect(troubles).toEqual([]);
});

test('a server that offers no login is told of, too', async () => {
  const { relay, troubles } = await scripted({ offers: ['X-AUTH'] }, { login });
  expect((await send(relay)).verdict).toBe('later');
  expect(troubles).toHaveLength(1);
});

test('a server that repeats the password does not bring it into any words', async () => {
  for (const code of [454, 535]) {
    const script = answering(`${code} not ${login.password}, nor AUTH PLAIN ${IN_BASE64}`);
    const { relay, troubles } = await scripted(script, { login });
    const { error } = await send(relay);
    const told = `${inspect(error, { depth: 10, showHidden: true })} ${troubles}`;
    for (const secret of [login.password, IN_BASE64]) expect(told).not.toContain(secret);
  }
});
