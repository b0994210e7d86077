import { describe, expect, test } from 'vitest';
import type { MessageId } from '../../../../src/contract/index.ts';
import { parseBareJid } from '../../../../src/xmpp/jid.ts';
import { child } from '../../../../src/xmpp/xml/element.ts';
import { occupant, remembered } from '../../../support/played-rooms.ts';
import { house, JOIN, JOIN_ONLY, ROOM } from './house.ts';

const id = (text: string) => text as MessageId;

describe('a client that joins', () => {
  test('waits until the room is open, and then sees all in their order', () => {
    const { host, presence, tell } = house();
    expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([]);
    expect(host.told).toEqual(['join #room as juliet']);
    const joined = tell({
      ...{ is: 'joined', nick: 'juliet' },
      occupants: [
        occupant('juliet'),
        occupant('alice', { role: 'moderator', affiliation: 'owner', away: 'at lunch' }),
        occupant('bob', { role: 'visitor' }),
      ],
      subject: { text: 'Verona', by: 'alice', at: 1_000 },
    });
    expect(joined).toEqual([
      '+alice moderator/owner away (at lunch)',
      '+bob visitor/none',
      '+juliet 110',
      'topic (alice, before): Verona',
    ]);
    expect(host.told).toEqual(['join #room as juliet', 'came balcony']);
  });

  test('sees an empty subject, too, and itself where the network forgets it', () => {
    const { presence, tell } = house();
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    const joined = tell({ is: 'joined', nick: 'juliet', occupants: [] });
    expect(joined).toEqual(['+juliet 110', 'topic (*): ']);
  });

  test('is told that it got another nick, and that what is said is kept', () => {
    const { host, presence, tell } = house();
    host.archive = { page: () => undefined, ends: () => undefined };
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    const joined = tell({ is: 'joined', nick: 'juliet_', occupants: [occupant('juliet_')] });
    expect(joined).toEqual(['+juliet_ 110 170 210', 'topic (*): ']);
  });

  test('gets its history before the subject, and what happens meanwhile after it', async () => {
    const { host, presence, tell, seen } = house();
    const found = Promise.withResolvers<ReturnType<typeof remembered>[]>();
    host.past = () => found.promise;
    presence('balcony', `${ROOM}/juliet`, JOIN);
    expect(tell({ is: 'joined', nick: 'juliet', occupants: [occupant('bob')] })).toEqual([
      '+bob',
      '+juliet 110',
    ]);
    expect(host.told.at(-1)).toBe('history 20');
    const { person } = occupant('bob');
    expect(tell({ is: 'said', nick: 'bob', person, text: 'both' }, '3')).toEqual([]);
    expect(tell({ is: 'entered', occupant: occupant('carol') })).toEqual([]);
    expect(tell({ is: 'said', nick: 'bob', person, text: 'new' }, '4')).toEqual([]);
    expect(tell({ is: 'subject', subject: { text: 'Mantua', by: 'bob' } })).toEqual([]);
    found.resolve([remembered('1', 'bob', 'old'), remembered('3', 'bob', 'both')]);
    await found.promise;
    expect(seen()).toEqual([
      'bob, before: old',
      'bob, before: both',
      'topic (*): ',
      '+carol',
      'bob: new',
      'topic (bob): Mantua',
    ]);
  });

  test('comes in without a history that can not be had', async () => {
    const { host, presence, tell, seen, logged } = house();
    host.past = () => Promise.reject(new Error('secret words'));
    presence('balcony', `${ROOM}/juliet`, JOIN);
    tell({ is: 'joined', nick: 'juliet', occupants: [] });
    await Promise.resolve().then(() => undefined);
    expect(seen()).toEqual(['topic (*): ']);
    expect(logged.join()).not.toContain('secret words');
  });

  test('comes in without a history for which too much waits', async () => {
    const { host, presence, tell, seen } = house();
    const found = Promise.withResolvers<ReturnType<typeof remembered>[]>();
    host.past = () => found.promise;
    presence('balcony', `${ROOM}/juliet`, JOIN);
    tell({ is: 'joined', nick: 'juliet', occupants: [] });
    for (let n = 0; n < 1_001; n++) host.view().tell({ is: 'announced', text: `${n}` });
    expect(seen()).toHaveLength(1_002);
    found.resolve([remembered('1', 'bob', 'old')]);
    await found.promise;
    expect(tell({ is: 'announced', text: 'last' })).toEqual(['*: last']);
  });

  test('sees nothing of a history that comes when it has left', async () => {
    const { host, presence, tell, seen } = house();
    const found = Promise.withResolvers<ReturnType<typeof remembered>[]>();
    host.past = () => found.promise;
    presence('balcony', `${ROOM}/juliet`, JOIN);
    tell({ is: 'joined', nick: 'juliet', occupants: [] });
    expect(presence('balcony', `${ROOM}/juliet`, '', "type='unavailable'")).toEqual([
      '-juliet 110',
    ]);
    found.resolve([remembered('1', 'bob', 'old')]);
    await found.promise;
    expect(seen()).toEqual([]);
  });

  test.each([
    ["<history maxstanzas='0'/>", undefined],
    ["<history maxchars='0'/>", undefined],
    ["<history seconds='0'/>", undefined],
    ["<history maxstanzas='7'/>", 'history 7'],
    ["<history maxstanzas='900'/>", 'history 200'],
    ["<history maxstanzas='-1'/>", 'history 200'],
    ["<history since='1970-01-01T00:00:01Z'/>", 'history 200 since 1000'],
    ["<history since='yesterday'/>", 'history 200'],
    ['', 'history 20'],
  ])('that wants %j asks for %j', (history, asked) => {
    const { host, presence, tell } = house();
    presence(
      'balcony',
      `${ROOM}/juliet`,
      `<x xmlns='http://jabber.org/protocol/muc'>${history}</x>`,
    );
    tell({ is: 'joined', nick: 'juliet', occupants: [] });
    expect(host.told.find((each) => each.startsWith('history'))).toBe(asked);
  });

  test('is made known while the room is not open, and then not any more', () => {
    const { host, presence, tell } = house();
    const comes = (resource: string) => presence(resource, `${ROOM}/juliet`, JOIN_ONLY);
    comes('balcony');
    comes('phone');
    tell({ is: 'joined', nick: 'juliet', occupants: [] });
    comes('tablet');
    expect(host.told).toEqual([
      ...['join #room as juliet', 'juliet waits for #room'],
      ...['came balcony', 'came phone', 'came tablet'],
    ]);
  });

  test('sees a file that was sent before as one', async () => {
    const { host, presence, tell, sent } = house();
    const link = 'https://up.example/rose.jpg';
    const past = remembered('1', 'bob', link);
    host.past = async () => [past, { ...past, id: id('2'), kind: 'file' }];
    presence('balcony', `${ROOM}/juliet`, JOIN);
    host.view().tell({ is: 'joined', nick: 'juliet', occupants: [] });
    await Promise.resolve();
    const files = sent().map((stanza) => child(stanza, 'x', 'jabber:x:oob'));
    expect(files.map((x) => x && child(x, 'url', x.ns)?.children)).toEqual([
      ...[undefined, undefined, [link], undefined],
    ]);
    expect(tell({ is: 'announced', text: 'live' })).toEqual(['*: live']);
  });

  test('gets only as much of the newest as it has room for', async () => {
    const { host, presence, tell, seen } = house();
    host.past = async () => [1, 2, 3].map((n) => remembered(`${n}`, 'bob', `${n}`.repeat(100)));
    presence(
      'balcony',
      `${ROOM}/juliet`,
      "<x xmlns='http://jabber.org/protocol/muc'><history maxchars='900'/></x>",
    );
    tell({ is: 'joined', nick: 'juliet', occupants: [] });
    await Promise.resolve();
    expect(seen().map((each) => each.slice(-1))).toEqual(['2', '3', ' ']);
  });

  test('is told why it does not come in, in the words of the network', () => {
    const { host, presence, tell, written } = house();
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY, "id='j1'");
    const text = 'This nick is somebody else’s.';
    host.view().tell({ is: 'refused', refusal: { condition: 'conflict', type: 'cancel', text } });
    const [error, second] = written();
    expect(second).toBeUndefined();
    expect(error?.attrs).toMatchObject({ type: 'error', id: 'j1', from: `${ROOM}/juliet` });
    expect(JSON.stringify(error)).toContain(text);
    // Clients know by it that their join has failed.
    expect(error && child(error, 'x', 'http://jabber.org/protocol/muc')).toBeDefined();

    expect(tell({ is: 'joined', nick: 'juliet', occupants: [] })).toEqual([]);
    presence('balcony', `${ROOM}/juliet_`, JOIN_ONLY);
    expect(host.told).toEqual(['join #room as juliet', 'join #room as juliet_']);
  });

  test('is asked for a password', () => {
    const { host, presence, sent } = house();
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    const refusal = { condition: 'forbidden', type: 'cancel', text: 'It needs a key.' } as const;
    host.view().tell({ is: 'refused', refusal, password: true });
    expect(sent().map(({ children }) => children[1])).toEqual([
      expect.objectContaining({ name: 'error', attrs: expect.objectContaining({ type: 'auth' }) }),
    ]);
  });

  test('under another address of a room that is open is told which one', () => {
    const { host, open, presence } = house();
    open();
    const other = '#room%too@gw.example/juliet';
    expect(presence('phone', other, JOIN_ONLY)).toEqual(['!not-allowed presence juliet']);
    host.view().close();
    expect(presence('phone', other, JOIN_ONLY)).toEqual([]);
  });

  test('gives its password to the network', () => {
    const { host, presence } = house();
    presence(
      'balcony',
      `${ROOM}/juliet`,
      "<x xmlns='http://jabber.org/protocol/muc'><password>key</password></x>",
    );
    expect(host.told).toEqual(['join #room as juliet with a password']);
  });

  test.each([
    [ROOM, JOIN, '!jid-malformed presence *'],
    [`${ROOM}/juliet`, '', '!item-not-found presence juliet'],
    ['#wrong@gw.example/juliet', JOIN, '!item-not-found presence juliet'],
    ['romeo@gw.example/juliet', JOIN, '!feature-not-implemented presence juliet'],
  ])('of %s with %j sees %j', (to, content, seen) => {
    expect(house().presence('balcony', to, content)).toEqual([seen]);
  });
});

