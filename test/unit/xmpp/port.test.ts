import { describe, expect, test } from 'vitest';
import { type MessageId, refused } from '../../../src/contract/index.ts';
import { JidError, parseBareJid } from '../../../src/xmpp/jid.ts';
import { UnserialisableError } from '../../../src/xmpp/port.ts';
import type { Element } from '../../../src/xmpp/xml/element.ts';
import { parse, serialise } from '../../support/clients/xml.ts';
import { portInMemory } from './port-in-memory.ts';

const juliet = "from='juliet@example.org/balcony'";
const NS_ERROR = 'urn:ietf:params:xml:ns:xmpp-stanzas';

const errorXml = (condition: string, type: string, text: string): string =>
  `<error type='${type}' by='gw.example'><${condition} xmlns='${NS_ERROR}'/><text xmlns='${NS_ERROR}' xml:lang='en'>${text}</text></error>`;

const stanzaXml = (xml: string): Element =>
  parse(xml.replace(/^<\w+/, "$& xmlns='jabber:component:accept'"));

const conditionOf = (stanza: Element | undefined): string | undefined =>
  stanza === undefined
    ? undefined
    : /<error.*?><([a-z-]+) xmlns="urn:ietf/.exec(serialise(stanza))?.[1];

describe('a message', () => {
  test.each([
    ['romeo@gw.example', 'romeo'],
    ['help@gw.example', 'help'],
    ['gw.example', undefined],
    ['nobody@gw.example/x', 'nobody'],
  ])('to %s is for the listener, and not answered', (to, local) => {
    const { receive, heard } = portInMemory();
    expect(receive(`<message ${juliet} to='${to}' id='m1'><body>Hi</body></message>`)).toEqual([]);
    expect(heard).toMatchObject([{ content: 'text', text: 'Hi', id: 'm1' }]);
    expect(heard[0]?.to.local).toBe(local);
  });

  test('that can not be passed on gets one error, from the address it was for', () => {
    const { receive, heard } = portInMemory();
    const answers = receive(
      `<message ${juliet} to='romeo@gw.example/x' id='m1' type='chat'><body>note</body><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/></message>`,
    );
    expect(answers).toEqual([
      stanzaXml(
        `<message type='error' id='m1' from='romeo@gw.example/x' to='juliet@example.org/balcony'>${errorXml('not-acceptable', 'modify', 'Not sent: a gateway can not pass on encrypted messages. Turn encryption off for this chat and send it again.')}</message>`,
      ),
    ]);
    expect(heard).toEqual([]);
  });

  test('is refused in the words of the listener', () => {
    const memory = portInMemory();
    memory.receive(`<message ${juliet} to='romeo@gw.example'><body>Hi</body></message>`);
    const [message] = memory.heard;
    if (message?.content !== 'text') throw new Error('It was not heard.');
    memory.port.refuse(message, refused('forbidden', 'cancel', 'You may not.').refusal);
    expect(memory.written()).toEqual([
      stanzaXml(
        `<message type='error' from='romeo@gw.example' to='juliet@example.org/balcony'>${errorXml('forbidden', 'cancel', 'You may not.')}</message>`,
      ),
    ]);
  });

  test.each([
    ["type='error'", "<error type='cancel'/>"],
    ["type='error'", "<body>Hi</body><openpgp xmlns='urn:xmpp:openpgp:0'/>"],
    ["type='chat'", "<composing xmlns='http://jabber.org/protocol/chatstates'/>"],
  ])('with %s and %s is never answered', (type, content) => {
    for (const to of ['romeo@gw.example', 'b\u200dd@gw.example']) {
      expect(
        portInMemory().receive(`<message ${juliet} to='${to}' ${type}>${content}</message>`),
      ).toEqual([]);
    }
  });

  test('has no id beyond 512 bytes', () => {
    const { receive, heard } = portInMemory();
    for (const id of ['x'.repeat(512), 'x'.repeat(513), '🙂'.repeat(129), '']) {
      receive(`<message ${juliet} to='gw.example' id='${id}'><body>Hi</body></message>`);
    }
    expect(heard.map(({ id }) => id?.length)).toEqual([512, undefined, undefined, undefined]);
  });

  test('is written by send and by deliver', async () => {
    const { port, written } = portInMemory();
    const message = { kind: 'text', from: 'romeo', text: 'Hi' } as const;
    port.send({ ...message, id: '1' as MessageId, to: parseBareJid('juliet@example.org') });
    await port.deliver({
      ...message,
      id: '2' as MessageId,
      to: parseBareJid('juliet@example.org'),
    });
    expect(written().map(({ attrs }) => attrs.id)).toEqual(['1', '2']);
  });
});

