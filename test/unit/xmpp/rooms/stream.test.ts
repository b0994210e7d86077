import { describe, expect, test } from 'vitest';
import type { PeerId } from '../../../../src/contract/index.ts';
import { inWords } from '../../../support/room-words.ts';
import { house, JOIN_ONLY, ROOM } from './house.ts';

/** In two stanzas: some clients come back after the one, some after the other. */
const FAREWELL = ['-juliet 110 333', '-juliet 110 332'];

function turn(): Promise<void> {
  return new Promise(setImmediate);
}

describe('when the stream breaks', () => {
  test('clients are told at the return that they are out, and come again', () => {
    const { host, stream, open, presence, tell, seen } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    seen('phone');
    stream.offline('gone', 0);
    expect(host.told.slice(-2)).toEqual([
      'went balcony (stream-lost), 1 there',
      'went phone (stream-lost), 0 there',
    ]);
    expect(tell({ is: 'departed', nick: 'bob', how: { is: 'left' } })).toEqual([]);
    expect(host.toldOut).toEqual([]);
    stream.online();
    expect(seen('balcony')).toEqual(FAREWELL);
    expect(seen('phone')).toEqual(FAREWELL);
    expect(host.toldOut).toEqual(['balcony of #room', 'phone of #room']);
    // The network was not left meanwhile: that is for the host to say.
    expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([
      ...['+alice', '+juliet 110', 'topic (*): '],
    ]);
    stream.online();
    expect(seen('balcony')).toEqual([]);
  });

  test('who comes back before he is told so is not sent out again', () => {
    const { host, stream, open, presence, seen } = house();
    open();
    stream.offline('gone', 0);
    // Stanzas may come shortly before the stream is said to be up.
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    stream.online();
    expect(seen()).toEqual([]);
    expect(host.toldOut).toEqual([]);
  });

  test('as often as it likes: who comes back because he was told to may', () => {
    const { stream, open, presence, seen } = house();
    open();
    for (let times = 0; times < 30; times++) {
      stream.offline('gone', 0);
      stream.online();
      expect(seen()).toEqual(FAREWELL);
      expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY).at(-1)).toBe('topic (*): ');
    }
    // Of his own will not so often.
    const again = Array.from({ length: 12 }, () =>
      presence('balcony', `${ROOM}/juliet`, JOIN_ONLY),
    );
    expect(again.at(-1)).toEqual(['!policy-violation presence juliet']);
  });
});

