import { describe, expect, test } from 'vitest';
import { inWords } from '../../../support/room-words.ts';
import { house, JOIN_ONLY, ROOM } from './house.ts';

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
    stream.online();
    expect(seen('balcony')).toEqual(['-juliet 110 332']);
    expect(seen('phone')).toEqual(['-juliet 110 332']);
    // The network was not left meanwhile: that is for the host to say.
    expect(presence('balcony', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([
      ...['+alice', '+juliet 110', 'topic (*): '],
    ]);
    stream.online();
    expect(seen('balcony')).toEqual([]);
  });

  test('who comes back before he is told so is not sent out again', () => {
    const { stream, open, presence, seen } = house();
    open();
    stream.offline('gone', 0);
    // Stanzas may come shortly before the stream is said to be up.
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    stream.online();
    expect(seen()).toEqual([]);
  });
});

describe('when nothing more can leave', () => {
  test('who missed something is told to come again as soon as it can be', () => {
    let room = 5;
    const { host, open, tell, receive } = house(() => room-- > 0);
    expect(open()).toEqual(['+alice', '+bob', '+juliet 110', 'topic (*): ']);
    expect(tell({ is: 'announced', text: 'the last' })).toEqual(['*: the last']);
    // It leaves; the next one does not.
    expect(tell({ is: 'announced', text: 'unseen' })).toEqual([]);
    expect(host.told.at(-1)).toBe('went balcony (stream-lost), 0 there');
    room = 9;
    expect(tell({ is: 'announced', text: 'after a hole' })).toEqual([]);
    const next = receive(
      "<message from='x@example.org/y' to='help@gw.example' type='chat'><body>Hi</body></message>",
    );
    expect(next.map(inWords)).toEqual(['-juliet 110 332']);
  });
});

describe('when the gateway stops', () => {
  test('everybody is told, once', async () => {
    const { host, port, open, presence, seen } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    presence('balcony', '#other@gw.example/juliet', JOIN_ONLY);
    seen('phone');
    expect(await port.stop(1)).toBe(true);
    expect(seen('balcony')).toEqual(['-juliet 110 332', '!service-unavailable presence juliet']);
    expect(seen('phone')).toEqual(['-juliet 110 332']);
    expect(host.told.filter((each) => each.startsWith('went'))).toEqual([]);
  });

  test.each([
    ['who is in', true],
    ['who was in before', false],
  ])('it says so where one could not be told: %s', async (_, isStreamThere) => {
    let isFull = false;
    const { port, stream, open } = house(() => !isFull);
    open();
    isFull = true;
    if (!isStreamThere) stream.offline('gone', 0);
    expect(await port.stop(1)).toBe(false);
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

test('a client of an earlier process can be told that it is out', () => {
  const { port, seen } = house();
  port.rooms?.farewell('#room', 'juliet', 'juliet@example.org/balcony');
  port.rooms?.farewell('#room', '', 'juliet@example.org/balcony');
  expect(seen()).toEqual(['-juliet 110 332', '-* 110 332']);
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
