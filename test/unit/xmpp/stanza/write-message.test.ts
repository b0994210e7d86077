import { describe, expect, test } from 'vitest';
import type { MessageId } from '../../../../src/contract/index.ts';
import { parseBareJid } from '../../../../src/xmpp/jid.ts';
import type { OutgoingMessage } from '../../../../src/xmpp/port.ts';
import { writeMessage } from '../../../../src/xmpp/stanza/message.ts';
import { parse } from '../../../support/clients/xml.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const id = '01JDEXAMPLE000000000000000' as MessageId;

function expectWritten(message: OutgoingMessage, xml: string): void {
  expect(writeMessage(message, 'gw.example', NOW)).toEqual(parse(xml));
}

describe('a text', () => {
  const text = {
    kind: 'text',
    ...{ id, from: '+12025550123', text: 'Hi 🙂' },
    to: parseBareJid('juliet@example.org'),
  } as const;

  test('is a chat message with its id twice', () => {
    expectWritten(
      text,
      `<message xmlns='jabber:component:accept' type='chat' id='${id}' from='+12025550123@gw.example' to='juliet@example.org'><body>Hi 🙂</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`,
    );
  });

  test('of the domain itself, in a thread, sent long ago', () => {
    expectWritten(
      { ...text, from: undefined, thread: 't<1', sentAt: NOW - 61_000 },
      `<message xmlns='jabber:component:accept' type='chat' id='${id}' from='gw.example' to='juliet@example.org'><body>Hi 🙂</body><thread>t&lt;1</thread><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/><delay xmlns='urn:xmpp:delay' from='gw.example' stamp='2026-11-24T11:58:59.000Z'/></message>`,
    );
  });

  test('of a network turns nothing that is shown behind it', () => {
    const { children } = writeMessage({ ...text, text: 'a\u202egpj\nb' }, 'gw.example', NOW);
    expect(children[0]).toMatchObject({ name: 'body', children: ['a\u202egpj\u202c\nb'] });
  });

  test.each([NOW, NOW - 60_000, NOW + 3_600_000, Number.NaN, -1e300, 0])(
    'sent at %d has no delay',
    (sentAt) => {
      expect(writeMessage({ ...text, sentAt }, 'gw.example', NOW)).toEqual(
        writeMessage(text, 'gw.example', NOW),
      );
    },
  );
});

test('a receipt is to be kept for a client that is away', () => {
  expectWritten(
    { kind: 'receipt', id, from: '+12025550123', to: 'juliet@example.org/balcony', of: 'm1' },
    `<message xmlns='jabber:component:accept' type='chat' id='${id}' from='+12025550123@gw.example' to='juliet@example.org/balcony'><received xmlns='urn:xmpp:receipts' id='m1'/><store xmlns='urn:xmpp:hints'/></message>`,
  );
});

describe('an error', () => {
  const failed = {
    kind: 'error',
    ...{ id, from: '+12025550123', to: 'juliet@example.org/balcony', of: 'm1' },
    refusal: { condition: 'gone', type: 'cancel', text: 'That number is no longer in use.' },
  } as const;

  test('says why, and for which message', () => {
    expectWritten(
      failed,
      `<message xmlns='jabber:component:accept' type='error' id='m1' from='+12025550123@gw.example' to='juliet@example.org/balcony'><error type='cancel' by='gw.example'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>That number is no longer in use.</text></error></message>`,
    );
  });

  test('has an id also where the message had none', () => {
    expect(writeMessage({ ...failed, of: undefined }, 'gw.example', NOW).attrs.id).toBe(id);
  });

  test.each([
    ['cut to what clients show', '🙂'.repeat(500), `${'🙂'.repeat(119)}…`],
    ['left as it is where it fits', '🙂'.repeat(120), '🙂'.repeat(120)],
    ['closed where it would turn what follows', 'a\u202eb', 'a\u202eb\u202c'],
    ['freed of what XML forbids', 'a\u0002b\ud800c\ufffed', 'abcd'],
  ])('has its text %s', (_, words, shown) => {
    const error = writeMessage(
      { ...failed, refusal: { ...failed.refusal, text: words } },
      'gw.example',
      NOW,
    );
    expect(JSON.stringify(error)).toContain(`"children":["${shown}"]`);
  });
});
