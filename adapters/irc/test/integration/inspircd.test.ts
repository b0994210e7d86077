import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { WHOX_FIELDS } from '../../wire/reading.ts';
import { PACES, type Pace } from '../../wire/throttle.ts';
import { type InspircdServer, startInspircd } from '../peers/inspircd.ts';
import { connected, registered, waiting } from '../wire-subject.ts';

let server: InspircdServer;
beforeAll(async () => {
  server = await startInspircd();
});
afterAll(() => server.stop());

it('switches on what the server can', async () => {
  const { wire } = await registered(server, 'alice');
  const enabled = [
    ...['account-notify', 'account-tag', 'away-notify', 'batch', 'chghost', 'echo-message'],
    ...['extended-join', 'labeled-response', 'message-tags', 'multi-prefix', 'server-time'],
    'userhost-in-names',
  ];
  expect(enabled.filter((name) => !wire.has(name))).toEqual([]);
  expect(wire.features).toMatchObject({ network: 'Tests', whox: true, caseMapping: 'rfc1459' });
});

it('gets the msgid of its own text, by its label', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  const outcome = await alice.wire.sendText('bob', 'Good morning', waiting());
  const message = await bob.told.next('message');
  expect(message).toMatchObject({ from: { nick: 'alice', user: 'user' }, text: 'Good morning' });
  expect(message.id).toMatch(/./);
  expect(message.at).toBeGreaterThan(0);
  expect(outcome).toEqual({ is: 'taken', id: message.id, at: message.at });
  expect(alice.told.count('message')).toBe(0);
});

it('knows the error of each of several texts to the same channel', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  bob.wire.send('JOIN', '#calm');
  await bob.told.next('names');
  bob.wire.send('MODE', '#calm', '+mn');
  await bob.told.next('mode', ({ changes }) => changes.some(({ mode }) => mode === 'm'));
  alice.wire.send('JOIN', '#calm');
  await alice.told.next('names');
  const first = await alice.wire.sendText('#calm', 'may I?', waiting());
  expect(first).toMatchObject({ is: 'refused', error: { code: 404, target: '#calm' } });
  bob.wire.send('MODE', '#calm', '+v', 'alice');
  await alice.told.next('mode', ({ changes }) => changes.some(({ param }) => param === 'alice'));
  expect(await alice.wire.sendText('#calm', 'I may', waiting('action'))).toMatchObject({
    is: 'taken',
  });
  expect(await alice.wire.sendText('nobody', 'hello?', waiting())).toMatchObject({
    is: 'refused',
    error: { code: 401 },
  });
});

it('acknowledges by echo where the server has no labels', async () => {
  const plain = await startInspircd({ without: ['ircv3_labeledresponse'] });
  onTestFinished(() => plain.stop());
  const alice = await registered(plain, 'alice');
  const bob = await registered(plain, 'bob');
  expect(alice.wire.has('labeled-response')).toBe(false);
  const [one, two, lost] = await Promise.all([
    alice.wire.sendText('bob', 'one', waiting()),
    alice.wire.sendText('bob', 'two', waiting()),
    alice.wire.sendText('nobody', 'three', waiting()),
  ]);
  const [first, second] = [await bob.told.next('message'), await bob.told.next('message')];
  expect([one, two]).toEqual([
    { is: 'taken', id: first.id, at: first.at },
    { is: 'taken', id: second.id, at: second.at },
  ]);
  expect(lost).toMatchObject({ is: 'refused', error: { code: 401 } });
});

it('knows that a text was taken which a filter has changed', async () => {
  const filtering = await startInspircd({
    modules: ['censor'],
    settings: '<badword text="darn" replace="****">',
    without: ['ircv3_labeledresponse'],
  });
  onTestFinished(() => filtering.stop());
  const alice = await registered(filtering, 'alice');
  const bob = await registered(filtering, 'bob');
  bob.wire.send('MODE', 'bob', '+G');
  await bob.told.next('mode');
  const outcome = await alice.wire.sendText('bob', 'well darn', waiting());
  const message = await bob.told.next('message');
  expect(message.text).toBe('well ****');
  expect(outcome).toEqual({ is: 'taken', id: message.id, at: message.at });
});

it('is told all signs and addresses of those in a channel', async () => {
  const alice = await registered(server, 'alice');
  alice.wire.send('JOIN', '#ranks');
  await alice.told.next('names');
  alice.wire.send('MODE', '#ranks', '+v', 'alice');
  await alice.told.next('mode', ({ changes }) => changes.some(({ param }) => param === 'alice'));
  const bob = await registered(server, 'bob');
  bob.wire.send('JOIN', '#ranks');
  const { members } = await bob.told.next('names');
  expect(members).toContainEqual({ nick: 'alice', modes: 'ov', user: 'user', host: '127.0.0.1' });
});

