import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import { ADMIN, DOMAIN, type House, NURSE, ROMEO, startHouse } from '../support/house.ts';

const PER_MINUTE = 20;
const HELP = `help@${DOMAIN}`;
const CONTACT = `${ROMEO}@${DOMAIN}`;
const NS_OMEMO = 'eu.siacs.conversations.axolotl';

let house: House;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startHouse({ transport: { perMinute: PER_MINUTE } });
  juliet = await house.client();
});

afterAll(() => house?.stop());

/** Words for a person, as long as every client shows them, and nothing cut off. */
function expectPlain(text: string): void {
  expect(text.length).toBeGreaterThan(10);
  expect(text.length).toBeLessThanOrEqual(120);
  expect(text).not.toMatch(/…$/);
}

describe.each([
  ['the domain', DOMAIN],
  ['the helper', HELP],
  ['a contact', CONTACT],
  ['nobody', `no-number-at-all@${DOMAIN}`],
])('a request to %s', (_, to) => {
  it.each([
    ['get', "<query xmlns='jabber:iq:register'/>"],
    ['get', "<query xmlns='jabber:iq:gateway'/>"],
    ['get', "<query xmlns='jabber:iq:last'/>"],
    ['set', "<vCard xmlns='vcard-temp'/>"],
    ['get', "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='x'/></pubsub>"],
    ['set', "<query xmlns='urn:xmpp:mam:2'/>"],
    ['set', "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'/>"],
    ['set', "<command xmlns='http://jabber.org/protocol/commands' node='x'/>"],
    ['get', "<query xmlns='http://jabber.org/protocol/disco#info' node='none'/>"],
  ] as const)('%s %s is refused in words', async (type, payload) => {
    const answer = await juliet.iq(type, to, payload);
    expect(answer.attrs.type).toBe('error');
    expectPlain(refusalIn(answer).text);
  });
});

describe('a message that a network of text can not carry', () => {
  it.each([
    ['encrypted', `<encrypted xmlns='${NS_OMEMO}'><payload>x</payload></encrypted><body>?</body>`],
    [
      'reaction',
      "<reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>x</reaction></reactions>",
    ],
    ['correction', "<body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='1'/>"],
    ['retraction', "<retract xmlns='urn:xmpp:message-retract:1' id='1'/>"],
    ['file', "<x xmlns='jabber:x:oob'><url>https://example.org/x</url></x>"],
    ['call', "<propose xmlns='urn:xmpp:jingle-message:0' id='1'/>"],
    ['invitation', "<x xmlns='jabber:x:conference' jid='room@example.org'/>"],
    ['subject', '<subject>x</subject>'],
  ])('%s', async (id, content) => {
    juliet.raw(`<message type='chat' id='${id}' to='${CONTACT}'>${content}</message>`);
    const answer = await juliet.waitFor(({ attrs }) => attrs.id === id);
    expect(answer.attrs.type).toBe('error');
    expectPlain(refusalIn(answer).text);
  });
});

describe('words to the gateway', () => {
  it.each([
    ['the helper', HELP],
    ['the domain', DOMAIN],
  ])('%s: an answer, and a receipt', async (_, to) => {
    const client = await house.client(ADMIN);
    client.send(to, 'whoami', { id: to, receipt: true });
    const answer = await client.waitFor((stanza) => bodyOf(stanza) !== undefined);
    expect(answer.attrs.from).toBe(to);
    expect(bodyOf(answer)).toContain(ADMIN.jid);
    const receipt = await client.waitFor(
      (stanza) => child(stanza, 'received', 'urn:xmpp:receipts') !== undefined,
    );
    expect(receipt.attrs.from).toBe(to);
    expect(child(receipt, 'received', 'urn:xmpp:receipts')?.attrs.id).toBe(to);
  });

  it('more of them than a minute allows: an error, and no receipt', async () => {
    const nurse = await house.client(NURSE);
    for (let n = 0; n < PER_MINUTE; n++) nurse.send(HELP, 'help', { id: `word-${n}` });
    nurse.send(HELP, 'help', { id: 'too-many', receipt: true });
    const refused = await nurse.waitFor(({ attrs }) => attrs.id === 'too-many');
    expect(refusalIn(refused)).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
    expectPlain(refusalIn(refused).text);
    for (let n = 0; n < PER_MINUTE; n++) {
      await nurse.waitFor((stanza) => bodyOf(stanza) !== undefined);
    }
    expect(nurse.rest.filter((stanza) => child(stanza, 'received', 'urn:xmpp:receipts'))).toEqual(
      [],
    );
  });
});
