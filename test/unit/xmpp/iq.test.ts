import { describe, expect, test } from 'vitest';
import { verificationString } from '../../../src/xmpp/disco.ts';
import { child, type Element, textOf } from '../../../src/xmpp/xml/element.ts';
import { serialise } from '../../support/clients/xml.ts';
import { portInMemory } from './port-in-memory.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';

/** Asks juliet's question. @returns the one answer, if there is any */
function ask(to: string, payload: string, type = 'get'): Element | undefined {
  const [answer, ...more] = portInMemory().receive(
    `<iq from='juliet@example.org/balcony' to='${to}' id='q&lt;1' type='${type}'>${payload}</iq>`,
  );
  expect(more).toEqual([]);
  return answer;
}

function conditionOf(answer: Element | undefined): string | undefined {
  return answer === undefined
    ? undefined
    : /<error.*?><([a-z-]+) xmlns="urn:ietf/.exec(serialise(answer))?.[1];
}

const contentOf = (answer: Element | undefined, name: string, ns: string) => {
  expect(answer?.attrs.type).toBe('result');
  return answer === undefined ? undefined : child(answer, name, ns);
};

describe('disco', () => {
  const identityAndFeatures = (to: string) => {
    const query = contentOf(ask(to, `<query xmlns='${INFO}'/>`), 'query', INFO);
    const found = (query?.children ?? []).filter((item) => typeof item !== 'string');
    return {
      identities: found
        .filter(({ name }) => name === 'identity')
        .map(({ attrs }) => ({ ...attrs })),
      features: found.filter(({ name }) => name === 'feature').map(({ attrs }) => attrs.var),
    };
  };

  test('tells what each address is', () => {
    expect(identityAndFeatures('gw.example').identities).toEqual([
      { category: 'gateway', type: 'irc', name: 'Chat' },
    ]);
    expect(identityAndFeatures('help@gw.example').identities).toEqual([
      { category: 'client', type: 'bot', name: 'Chat help' },
    ]);
    expect(identityAndFeatures('romeo@gw.example/x').identities).toEqual([
      { category: 'client', type: 'irc' },
    ]);
  });

  test('lists what is answered', () => {
    const { features } = identityAndFeatures('gw.example');
    expect(features).toEqual(
      expect.arrayContaining(['urn:xmpp:receipts', 'urn:xmpp:ping', 'jabber:iq:version', INFO]),
    );
    expect(features).toContain('jid\\20escaping');
    expect(features).not.toContain('jabber:iq:register');
    expect(identityAndFeatures('romeo@gw.example').features).toContain('urn:xmpp:receipts');
    expect(identityAndFeatures('help@gw.example').features).toContain('urn:xmpp:receipts');
    expect(identityAndFeatures('romeo@gw.example').features).not.toContain('jid\\20escaping');
  });

  test('items: the domain has the helper, the others nothing', () => {
    const items = (to: string) =>
      contentOf(ask(to, `<query xmlns='${ITEMS}'/>`), 'query', ITEMS)?.children;
    expect(items('gw.example')).toMatchObject([
      { name: 'item', attrs: { jid: 'help@gw.example', name: 'Chat help' } },
    ]);
    expect(items('help@gw.example')).toEqual([]);
    expect(items('romeo@gw.example')).toEqual([]);
  });

  test.each([INFO, ITEMS])('has no node but those of capabilities: %s', (ns) => {
    expect(conditionOf(ask('gw.example', `<query xmlns='${ns}' node='x'/>`))).toBe(
      'item-not-found',
    );
  });

  test('hashes as in XEP-0115 §5.2', () => {
    expect(
      verificationString(
        [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }],
        ['muc', 'disco#info', 'disco#items', 'caps'].map(
          (name) => `http://jabber.org/protocol/${name}`,
        ),
      ),
    ).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
  });
});

describe('other requests', () => {
  test.each(['gw.example', 'help@gw.example', 'romeo@gw.example', 'romeo@gw.example/x'])(
    'a ping of %s comes back from there',
    (to) => {
      const answer = ask(to, "<ping xmlns='urn:xmpp:ping'/>");
      expect({ ...answer?.attrs }).toEqual({
        ...{ type: 'result', id: 'q<1', from: to, to: 'juliet@example.org/balcony' },
      });
      expect(answer?.children).toEqual([]);
    },
  );

  test('version: the software, not the system', () => {
    const ns = 'jabber:iq:version';
    const query = contentOf(ask('gw.example', `<query xmlns='${ns}'/>`), 'query', ns);
    expect(query?.children.map((found) => typeof found !== 'string' && textOf(found))).toEqual([
      'Postern',
      '1.2.3',
    ]);
  });

  test('vCard: a name for the gateway and the helper, none for a contact', () => {
    const ask1 = (to: string) => ask(to, "<vCard xmlns='vcard-temp'/>");
    const name = (to: string) => {
      const card = contentOf(ask1(to), 'vCard', 'vcard-temp');
      const fn = card === undefined ? undefined : child(card, 'FN', 'vcard-temp');
      return fn === undefined ? undefined : textOf(fn);
    };
    expect(name('gw.example')).toBe('Chat');
    expect(name('help@gw.example')).toBe('Chat help');
    expect(conditionOf(ask1('romeo@gw.example'))).toBe('item-not-found');
  });

  test.each([
    ['unheard of', 'get', "<query xmlns='urn:new'/>", 'service-unavailable'],
    ['unheard of, set', 'set', "<query xmlns='jabber:iq:register'/>", 'service-unavailable'],
    ['to change a vCard', 'set', "<vCard xmlns='vcard-temp'/>", 'feature-not-implemented'],
    ['another name', 'get', "<pong xmlns='urn:xmpp:ping'/>", 'feature-not-implemented'],
    ['keys', 'get', "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>", 'item-not-found'],
    ['nothing', 'get', '', 'bad-request'],
    ['two things', 'get', "<a xmlns='b'/><a xmlns='b'/>", 'bad-request'],
  ])('%s gets its error at once', (_, type, payload, condition) => {
    expect(conditionOf(ask('romeo@gw.example', payload, type))).toBe(condition);
  });

  test('of nobody get item-not-found', () => {
    expect(conditionOf(ask('nobody@gw.example', "<ping xmlns='urn:xmpp:ping'/>"))).toBe(
      'item-not-found',
    );
  });

  test.each(['result', 'error', '', 'fun'])('of type %j are never answered', (type) => {
    expect(ask('gw.example', "<ping xmlns='urn:xmpp:ping'/>", type)).toBeUndefined();
    expect(ask('ſ@gw.example', "<ping xmlns='urn:xmpp:ping'/>", type)).toBeUndefined();
  });

  test('without an id, or with one beyond 512 bytes, can not be answered', () => {
    for (const id of ['', `id='${'x'.repeat(513)}'`]) {
      expect(
        portInMemory().receive(
          `<iq from='juliet@example.org' to='gw.example' type='get' ${id}><ping xmlns='urn:xmpp:ping'/></iq>`,
        ),
      ).toEqual([]);
    }
  });
});