describe('while the server is slow to read', () => {
  test('who is out is told when it has read, though nothing comes in', async () => {
    const { stream, open, fill, seen } = house();
    open();
    stream.offline('gone', 0);
    const read = fill();
    stream.online();
    await turn();
    expect(seen()).toEqual([]);
    read();
    await turn();
    expect(seen()).toEqual(FAREWELL);
  });

  test('who missed something is told to come again', async () => {
    let isThere = true;
    const { host, open, tell, fill, seen } = house(() => isThere);
    expect(open()).toEqual(['+alice', '+bob', '+juliet 110', 'topic (*): ']);
    isThere = false;
    const read = fill();
    // It leaves no more.
    expect(tell({ is: 'announced', text: 'unseen' })).toEqual([]);
    expect(host.told.at(-1)).toBe('went balcony (stream-lost), 0 there');
    isThere = true;
    await turn();
    expect(tell({ is: 'announced', text: 'after a hole' })).toEqual([]);
    read();
    await turn();
    expect(seen()).toEqual(FAREWELL);
  });

  test('nobody comes in: neither halfway, nor into what has changed', async () => {
    const { host, open, presence, tell, message, fill, seen } = house();
    open();
    const read = fill();
    expect(presence('phone', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([]);
    tell({ is: 'departed', nick: 'bob', how: { is: 'left' } });
    expect(message('phone', ROOM, '<body>Hi</body>')).toEqual(['!not-acceptable message *']);
    // Whoever is impatient is shown everything once, too.
    expect(presence('phone', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([]);
    presence('desk', `${ROOM}/juliet`, JOIN_ONLY);
    presence('desk', `${ROOM}/juliet`, '', "type='unavailable'");
    seen('desk');
    read();
    await turn();
    expect(seen('phone')).toEqual(['+alice', '+juliet 110', 'topic (*): ']);
    expect(seen('desk')).toEqual([]);
    expect(host.told.filter((each) => each.startsWith('came'))).toEqual([
      'came balcony',
      'came phone',
    ]);
  });

  test('a history that comes meanwhile waits, and what happens waits behind it', async () => {
    const { host, open, presence, tell, fill, seen } = house();
    open();
    const past = Promise.withResolvers<never[]>();
    host.past = () => past.promise;
    const join = "<x xmlns='http://jabber.org/protocol/muc'/>";
    expect(presence('phone', `${ROOM}/juliet`, join)).toEqual(['+alice', '+bob', '+juliet 110']);
    const read = fill();
    past.resolve([]);
    await turn();
    tell({ is: 'announced', text: 'new' });
    expect(seen('phone')).toEqual([]);
    read();
    await turn();
    expect(seen('phone')).toEqual(['topic (*): ', '*: new']);
  });

  test('users take turns', async () => {
    const { host, receive, written, fill } = house();
    host.joining = (view, { nick }) => view.tell({ is: 'joined', nick, occupants: [] });
    const read = fill();
    const join = (user: string, room: string) =>
      receive(
        `<presence from='${user}@example.org/a' to='${room}@gw.example/${user}'>${JOIN_ONLY}</presence>`,
      );
    for (const room of ['#a', '#b', '#c']) join('juliet', room);
    join('romeo', '#a');
    read();
    await turn();
    const seen = written().map(inWords);
    expect(seen.filter((words) => words.startsWith('+'))).toEqual([
      ...['+juliet 110', '+romeo 110', '+juliet 110', '+juliet 110'],
    ]);
  });
});

describe('when the gateway stops', () => {
  test('who is in is not told: who was told then would not come back to the next process', async () => {
    let isThere = true;
    const { host, port, open, presence, seen, stream } = house(() => isThere);
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    presence('balcony', '#other@gw.example/juliet', JOIN_ONLY);
    seen('phone');
    await port.stop(1);
    isThere = false;
    // Whoever waits for an answer has one.
    expect(seen('balcony')).toEqual(['!service-unavailable presence juliet']);
    expect(seen('phone')).toEqual([]);
    stream.offline('stopped', 0);
    await turn();
    expect(host.toldOut).toEqual([]);
    expect(host.told.filter((each) => each.startsWith('went'))).toEqual([
      'went balcony (stream-lost), 1 there',
      'went phone (stream-lost), 0 there',
      'went balcony (stream-lost), 0 there',
    ]);
  });

  test('nobody comes in any more', async () => {
    const { host, port, presence } = house();
    await port.stop(1);
    expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([
      '!service-unavailable presence juliet',
    ]);
    expect(host.told).toEqual([]);
  });
});

test('a client of an earlier process can be told that it is out', async () => {
  const { host, port, seen } = house();
  const client = 'juliet@example.org/balcony';
  const room = '#room' as PeerId;
  port.rooms?.farewell({ room, local: '#room', nick: 'juliet', client });
  await turn();
  expect(seen()).toEqual(FAREWELL);
  port.rooms?.farewell({ room, local: '#room', nick: '', client });
  await turn();
  expect(seen()).toEqual(['-* 110 333', '-* 110 332']);
  expect(host.toldOut).toEqual(['balcony of #room', 'balcony of #room']);
});

test('a client that is gone altogether has left all rooms', () => {
  const { host, open, presence } = house();
  open();
  presence('balcony', '#other@gw.example/juliet', JOIN_ONLY);
  presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
  presence('balcony', 'gw.example', '', "type='unavailable'");
  expect(host.told.slice(-2)).toEqual([
    'went balcony (left), 1 there',
    'went balcony (left), 0 there',
  ]);
});

test('a room that the host closes tells who is in it, and who waits', () => {
  const { host, open, presence, seen } = house();
  open();
  host.view().close();
  host.view().close();
  expect(seen()).toEqual(['-juliet 110 321']);
  presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
  host.view().close();
  expect(seen()).toEqual(['!service-unavailable presence juliet']);
});
