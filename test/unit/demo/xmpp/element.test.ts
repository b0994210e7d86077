import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { child, escapeXml, StanzaReader, textOf } from '../../../../demo/xmpp/element.ts';
import { readMessage, writeMessage } from '../../../../demo/xmpp/message.ts';

const OPENED = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1'>";

const readAll = (pieces: readonly string[]) => {
  const reader = new StanzaReader();
  return pieces.flatMap((piece) => reader.read(piece));
};

/** Cuts a text into pieces at the given places. */
const cut = (text: string, places: readonly number[]) => {
  const sorted = [0, ...places.map((place) => place % text.length).sort((a, b) => a - b)];
  return [...sorted.map((place, index) => text.slice(place, sorted[index + 1])).filter(Boolean)];
};

describe('StanzaReader', () => {
  test('gives stanzas, and neither the header nor white space', () => {
    const stanzas = readAll([`${OPENED} <presence/>\n<iq type='get' id="a>b"><ping/></iq>`]);
    expect(stanzas).toEqual([
      { name: 'presence', attrs: {}, children: [] },
      {
        name: 'iq',
        attrs: { type: 'get', id: 'a>b' },
        children: [{ name: 'ping', attrs: {}, children: [] }],
      },
    ]);
  });

  test('gives the same stanzas wherever the stream is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '<', '&', '>', '"', "'", '🌹', ' ') });
    fc.assert(
      fc.property(fc.array(text), fc.array(fc.nat(5_000)), (bodies, places) => {
        const stream = OPENED + bodies.map((body) => writeMessage('a@b', body, body)).join('');
        const messages = readAll(cut(stream, places)).map(readMessage);
        expect(messages.map((message) => message?.body)).toEqual(bodies);
        expect(messages.map((message) => message?.id)).toEqual(bodies);
      }),
    );
  });
});

test('the named references and those by number are read', () => {
  const [stanza] = readAll([`${OPENED}<x>&lt;&amp;&gt;&quot;&apos;&#33;&#x1F339;</x>`]);
  expect(stanza && textOf(stanza)).toBe('<&>"\'!🌹');
  expect(escapeXml('<&>')).toBe('&#60;&#38;&#62;');
});

describe('readMessage', () => {
  const read = (message: string) => readMessage(readAll([OPENED + message])[0] ?? expect.fail());

  test('finds a receipt by its namespace', () => {
    const receipt = (xmlns: string) =>
      read(`<message from='a@b/c'><received xmlns='${xmlns}' id='1'/></message>`);
    expect(receipt('urn:xmpp:receipts')).toMatchObject({ from: 'a@b', receiptFor: '1' });
    expect(receipt('urn:xmpp:carbons:2')?.receiptFor).toBeUndefined();
  });

  test('finds the thread, which is written where there is one', () => {
    expect(read(writeMessage('a@b', 'hi', '1', 't&1'))).toMatchObject({
      body: 'hi',
      thread: 't&1',
    });
    expect(read(writeMessage('a@b', 'hi', '1'))?.thread).toBeUndefined();
  });

  test('tells who in a room says something, and its subject from what is said', () => {
    const inRoom = (content: string, from = '#a%b@c/d/e') =>
      read(`<message type='groupchat' from='${from}'>${content}</message>`);
    expect(inRoom('<body>hi</body>')).toMatchObject({ from: '#a%b@c', nick: 'd/e', body: 'hi' });
    expect(inRoom('<subject/>', '#a%b@c')).toMatchObject({ nick: undefined, subject: '' });
    expect(read("<message type='chat' from='a@b/c'><body>hi</body></message>")).toMatchObject({
      ...{ nick: undefined, subject: undefined },
    });
  });

  test('gives the reason of an error in words, or its condition', () => {
    const condition = "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>";
    const error = (inside: string) =>
      read(`<message type='error' id='1'><error type='cancel'>${inside}</error></message>`)?.error;
    expect(error(`${condition}<text>No.</text>`)).toBe('No.');
    expect(error(condition)).toBe('forbidden');
  });

  test('an element of the same name in another namespace is another', () => {
    const [stanza] = readAll([`${OPENED}<a><b xmlns='x'/><b xmlns='y' id='2'/></a>`]);
    expect(stanza && child(stanza, 'b', 'y')?.attrs.id).toBe('2');
  });
});