it('sees who is away, and who somebody is', async () => {
  const alice = await registered(server, 'alice');
  const bob = await registered(server, 'bob');
  for (const { wire, told } of [alice, bob]) {
    wire.send('JOIN', '#away');
    await told.next('names');
  }
  bob.wire.send('AWAY', 'at lunch');
  expect(await alice.told.next('away')).toEqual({ is: 'away', nick: 'bob', text: 'at lunch' });
  alice.wire.send('WHO', '#away', WHOX_FIELDS);
  expect(await alice.told.next('person', ({ who }) => who.nick === 'bob')).toEqual({
    is: 'person',
    who: { nick: 'bob', user: 'user', host: '127.0.0.1' },
    away: true,
  });
  bob.wire.send('AWAY');
  expect(await alice.told.next('away')).toEqual({ is: 'away', nick: 'bob' });
});

it('speaks TLS with a server that it can verify, and with no other', async () => {
  const { certificate, tlsPort } = server;
  const at = { host: 'localhost', port: tlsPort };
  const trusting = await registered(server, 'alice', {
    endpoint: { ...at, tls: { ca: certificate } },
  });
  expect(trusting.wire.isRegistered).toBe(true);
  const wary = connected(server, 'bob', { endpoint: { ...at, tls: {} } });
  expect(await wary.told.next('closed')).toMatchObject({ why: 'untrusted' });
});

it('knows a ban from a pause that a server wants', async () => {
  const banning = await startInspircd({ settings: '<badip ipmask="127.0.0.1" reason="Spam">' });
  onTestFinished(() => banning.stop());
  const banned = connected(banning, 'alice');
  expect(await banned.told.next('closed')).toMatchObject({ why: 'banned' });
  const slow = await startInspircd({
    modules: ['connectban'],
    settings: '<connectban threshold="2" duration="10m" bootwait="0s">',
  });
  onTestFinished(() => slow.stop());
  const endings: string[] = [];
  while (endings.length < 10 && !endings.includes('too-fast')) {
    const { wire, told } = connected(slow, 'alice');
    const ended = told.next('closed');
    void told.next('registered').then(() => wire.quit('bye'));
    endings.push((await ended).why);
  }
  expect(endings[0]).toBe('quit');
  expect(endings.at(-1)).toBe('too-fast');
});

it('is not thrown out for 200 lines at the right pace, and is at none', {
  timeout: 150_000,
}, async () => {
  const strict = await startInspircd({ flood: { perSecond: 30, burst: 20 } });
  onTestFinished(() => strict.stop());
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index} of many`);
  const outcomesOf = async (pace: Pace) => {
    const { wire, told } = await registered(strict, 'alice', { pace });
    wire.send('JOIN', '#flood');
    await told.next('names');
    const outcomes = await Promise.all(
      lines.map((line) => wire.sendText('#flood', line, waiting())),
    );
    return { outcomes: outcomes.map(({ is }) => is), told, wire };
  };
  const paced = await outcomesOf({ burst: 4, perSecond: 10 });
  expect(paced.outcomes).toEqual(lines.map(() => 'taken'));
  paced.wire.quit('bye');
  await paced.told.next('closed', ({ why }) => why === 'quit');
  const unpaced = await outcomesOf(PACES.none);
  expect(unpaced.outcomes).toContain('unsent');
  expect(await unpaced.told.next('closed')).toMatchObject({ why: 'flood' });
});

it('gives a split of the network as few events, and loses nobody', async () => {
  const names = ['one.example', 'two.example'] as const;
  const one = await startInspircd({ name: names[0], linkFrom: names[1] });
  const two = await startInspircd({
    name: names[1],
    linkTo: { name: names[0], linkPort: one.linkPort },
  });
  onTestFinished(async () => {
    await two.stop();
    await one.stop();
  });
  const here = await registered(one, 'here');
  here.wire.send('JOIN', '#bridge');
  await here.told.next('names');
  const there = Array.from({ length: 40 }, (_, index) => `there${index}`);
  const joined = await Promise.all(there.map((nick) => registered(two, nick)));
  for (const { wire } of joined) wire.send('JOIN', '#bridge');
  for (const nick of there) await here.told.next('joined', ({ from }) => from.nick === nick);
  await two.kill('SIGKILL');
  const gone: string[] = [];
  while (gone.length < there.length) {
    const split = await here.told.next('split');
    expect(split.words).toMatch(/one\.example two\.example/);
    gone.push(...split.gone.map(({ nick }) => nick));
  }
  expect(gone.sort()).toEqual([...there].sort());
  expect(here.told.count('split')).toBeLessThan(there.length / 4);
  expect(here.told.count('quit')).toBe(0);
});