describe('an address', () => {
  test.each([
    ["<message to='ſ@gw.example' id='1'><body>Hi</body></message>"],
    ["<iq to='ſ@gw.example' id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>"],
    ["<presence to='ſ@gw.example' id='1' type='subscribe'/>"],
    ["<message id='1'><body>Hi</body></message>"],
  ])('to us that is none gets jid-malformed from the domain: %s', (xml) => {
    const [answer, ...more] = portInMemory().receive(xml.replace(' ', ` ${juliet} `));
    expect(answer?.attrs).toMatchObject({ type: 'error', id: '1', from: 'gw.example' });
    expect(conditionOf(answer)).toBe('jid-malformed');
    expect(more).toEqual([]);
  });

  test.each([
    ["from='\u0378\u0378@@' to='gw.example'"],
    ["to='gw.example'"],
    ["from='romeo@gw.example' to='gw.example'"],
    [`${juliet} to='romeo@other.example'`],
  ])('that can not be answered, or is our own, is passed over: %s', (addresses) => {
    const { receive, heard } = portInMemory();
    const answers = [
      ...receive(`<message ${addresses}><body>Hi</body></message>`),
      ...receive(`<iq ${addresses} type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>`),
      ...receive(`<presence ${addresses} type='subscribe'/>`),
    ];
    expect([answers, heard]).toEqual([[], []]);
  });
});

describe('something that goes wrong here', () => {
  const secret = 'the body of a message';

  test('is said to who asked, and logged without what was said', () => {
    const { receive, logged } = portInMemory(
      {
        knows: () => {
          throw new TypeError(secret);
        },
      },
      {
        message: () => {
          throw new TypeError(secret);
        },
      },
    );
    const answers = [
      ...receive(`<message ${juliet} to='romeo@gw.example'><body>${secret}</body></message>`),
      ...receive(`<iq ${juliet} to='romeo@gw.example' type='get' id='1'><a xmlns='b'/></iq>`),
      ...receive(`<presence ${juliet} to='romeo@gw.example' type='subscribe'/>`),
    ];
    expect(answers.map(conditionOf)).toEqual(Array(3).fill('internal-server-error'));
    expect(receive(`<presence ${juliet} to='romeo@gw.example' type='probe'/>`)).toEqual([]);
    expect(logged).toHaveLength(4);
    expect(logged.join()).toContain('TypeError');
    expect(logged.join()).toContain('port.test.ts');
    expect(logged.join()).not.toContain(secret);
  });

  test('in writing an answer is logged, and nothing else', () => {
    const memory = portInMemory({}, {}, () => {
      throw new UnserialisableError('too long');
    });
    expect(memory.receive(`<presence ${juliet} to='romeo@gw.example' type='probe'/>`)).toEqual([]);
    expect(memory.logged).toHaveLength(1);
  });

  test('in writing a result is told to who asked', () => {
    const memory = portInMemory({}, {}, ({ attrs }) => {
      if (attrs.type === 'result') throw new UnserialisableError('too long');
    });
    const answers = memory.receive(
      `<iq ${juliet} to='romeo@gw.example' type='get' id='i1'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    expect(answers.map(({ attrs }) => attrs)).toEqual([
      { type: 'error', id: 'i1', from: 'romeo@gw.example', to: 'juliet@example.org/balcony' },
    ]);
    expect(conditionOf(answers[0])).toBe('internal-server-error');
  });
});

describe('who is behind an address', () => {
  const ask = (knows: () => boolean): string | undefined =>
    conditionOf(
      portInMemory({ knows }).receive(
        `<iq ${juliet} to='x@gw.example' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>`,
      )[0],
    );

  test('is asked of whoever knows', () => {
    expect(ask(() => true)).toBeUndefined();
    expect(ask(() => false)).toBe('item-not-found');
    expect(
      ask(() => {
        throw refused('not-allowed', 'cancel', 'Not there.');
      }),
    ).toBe('not-allowed');
    expect(
      ask(() => {
        throw new JidError('An address can not begin or end with an escaped space.');
      }),
    ).toBe('jid-malformed');
  });
});