describe('a second client', () => {
  test('comes into the open room at once, under the nick of the first', () => {
    const { host, open, presence, seen } = house();
    open();
    expect(presence('phone', `${ROOM}/capulet`, JOIN_ONLY)).toEqual([
      ...['+alice', '+bob', '+juliet 110 210'],
      'topic (*): ',
    ]);
    expect(seen('balcony')).toEqual([]);
    expect(host.told).toEqual(['join #room as juliet', 'came balcony', 'came phone']);
    expect(host.view().clients).toBe(2);
  });

  test('that waits, too, comes in with the first', () => {
    const { host, presence, tell, seen } = house();
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    const joined = tell({ is: 'joined', nick: 'juliet', occupants: [] });
    expect(seen('phone')).toEqual(joined);
    expect(host.told.filter((each) => each.startsWith('join'))).toHaveLength(1);
  });

  test('leaves alone, and the first stays', () => {
    const { host, open, presence, tell, seen } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    const leave = "type='unavailable'";
    expect(presence('balcony', `${ROOM}/juliet`, '<status>bye</status>', leave)).toEqual([
      '-juliet 110',
    ]);
    expect(seen('phone')).toEqual([]);
    tell({ is: 'announced', text: 'still here' });
    expect(seen('balcony')).toEqual([]);
    presence('phone', `${ROOM}/juliet`, '', leave);
    expect(host.told.slice(-2)).toEqual([
      'went balcony (left: bye), 1 there',
      'went phone (left), 0 there',
    ]);
  });

  test('may come when the first has left: the host decides how long a room is open', () => {
    const { open, presence, tell } = house();
    open();
    presence('balcony', `${ROOM}/juliet`, '', "type='unavailable'");
    tell({ is: 'departed', nick: 'bob', how: { is: 'left' } });
    expect(presence('phone', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([
      ...['+alice', '+juliet 110'],
      'topic (*): ',
    ]);
  });
});

test('a client that joins again is told everything anew', () => {
  const { host, open, presence } = house();
  const first = open();
  expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY)).toEqual(first);
  expect(host.view().clients).toBe(1);
});

test('a room may be open before any client comes', () => {
  const { port, host, presence } = house();
  const view = port.rooms?.open(parseBareJid('juliet@example.org'), '#room');
  expect(view).toBeDefined();
  view?.tell({ is: 'joined', nick: 'juliet', occupants: [occupant('alice')] });
  expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([
    ...['+alice', '+juliet 110'],
    'topic (*): ',
  ]);
  expect(host.told).toEqual(['came balcony']);
});

test('the presence that ends the join has its id', () => {
  const { host, receive, written } = house();
  receive(
    `<presence from='juliet@example.org/balcony' to='${ROOM}/juliet' id='j1'>${JOIN_ONLY}</presence>`,
  );
  host.view().tell({ is: 'joined', nick: 'juliet', occupants: [occupant('alice')] }, id('1'));
  const [alice, self] = written();
  expect(alice?.attrs.id).toBeUndefined();
  expect(self?.attrs.id).toBe('j1');
  expect(self && child(self, 'occupant-id', 'urn:xmpp:occupant-id:0')).toBeDefined();
});
