import { describe, expect, it } from 'vitest';
import { FIRST_FEATURES, withFeatures } from '../../../wire/features.ts';
import { readMessage } from '../../../wire/message.ts';
import { readEvent } from '../../../wire/reading.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const alice = { nick: 'alice', user: 'a', host: 'host' };
const features = withFeatures(FIRST_FEATURES, [
  ...[
    'me',
    'PREFIX=(qov)~@+',
    'CHANMODES=b,k,l,imnt',
    'CHANTYPES=#',
    'STATUSMSG=@+',
    'of the server',
  ],
]);

function read(line: string, ...enabled: readonly string[]) {
  const message = readMessage(line);
  const has = (name: string): boolean => enabled.includes(name);
  return message && readEvent(message, { nick: 'Me[1]', features, now: NOW, has });
}

describe('a message', () => {
  it('is to us, or to a channel, or to a part of one', () => {
    const said = { is: 'message', from: alice, own: false };
    expect(read(':alice!a@host PRIVMSG me :hi there')).toEqual({
      ...said,
      target: 'me',
      text: 'hi there',
    });
    expect(read(':alice!a@host NOTICE #a hi')).toEqual({
      ...said,
      is: 'notice',
      target: '#a',
      text: 'hi',
    });
    expect(read(':alice!a@host PRIVMSG @#a :ops')).toEqual({
      ...said,
      target: '#a',
      group: '@',
      text: 'ops',
    });
    expect(read(':ME{1}!a@host PRIVMSG #a :mine')).toMatchObject({ own: true });
  });

  it('may be an action or a question', () => {
    expect(read(':alice!a@host PRIVMSG #a :\x01ACTION waves\x01')).toMatchObject({
      is: 'action',
      text: 'waves',
    });
    expect(read(':alice!a@host PRIVMSG me :\x01version\x01')).toEqual({
      is: 'ctcp',
      from: alice,
      tag: 'VERSION',
      text: '',
    });
    expect(read(':alice!a@host NOTICE me :\x01VERSION x\x01')).toBeUndefined();
    expect(read(':alice!a@host PRIVMSG me :a\x01b')).toMatchObject({ is: 'message', text: 'ab' });
  });

  it('has an id, a time and an account only where the server agreed to what they mean', () => {
    const line = '@time=2026-11-22T09:59:00.000Z;msgid=m1;account=al :alice!a@host PRIVMSG me :x';
    expect(read(line)).not.toHaveProperty('id');
    expect(read(line, 'message-tags', 'server-time', 'account-tag')).toMatchObject({
      id: 'm1',
      at: NOW - 60_000,
      account: 'al',
    });
  });

  it.each(['1970-01-01T00:00:00Z', '2099-01-01T00:00:00Z', 'yesterday', ''])(
    'is not from %j',
    (time) => {
      const line = `@time=${time} :alice!a@host PRIVMSG me :x`;
      expect(read(line, 'server-time')).not.toHaveProperty('at');
    },
  );

  it('of the server, or to everybody on it, is an announcement', () => {
    expect(read(':s.example NOTICE * :*** Looking up')).toEqual({
      is: 'announced',
      target: '*',
      text: '*** Looking up',
    });
    expect(read(':oper!o@host NOTICE $*.example :Restart')).toMatchObject({ is: 'announced' });
  });
});

