import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { PACES } from '../../wire/throttle.ts';
import type { IrcServer } from '../peers/irc-server.ts';
import { startNgircd } from '../peers/ngircd.ts';
import { connected, registered, waiting } from '../wire-subject.ts';

let server: IrcServer;
beforeAll(async () => {
  server = await startNgircd();
});
afterAll(() => server.stop());

it('joins, and is told who is there', async () => {
  const alice = await registered(server, 'alice');
  alice.wire.send('JOIN', '#garden');
  await alice.told.next('names');
  const bob = await registered(server, 'bob');
  bob.wire.send('JOIN', '#Garden');
  const joined = await bob.told.next('joined');
  expect(joined).toMatchObject({ own: true, from: { nick: 'bob' } });
  const names = await bob.told.next('names');
  expect(names.complete).toBe(true);
  expect(names.members.map(({ nick, modes }) => [nick, modes]).sort()).toEqual([
    ['alice', 'o'],
    ['bob', ''],
  ]);
  expect(await alice.told.next('joined', ({ own }) => !own)).toMatchObject({ channel: '#Garden' });
  expect(alice.faults).toEqual([]);
});

it('takes a text for delivered when the PONG behind it comes', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  expect(await alice.wire.sendText('BOB', 'Good morning, Bob', waiting())).toEqual({ is: 'taken' });
  expect(await bob.told.next('message')).toMatchObject({
    from: { nick: 'alice' },
    own: false,
    target: 'bob',
    text: 'Good morning, Bob',
  });
  expect(await alice.wire.sendText('bob', 'waves', waiting('action'))).toEqual({ is: 'taken' });
  expect(await bob.told.next('action')).toMatchObject({ text: 'waves' });
});

it('knows an error before the PONG as the error of that text', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  bob.wire.send('JOIN', '#closed');
  await bob.told.next('names');
  bob.wire.send('MODE', '#closed', '+n');
  await bob.told.next('mode');
  const [nobody, channel, fine] = await Promise.all([
    alice.wire.sendText('nobody', 'hello?', waiting()),
    alice.wire.sendText('#closed', 'hello?', waiting()),
    alice.wire.sendText('bob', 'hello!', waiting()),
  ]);
  expect(nobody).toMatchObject({ is: 'refused', error: { code: 401, target: 'nobody' } });
  expect(channel).toMatchObject({ is: 'refused', error: { code: 404, target: '#closed' } });
  expect(fine).toEqual({ is: 'taken' });
  expect(alice.told.count('error')).toBe(0);
});

it('is told why a channel lets nobody in', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  alice.wire.send('JOIN', '#keyed');
  await alice.told.next('names');
  alice.wire.send('MODE', '#keyed', '+k', 'secret');
  await alice.told.next('mode', ({ changes }) => changes[0]?.param === 'secret');
  bob.wire.send('JOIN', '#keyed');
  expect(await bob.told.next('error')).toMatchObject({ code: 475, target: '#keyed' });
  bob.wire.send('JOIN', '#keyed', 'secret');
  expect(await bob.told.next('joined')).toMatchObject({ own: true });
});

it('takes another nick where its own is taken', async () => {
  await registered(server, 'juliet');
  const second = connected(server, 'Juliet');
  expect(await second.told.next('registered')).toEqual({ is: 'registered', nick: 'Juliet_' });
  expect(second.wire.nick).toBe('Juliet_');
  second.wire.send('NICK', 'juliet');
  expect(await second.told.next('error')).toMatchObject({ code: 433, target: 'juliet' });
  second.wire.send('NICK', 'romeo');
  expect(await second.told.next('nick')).toMatchObject({ own: true, to: 'romeo' });
  expect(second.wire.nick).toBe('romeo');
});

it('sees a kick, a topic and a part', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  alice.wire.send('JOIN', '#garden');
  await alice.told.next('names');
  bob.wire.send('JOIN', '#garden');
  await bob.told.next('names');
  alice.wire.send('TOPIC', '#garden', 'Flowers: all of them');
  expect(await bob.told.next('topic')).toEqual(
    expect.objectContaining({ channel: '#garden', text: 'Flowers: all of them' }),
  );
  alice.wire.send('KICK', '#garden', 'bob', 'no boots');
  expect(await bob.told.next('kicked')).toMatchObject({
    own: true,
    by: { nick: 'alice' },
    reason: 'no boots',
  });
  alice.wire.send('PART', '#garden', 'bye');
  expect(await alice.told.next('parted')).toMatchObject({ own: true, channel: '#garden' });
  alice.wire.quit('bye');
  expect(await alice.told.next('closed')).toMatchObject({ why: 'quit' });
});

it('fills a line to the last byte that others get', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  alice.wire.send('JOIN', '#long');
  await alice.told.next('names');
  bob.wire.send('JOIN', '#long');
  await bob.told.next('names');
  const bytes = alice.wire.textBytes('#long');
  expect(bytes).toBeGreaterThan(400);
  const text = `${'x'.repeat(bytes - 1)}!`;
  expect(await alice.wire.sendText('#long', text, waiting())).toEqual({ is: 'taken' });
  expect(await bob.told.next('message')).toMatchObject({ text });
});

it('knows why a server does not let it in', async () => {
  const strict = await startNgircd({ password: 'open sesame', maxConnections: 1 });
  onTestFinished(() => strict.stop());
  const identity = { nick: 'alice', username: 'user', realname: 'Alice' };
  const wrong = connected(strict, 'alice', { identity: { ...identity, password: 'open barley' } });
  expect(await wrong.told.next('closed')).toMatchObject({ why: 'password' });
  const right = { identity: { ...identity, password: 'open sesame' } };
  await registered(strict, 'alice', right);
  const second = connected(strict, 'alice', right);
  expect(await second.told.next('closed')).toMatchObject({ why: 'full' });
  await strict.kill('SIGTERM');
  const late = connected(strict, 'alice', right);
  expect(await late.told.next('closed')).toMatchObject({ why: 'unreachable' });
});

it('loses none of 200 lines, and is not thrown out', { timeout: 170_000 }, async () => {
  const alice = await registered(server, 'alice', { pace: PACES.relaxed });
  const bob = await registered(server, 'bob');
  alice.wire.send('JOIN', '#flood');
  await alice.told.next('names');
  bob.wire.send('JOIN', '#flood');
  await bob.told.next('names');
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index} of many`);
  const outcomes = await Promise.all(
    lines.map((line) => alice.wire.sendText('#flood', line, waiting())),
  );
  expect(outcomes.filter(({ is }) => is !== 'taken')).toEqual([]);
  await bob.told.next('message', ({ text }) => text === lines.at(-1));
  const got = bob.told.all.flatMap((event) => (event.is === 'message' ? [event.text] : []));
  expect(got).toEqual(lines);
  expect(alice.told.count('closed')).toBe(0);
});
