import { expect, test } from 'vitest';
import { child, type Element } from '../../../src/xmpp/xml/element.ts';
import { serialise } from '../../support/clients/xml.ts';
import { portInMemory } from './port-in-memory.ts';

const NS_CAPS = 'http://jabber.org/protocol/caps';

function receive(attrs: string, content = '', from = 'juliet@example.org/balcony'): Element[] {
  return portInMemory().receive(`<presence from='${from}' ${attrs}>${content}</presence>`);
}

/** In short: "type from to", `available` with its capabilities. */
function shown(stanzas: readonly Element[]): string[] {
  return stanzas.map((stanza) => {
    const { type = child(stanza, 'c', NS_CAPS) ? 'available' : 'bare', from, to } = stanza.attrs;
    return `${type} ${from} ${to}`;
  });
}

test.each(['gw.example', 'help@gw.example', 'romeo@gw.example'])(
  'who subscribes to %s is subscribed, and sees it',
  (to) => {
    expect(shown(receive(`type='subscribe' id='1' to='${to}'`))).toEqual([
      `subscribed ${to} juliet@example.org`,
      `available ${to} juliet@example.org`,
    ]);
  },
);

test('who subscribes to nobody is told why, and is not subscribed', () => {
  const answers = receive("type='subscribe' id='1' to='nobody@gw.example'");
  expect(shown(answers)).toEqual([
    'error nobody@gw.example juliet@example.org/balcony',
    'unsubscribed nobody@gw.example juliet@example.org',
  ]);
  expect(answers.map(({ attrs }) => attrs.id)).toEqual(['1', '1']);
  expect(answers.map((answer) => serialise(answer)).join()).toContain('There is nobody');
});

test('who unsubscribes is unsubscribed', () => {
  expect(shown(receive("type='unsubscribe' to='romeo@gw.example'"))).toEqual([
    'unsubscribed romeo@gw.example juliet@example.org',
    'unavailable romeo@gw.example juliet@example.org',
  ]);
});

test('a probe is answered to whoever probes', () => {
  expect(shown(receive("type='probe' to='romeo@gw.example'"))).toEqual([
    'available romeo@gw.example juliet@example.org/balcony',
  ]);
  expect(shown(receive("type='probe' to='nobody@gw.example'"))).toEqual([
    'unsubscribed nobody@gw.example juliet@example.org',
  ]);
});

test('a user who comes online finds the gateway online', () => {
  expect(shown(receive("to='gw.example'", '<show>away</show>'))).toEqual([
    'available gw.example juliet@example.org/balcony',
  ]);
});

test.each([
  ["to='romeo@gw.example'", 'juliet@example.org/balcony'],
  ["to='gw.example'", 'another-gateway.example'],
  ["to='gw.example' type='unavailable'", 'juliet@example.org/balcony'],
  ["to='romeo@gw.example' type='subscribed'", 'juliet@example.org'],
  ["to='romeo@gw.example' type='unsubscribed'", 'juliet@example.org'],
  ["to='romeo@gw.example' type='error'", 'juliet@example.org'],
  ["to='romeo@gw.example' type='fun'", 'juliet@example.org'],
])('presence %s from %s is not answered', (attrs, from) => {
  expect(receive(attrs, '', from)).toEqual([]);
});

test('who enters a room is told that there is none', () => {
  const answers = receive(
    "to='romeo@gw.example/Nick'",
    "<x xmlns='http://jabber.org/protocol/muc'/>",
  );
  expect(shown(answers)).toEqual(['error romeo@gw.example/Nick juliet@example.org/balcony']);
});

test.each(['gw.example', 'help@gw.example', 'romeo@gw.example'])(
  'the capabilities of %s can be asked for by their node',
  (to) => {
    const memory = portInMemory();
    const [presence] = memory.receive(
      `<presence type='probe' from='juliet@example.org' to='${to}'/>`,
    );
    const caps = presence === undefined ? undefined : child(presence, 'c', NS_CAPS);
    const node = `${caps?.attrs.node}#${caps?.attrs.ver}`;
    const ask = (asked: string) =>
      memory.receive(
        `<iq type='get' id='1' from='juliet@example.org/a' to='${to}'><query xmlns='http://jabber.org/protocol/disco#info' ${asked}/></iq>`,
      )[0]?.children[0];
    const answer = ask(`node='${node}'`);
    expect(typeof answer === 'object' && answer.attrs.node).toBe(node);
    expect(answer).toMatchObject({ children: (ask('') as Element).children });
  },
);
