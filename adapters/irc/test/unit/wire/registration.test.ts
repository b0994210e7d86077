import { describe, expect, it } from 'vitest';
import type { Identity } from '../../../wire/registration.ts';
import { scriptedServer } from '../../scripted-server.ts';
import { connected } from '../../wire-subject.ts';

const identity: Identity = { nick: 'me', username: 'user', realname: 'Me' };
const login = { account: 'juliet', password: 'wherefore art thou' };

async function begun(options: Partial<Identity> = {}, host?: string) {
  const place = await scriptedServer();
  const subject = connected({ ...place, host: host ?? place.host }, 'me', {
    identity: { ...identity, ...options },
  });
  return { ...subject, server: await place.accepted() };
}

describe('a server', () => {
  it('that knows nothing but RFC 2812 lets us in', async () => {
    const { told, server, wire } = await begun({ password: 'of the server' });
    expect(await server.next(/./)).toBe('PASS :of the server');
    expect(await server.next(/./)).toBe('CAP LS :302');
    expect(await server.next(/./)).toBe('NICK me');
    await server.welcome('me');
    expect(await told.next('registered')).toEqual({ is: 'registered', nick: 'me' });
    expect(wire.isRegistered).toBe(true);
  });

  it('may shorten the nick', async () => {
    const { told, server, wire } = await begun();
    await server.welcome('m');
    expect(await told.next('registered')).toEqual({ is: 'registered', nick: 'm' });
    expect(wire.nick).toBe('m');
  });

  it('offers what it can over several lines, and adds and takes away later', async () => {
    const { told, server, wire } = await begun();
    await server.next(/^USER/);
    server.say(
      ':s CAP * LS * :multi-prefix sasl=PLAIN tls',
      ':s CAP * LS :server-time echo-message=x draft/what',
    );
    expect(await server.next(/^CAP/)).toBe('CAP REQ :echo-message multi-prefix server-time');
    server.say(':s CAP me ACK :echo-message multi-prefix server-time');
    await server.next(/^CAP END$/);
    server.say(':s 001 me :Welcome', ':s 422 me :No message');
    await told.next('registered');
    expect(wire.has('echo-message')).toBe(true);
    server.say(':s CAP me DEL :echo-message', ':s CAP me NEW :away-notify draft/what');
    expect(await server.next(/^CAP/)).toBe('CAP REQ :away-notify');
    server.say(':s CAP me ACK :away-notify');
    await server.barrier();
    expect(['echo-message', 'away-notify'].map((name) => wire.has(name))).toEqual([false, true]);
  });

  it('that refuses a request is asked for each thing alone', async () => {
    const { server, wire, told } = await begun();
    await server.next(/^USER/);
    server.say(':s CAP * LS :batch chghost');
    await server.next(/^CAP REQ :batch chghost$/);
    server.say(':s CAP * NAK :batch chghost');
    await server.next(/^CAP REQ :batch$/);
    await server.next(/^CAP REQ :chghost$/);
    server.say(':s CAP * NAK :batch', ':s CAP * ACK :chghost ');
    await server.next(/^CAP END$/);
    server.say(':s 001 me :Welcome', ':s 376 me :End');
    await told.next('registered');
    expect([wire.has('batch'), wire.has('chghost')]).toEqual([false, true]);
  });
});

describe('a log-in', () => {
  it('is by SASL PLAIN, in pieces of 400', async () => {
    const password = 'x'.repeat(600);
    const { told, server } = await begun({ login: { account: 'juliet', password } });
    await server.next(/^USER/);
    server.say(':s CAP * LS :sasl=EXTERNAL,PLAIN');
    await server.next(/^CAP REQ :sasl$/);
    server.say(':s CAP * ACK :sasl');
    await server.next(/^AUTHENTICATE PLAIN$/);
    server.say('AUTHENTICATE +');
    const pieces = [];
    for (let piece = 400; piece === 400; ) {
      const line = (await server.next(/^AUTHENTICATE/)).split(' ')[1] ?? '';
      piece = line.length;
      pieces.push(line === '+' ? '' : line);
    }
    const response = Buffer.from(pieces.join(''), 'base64').toString();
    expect(response).toBe(`\0juliet\0${password}`);
    server.say(':s 900 me me!u@h juliet :You are in', ':s 903 me :Success');
    await server.next(/^CAP END$/);
    server.say(':s 001 me :Welcome', ':s 376 me :End');
    expect(await told.next('registered')).toEqual({
      is: 'registered',
      nick: 'me',
      account: 'juliet',
    });
  });

  it.each([
    ['is refused', [':s CAP * ACK :sasl', 'AUTHENTICATE +', ':s 904 me :Wrong password']],
    ['is by something else', [':s CAP * ACK :sasl', 'AUTHENTICATE bm9uY2U=']],
    ['is not offered', [':s CAP * NAK :sasl']],
    ['is left out', [':s 001 me :Welcome']],
  ])('ends the connection if it %s', async (_, answers) => {
    const { told, server } = await begun({ login });
    await server.next(/^USER/);
    server.say(':s CAP * LS :sasl', ...answers);
    expect(await told.next('closed')).toMatchObject({ why: 'login' });
    expect(told.count('registered')).toBe(0);
  });

  it('is not tried where the server names other mechanisms only', async () => {
    const { told, server } = await begun({ login });
    await server.next(/^USER/);
    server.say(':s CAP * LS :sasl=EXTERNAL', ':s CAP * ACK :sasl');
    expect(await told.next('closed')).toMatchObject({ why: 'login' });
    expect(server.lines.join()).not.toContain('AUTHENTICATE');
  });

  it('sends no password where others can read it', async () => {
    // Leads to this machine, but is none of its names.
    const { told, server } = await begun({ login, password: 'secret' }, '0.0.0.0');
    expect(await told.next('closed')).toMatchObject({ why: 'insecure' });
    expect(server.lines).toEqual([]);
    // A log-in that is in the wrong place is no matter of those who have none.
    const alone = await begun({ login }, '0.0.0.0');
    expect(await alone.told.next('closed')).toMatchObject({ why: 'login' });
    expect(alone.server.lines).toEqual([]);
  });
});