it.each([
  [':alice!a@host JOIN :#a', { is: 'joined', from: alice, own: false, channel: '#a' }],
  [':alice!a@host PART #a', { is: 'parted', from: alice, own: false, channel: '#a', reason: '' }],
  [
    ':alice!a@host KICK #a me[1] :out',
    { is: 'kicked', channel: '#a', nick: 'me[1]', own: true, by: alice, reason: 'out' },
  ],
  [
    ':s.example KICK #a bob :out',
    { is: 'kicked', channel: '#a', nick: 'bob', own: false, reason: 'out' },
  ],
  [':alice!a@host QUIT :bye', { is: 'quit', from: alice, own: false, reason: 'bye' }],
  [':alice!a@host NICK :al', { is: 'nick', from: alice, own: false, to: 'al' }],
  [
    ':alice!a@host MODE #a +ok-bl+l bob key *!*@x 5',
    {
      is: 'mode',
      target: '#a',
      by: alice,
      changes: [
        { set: true, mode: 'o', param: 'bob' },
        { set: true, mode: 'k', param: 'key' },
        { set: false, mode: 'b', param: '*!*@x' },
        { set: false, mode: 'l' },
        { set: true, mode: 'l', param: '5' },
      ],
    },
  ],
  [
    ':me MODE me :+i',
    {
      is: 'mode',
      target: 'me',
      by: { nick: 'me', user: '', host: '' },
      changes: [{ set: true, mode: 'i' }],
    },
  ],
  [
    ':s 324 me #a +nt',
    {
      is: 'mode',
      target: '#a',
      isAnswer: true,
      changes: [
        { set: true, mode: 'n' },
        { set: true, mode: 't' },
      ],
    },
  ],
  [':alice!a@host TOPIC #a :new', { is: 'topic', channel: '#a', text: 'new', by: alice }],
  [':s 332 me #a :old one', { is: 'topic', channel: '#a', text: 'old one' }],
  [':s 331 me #a :No topic is set', { is: 'topic', channel: '#a', text: '' }],
  [':s 333 me #a bob!b@c 1700000000', { is: 'topic-set', channel: '#a', by: 'bob', at: 1.7e12 }],
  [':alice!a@host AWAY :lunch', { is: 'away', nick: 'alice', text: 'lunch' }],
  [':alice!a@host AWAY', { is: 'away', nick: 'alice' }],
  [':s 301 me alice :lunch', { is: 'away', nick: 'alice', text: 'lunch' }],
  [':s 305 me :back', { is: 'away', nick: 'Me[1]' }],
  [':alice!a@host ACCOUNT al', { is: 'account', nick: 'alice', account: 'al' }],
  [':alice!a@host ACCOUNT *', { is: 'account', nick: 'alice' }],
  [
    ':alice!a@host CHGHOST u new.host',
    { is: 'person', who: { nick: 'alice', user: 'u', host: 'new.host' } },
  ],
  [':s 352 me #a a host s alice G@ :0 Alice', { is: 'person', who: alice, away: true }],
  [':s 354 me 152 #a a host alice H al', { is: 'person', who: alice, account: 'al', away: false }],
  [':s 354 me 152 #a a host alice H 0', { is: 'person', who: alice, away: false }],
  [':alice!a@host INVITE me #a', { is: 'invited', by: alice, nick: 'me', channel: '#a' }],
  [
    ':s 473 me #a :Cannot join channel (+i)',
    { is: 'error', code: 473, target: '#a', words: 'Cannot join channel (+i)' },
  ],
  [':s 421 me :Flood', { is: 'error', code: 421, words: 'Flood' }],
  [':s FAIL JOIN BANNED #a :No', { is: 'error', code: 0, target: '#a', words: 'No' }],
  [':s 322 me #a 12 :topic', { is: 'reply', code: 322, params: ['#a', '12', 'topic'] }],
])('reads %s', (line, event) => {
  expect(read(line)).toEqual(event);
});

it('knows the account of who joins, where the server says it', () => {
  const line = ':alice!a@host JOIN #a al :Alice';
  expect(read(line, 'extended-join')).toMatchObject({ account: 'al' });
  expect(read(line)).not.toHaveProperty('account');
  expect(read(':alice!a@host JOIN #a * :Alice', 'extended-join')).not.toHaveProperty('account');
});

it.each([
  ...['PRIVMSG #a :x\x00', 'NICK :', ':a,b!x@y JOIN #a', ':alice!a@host JOIN a', 'JOIN #a', '@'],
  ...[':alice!a@host NICK #a', ':alice!a@host PRIVMSG #a', ':x 376 me', ':x 999999 me', ':', ''],
])('makes nothing of %j', (line) => {
  const event = read(line);
  expect(event === undefined || event.is === 'announced').toBe(true);
});

describe('what a server says about itself', () => {
  it('is read within bounds, and may be taken back', () => {
    const said = ['me', 'NICKLEN=999999', 'LINELEN=1', 'CASEMAPPING=ascii', 'NETWORK=A\\x20b', 'x'];
    const now = withFeatures(FIRST_FEATURES, said);
    expect(now).toMatchObject({ nickLength: 100, lineLength: 512, caseMapping: 'ascii' });
    expect(now.network).toBe('A b');
    const back = withFeatures(now, ['me', '-CASEMAPPING', '-NICKLEN', 'x']);
    expect(back).toMatchObject({ caseMapping: 'rfc1459', nickLength: 30 });
  });

  it('never makes a name of what is none', () => {
    const now = withFeatures(FIRST_FEATURES, [
      ...['me', 'CHANTYPES=a,: #', 'STATUSMSG=@, ', 'PREFIX=(o', 'PREFIX=(ov)@', 'x'],
    ]);
    expect(now).toMatchObject({
      channelTypes: '#',
      statusSigns: '@',
      ranks: [{ mode: 'o', sign: '@' }],
    });
  });
});