describe('a nick that is taken', () => {
  it('gets something added, three times at most', async () => {
    const { told, server } = await begun();
    await server.next(/^USER/);
    server.say(':s 433 * me :Nickname is already in use');
    await server.next(/^NICK me_$/);
    server.say(':s 436 * me_ :Collision');
    await server.next(/^NICK me__$/);
    server.say(':s 433 * me__ :Nickname is already in use');
    await server.next(/^NICK me_\d\d$/);
    server.say(':s 433 * me_00 :Nickname is already in use');
    expect(await told.next('closed')).toMatchObject({ why: 'nick' });
  });

  it('or that the server does not like becomes one that every server takes', async () => {
    const { told, server } = await begun({ nick: 'Жан-Жак-Руссо-abcdefghij' });
    await server.next(/^USER/);
    server.say(':s 432 * x :Erroneous nickname');
    expect(await server.next(/^NICK/)).toMatch(/^NICK abcdef_\d\d$/);
    server.say(':s 432 * x :Erroneous nickname');
    expect(await told.next('closed')).toMatchObject({ why: 'nick' });
  });
});

it.each([
  ['Closing Link: me[1.2.3.4] (K-Lined)', 'banned'],
  ['Closing link: (u@h) [G-lined: flooding]', 'banned'],
  ['Closing Link: h (Banned)', 'banned'],
  ['Your host is trying to (re)connect too fast -- throttled', 'too-fast'],
  ['Reconnecting too fast, throttled.', 'too-fast'],
  ['[Z-lined: Your IP range has been attempting to connect too many times]', 'too-fast'],
  ['Closing link: [No more connections allowed from your host via this connect class]', 'full'],
  ['Connection refused, too many connections from your IP address!', 'full'],
  ['Closing Link: me (Excess Flood)', 'flood'],
  ['Closing Link: me (Killed (oper (go away)))', 'killed'],
  ['Closing Link: h (Bad Password)', 'password'],
  ['Closing Link: h (Ping timeout: 240 seconds)', 'lost'],
  ['Closing link: (kline@127.0.0.1) [Excess Flood]', 'flood'],
  ['Closing Link: [K-lined][akill@dnsbl.example] (Ping timeout)', 'lost'],
  ['Closing Link: me[~kline@dnsbl.example]', 'lost'],
  ['Closing Link: akill by s.example (Ping timeout)', 'lost'],
  ['Closing Link: akill K-lined', 'banned'],
  ['Closing Link: h (Banned :)', 'banned'],
])('understands "%s"', async (words, why) => {
  const { told, server } = await begun();
  await server.next(/^USER/);
  server.say(`ERROR :${words}`);
  server.hangUp();
  expect(await told.next('closed')).toEqual({ is: 'closed', why, words });
});

it('understands 465 and 464', async () => {
  const banned = await begun();
  await banned.server.next(/^USER/);
  banned.server.say(':s 465 me :You are banned: spam', 'ERROR :Closing Link');
  banned.server.hangUp();
  expect(await banned.told.next('closed')).toMatchObject({
    why: 'banned',
    words: expect.stringContaining('spam'),
  });
  const wrong = await begun({ password: 'guess' });
  await wrong.server.next(/^USER/);
  wrong.server.say(':s 464 me :Password incorrect');
  expect(await wrong.told.next('closed')).toMatchObject({ why: 'password' });
});

it('does not begin with an identity that can not be sent', async () => {
  const place = await scriptedServer();
  const bad = { ...identity, realname: 'x\r\nQUIT' };
  expect(() => connected(place, 'me', { identity: bad })).toThrow('USER');
});
