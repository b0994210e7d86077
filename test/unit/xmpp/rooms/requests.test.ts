import { describe, expect, test } from 'vitest';
import type { RoomDescription } from '../../../../src/contract/index.ts';
import { child, type Element, textOf } from '../../../../src/xmpp/xml/element.ts';
import { serialise as write } from '../../../../src/xmpp/xml/serialise.ts';
import { serialise } from '../../../support/clients/xml.ts';
import { occupant } from '../../../support/played-rooms.ts';
import { inWords } from '../../../support/room-words.ts';
import { house, JOIN_ONLY, ROOM } from './house.ts';

const PING = "<ping xmlns='urn:xmpp:ping'/>";
const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
const ITEMS = "<query xmlns='http://jabber.org/protocol/disco#items'/>";
const ADMIN = 'http://jabber.org/protocol/muc#admin';

/** Features, and the fields of the form. */
function described(info: Element | undefined) {
  const query = info && child(info, 'query', 'http://jabber.org/protocol/disco#info');
  const elements = (of: Element | undefined) =>
    (of?.children ?? []).filter((each) => typeof each !== 'string');
  const form = query && child(query, 'x', 'jabber:x:data');
  return {
    identity: query && { ...child(query, 'identity', query.ns)?.attrs },
    features: elements(query).flatMap(({ attrs }) => attrs.var ?? []),
    fields: Object.fromEntries(
      elements(form).map((field) => [
        field.attrs.var,
        elements(field).map((value) => textOf(value))[0],
      ]),
    ),
  };
}

describe('a ping of oneself (XEP-0410)', () => {
  test('is answered while the client is in, and only then', () => {
    const { iq, open, presence, tell } = house();
    const ping = (resource: string, name: string) =>
      iq(resource, `${ROOM}/${name}`, PING).map(inWords);
    expect(ping('balcony', 'juliet')).toEqual(['!not-acceptable iq juliet']);
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    expect(ping('balcony', 'juliet')).toEqual(['!not-acceptable iq juliet']);
    open();
    expect(ping('balcony', 'juliet')).toEqual(['iq result juliet']);
    expect(ping('phone', 'juliet')).toEqual(['!not-acceptable iq juliet']);
    tell({ is: 'lost', words: 'gone' });
    expect(ping('balcony', 'juliet')).toEqual(['iq result juliet']);
    tell({ is: 'renamed', from: 'juliet', to: 'capulet' });
    expect(ping('balcony', 'juliet')).toEqual(['!item-not-found iq juliet']);
    expect(ping('balcony', 'capulet')).toEqual(['iq result capulet']);
    presence('balcony', `${ROOM}/capulet`, '', "type='unavailable'");
    expect(ping('balcony', 'capulet')).toEqual(['!not-acceptable iq capulet']);
  });

  test.each([
    ['of somebody else is answered for him', `${ROOM}/alice`, PING, 'iq result alice'],
    ['of nobody is not', `${ROOM}/carol`, PING, '!item-not-found iq carol'],
    ['of the room is answered', ROOM, PING, 'iq result *'],
    ['is like his disco', `${ROOM}/alice`, INFO, 'iq result alice'],
    [
      'is not like his card',
      `${ROOM}/alice`,
      "<vCard xmlns='vcard-temp'/>",
      '!item-not-found iq alice',
    ],
    ['is not like something unheard of', ROOM, "<x xmlns='urn:x'/>", '!service-unavailable iq *'],
    [
      'is not like what else of him only he knows',
      `${ROOM}/alice`,
      "<query xmlns='jabber:iq:last'/>",
      '!service-unavailable iq alice',
    ],
    [
      'is not like the settings of the room',
      ROOM,
      "<query xmlns='http://jabber.org/protocol/muc#owner'/>",
      '!feature-not-implemented iq *',
    ],
    ['has one child', ROOM, `${PING}${PING}`, '!bad-request iq *'],
  ])('%s', (_what, to, content, seen) => {
    const { iq, open } = house();
    open();
    expect(iq('balcony', to, content).map(inWords)).toEqual([seen]);
  });
});

describe('whatever is asked', () => {
  const requests = [
    ...["<vCard xmlns='vcard-temp'/>", "<query xmlns='jabber:iq:last'/>", INFO, ITEMS, PING],
    ...["<query xmlns='jabber:iq:version'/>", "<query xmlns='jabber:iq:register'/>", '<x/>', ''],
    "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>",
    `<query xmlns='${ADMIN}'><item affiliation='owner'/></query>`,
    `<query xmlns='${ADMIN}'><item affiliation='king'/></query>`,
    "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='x'/></pubsub>",
    "<query xmlns='urn:xmpp:mam:2'/>",
    "<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'/>",
  ];
  const places = [ROOM, `${ROOM}/alice`, `${ROOM}/carol`, `${ROOM}/juliet`];

  test.each(requests)('has one answer: %s', async (request) => {
    for (const type of ['get', 'set']) {
      for (const who of ['balcony', 'phone']) {
        for (const to of places) {
          const { iq, open, sent } = house();
          open();
          const atOnce = iq(who, to, request, type);
          await new Promise(setImmediate);
          const answers = [...atOnce, ...sent(who)];
          expect([to, who, type, answers.map(({ name, attrs }) => [name, attrs.id])]).toEqual([
            ...[to, who, type],
            [['iq', 'q1']],
          ]);
        }
      }
    }
  });

  test('of somebody in the room is not told to who is not in it', () => {
    const { iq, open } = house();
    open();
    for (const request of requests) {
      expect(iq('phone', `${ROOM}/alice`, request).map(inWords)).toEqual([
        '!not-acceptable iq alice',
      ]);
    }
  });
});

describe('what a room says of itself', () => {
  test('is what is known on the network, to who is not in it', async () => {
    const { host, iq, sent } = house();
    host.nameOf = (room) => `${room}\u202e`;
    host.description = async () => ({ name: '#room', occupants: 7, subject: 'Ver\u200bona' });
    expect(iq('balcony', ROOM, INFO)).toEqual([]);
    await new Promise(setImmediate);
    const { identity, features, fields } = described(sent()[0]);
    expect(identity).toEqual({ category: 'conference', type: 'irc', name: '#room' });
    expect(features).toContain('http://jabber.org/protocol/muc');
    expect(features).not.toContain('urn:xmpp:mam:2');
    expect(features).not.toContain('muc_membersonly');
    expect(fields).toMatchObject({
      FORM_TYPE: 'http://jabber.org/protocol/muc#roominfo',
      'muc#roominfo_occupants': '7',
      'muc#roominfo_subject': 'Verona',
    });
  });

  test('is less where the network can not tell, and an error where it fails', async () => {
    const { host, iq, sent, logged } = house();
    iq('balcony', ROOM, INFO);
    await new Promise(setImmediate);
    expect(described(sent()[0]).fields).not.toHaveProperty('muc#roominfo_occupants');
    host.description = () => Promise.reject(new Error('secret words'));
    iq('balcony', ROOM, INFO);
    await new Promise(setImmediate);
    expect(sent().map(inWords)).toEqual(['!internal-server-error iq *']);
    expect(logged.join()).not.toContain('secret words');
  });

  test('is asked of the network for so many at once, and of itself for the others', async () => {
    const { host, receive, written } = house();
    const told = Promise.withResolvers<RoomDescription | undefined>();
    host.description = () => told.promise;
    const ask = (n: number) =>
      receive(`<iq type='get' id='q' from='u${n}@example.org/a' to='${ROOM}'>${INFO}</iq>`).length;
    expect(Array.from({ length: 101 }, (_, n) => ask(n))).toEqual([...Array(100).fill(0), 1]);
    told.resolve(undefined);
    await new Promise(setImmediate);
    expect(written()).toHaveLength(100);
    expect(ask(0)).toBe(0);
  });

  test('is what is seen there, to who is in it', () => {
    const { host, iq, open, tell } = house();
    host.archive = { page: () => undefined, ends: () => undefined };
    open();
    tell({ is: 'subject', subject: { text: 'Mantua' } });
    const { features, fields } = described(iq('balcony', ROOM, INFO)[0]);
    expect(features).toContain('urn:xmpp:mam:2');
    expect(fields).toMatchObject({
      'muc#roominfo_occupants': '3',
      'muc#roominfo_subject': 'Mantua',
    });
  });

  test('is who is in it, to who is in it', async () => {
    const { asked, open } = house();
    open();
    const names = async (resource: string) =>
      JSON.stringify(await asked(resource, ROOM, ITEMS)).match(/#room@gw.example\/\w+/g);
    expect(await names('balcony')).toEqual(
      expect.arrayContaining([`${ROOM}/alice`, `${ROOM}/bob`, `${ROOM}/juliet`]),
    );
    expect(await names('phone')).toBeNull();
  });

  test('has no nodes but that of a reserved nick', () => {
    const { iq } = house();
    const node = (name: string) =>
      iq('balcony', ROOM, INFO.replace('/>', ` node='${name}'/>`)).map(inWords);
    expect(node('x-roomuser-item')).toEqual(['iq result *']);
    expect(node('x')).toEqual(['!item-not-found iq *']);
  });

  test('is said of its domain, too', () => {
    const { receive } = house();
    const [info] = receive(
      `<iq type='get' id='q1' from='juliet@example.org/balcony' to='gw.example'>${INFO}</iq>`,
    );
    expect(JSON.stringify(info)).toContain('"category":"conference"');
  });
});

describe('roles and affiliations', () => {
  const query = (items: string) => `<query xmlns='${ADMIN}'>${items}</query>`;
  const ask = (item: string, of = 'balcony') => {
    const opened = house();
    opened.open('balcony', [
      occupant('alice', { role: 'moderator', affiliation: 'owner' }),
      occupant('\u0430lice'),
    ]);
    return opened.asked(of, ROOM, query(item));
  };

  test.each([
    ["<item role='moderator'/>", ['alice']],
    ["<item affiliation='owner'/>", ['alice']],
    ["<item affiliation='none'/>", ['juliet', '\u0430lice (']],
  ])('of %s there is a list', async (item, nicks) => {
    const answer = await ask(item);
    const list = answer[0] && child(answer[0], 'query', ADMIN);
    const found = list?.children.map((each) => (typeof each === 'string' ? {} : each.attrs));
    expect(found?.map(({ nick }) => nick?.replace(/\(.*/, '('))).toEqual(nicks);
    // Without an address, some clients show an empty list.
    expect(found?.map(({ jid }) => jid)).toEqual(found?.map(({ nick }) => `${ROOM}/${nick}`));
  });

  test.each([
    ["<item affiliation='king'/>", 'balcony', '!bad-request iq *'],
    ['', 'balcony', '!bad-request iq *'],
    ["<item role='moderator'/>", 'phone', '!forbidden iq *'],
  ])('of %j there is no list for %s', async (item, of, seen) => {
    expect((await ask(item, of)).map(inWords)).toEqual([seen]);
  });

  test.each([
    ['of very many', 10_000, (n: number) => `n${n}`, 1_000],
    ['of long names', 1_000, (n: number) => `${'漢'.repeat(150)}${n}`, 200],
  ])('make a list %s that is no longer than a stanza may be', async (_what, count, name, most) => {
    const { asked, open } = house((stanza) => write(stanza, 'gw.example'));
    open(
      'balcony',
      Array.from({ length: count }, (_, n) => name(n)),
    );
    const lists = [
      await asked('balcony', ROOM, query("<item role='participant'/>")),
      await asked('balcony', ROOM, ITEMS),
    ];
    for (const list of lists) {
      expect(list.map(inWords)).toEqual(['iq result *']);
      const [items] = list[0]?.children ?? [];
      const { length } = typeof items === 'string' ? [] : (items?.children ?? []);
      expect(length).toBeGreaterThanOrEqual(most);
      expect(length).toBeLessThanOrEqual(1_000);
    }
  });

  test('of those who are banned there is the list of the network', async () => {
    const { host, iq, open, sent } = house();
    open();
    const outcasts = async () => {
      iq('balcony', ROOM, query("<item affiliation='outcast'/>"));
      await new Promise(setImmediate);
      return sent()[0];
    };
    host.banned = [
      { who: '*!*@Mantua.example', by: 'pri\u202ence' },
      { who: 'ty\u00df\ud83c\udf39/b!*@*' },
      { who: 'x'.repeat(900) },
    ];
    const answer = await outcasts();
    const list = answer && child(answer, 'query', ADMIN);
    const items = (list?.children ?? []).filter((each) => typeof each !== 'string');
    expect(items.map(({ attrs, children }) => [attrs, children.length])).toEqual([
      [{ jid: '*!*\\40mantua.example@gw.example', affiliation: 'outcast' }, 1],
      [{ jid: 'ty???\\2fb!*\\40*@gw.example', affiliation: 'outcast' }, 0],
      [{ jid: `${'x'.repeat(300)}@gw.example`, affiliation: 'outcast' }, 0],
    ]);
    expect(answer && serialise(answer)).toContain('<reason>Set by prince</reason>');
    host.banned = undefined;
    const seen = [await outcasts()];
    host.refusal = { condition: 'forbidden', type: 'cancel', text: 'Only for operators.' };
    seen.push(await outcasts());
    expect(seen.map((each) => each && inWords(each))).toEqual([
      '!feature-not-implemented iq *',
      '!forbidden iq *',
    ]);
  });

  test.each([
    [
      "<item nick='alice' role='none'><reason>spam</reason></item>",
      { who: { nick: 'alice' }, becomes: { role: 'none' }, reason: 'spam' },
    ],
    [
      `<item jid='${ROOM}/alice' affiliation='outcast'/>`,
      { who: { nick: 'alice' }, becomes: { affiliation: 'outcast' } },
    ],
    [
      "<item jid='carol@gw.example' affiliation='outcast'/>",
      {
        who: { jid: { local: 'carol', domain: 'gw.example' } },
        becomes: { affiliation: 'outcast' },
      },
    ],
  ])('are changed by the network: %s', async (item, change) => {
    const { host, iq, seen, open } = house();
    open();
    iq('balcony', ROOM, query(item), 'set');
    await new Promise(setImmediate);
    expect(host.changes).toEqual([change]);
    expect(seen()).toEqual(['iq result *']);
    host.refusal = { condition: 'forbidden', type: 'cancel', text: 'Only for operators.' };
    iq('balcony', ROOM, query(item), 'set');
    await new Promise(setImmediate);
    expect(seen()).toEqual(['!forbidden iq *']);
  });

  test('who is banned is so no longer where the list has his address', async () => {
    const { host, iq, seen, open } = house();
    open();
    host.banned = [{ who: 'Ty\u00df!*@*' }, { who: '*!*@Mantua.example' }];
    const lift = async (local: string) => {
      iq('balcony', ROOM, query(`<item jid='${local}@gw.example' affiliation='none'/>`), 'set');
      await new Promise(setImmediate);
      return seen();
    };
    expect(await lift('*!*\\40mantua.example')).toEqual(['iq result *']);
    expect(await lift('ty?!*\\40*')).toEqual(['iq result *']);
    expect(await lift('paris')).toEqual(['!item-not-found iq *']);
    const becomes = { affiliation: 'none' };
    expect(host.changes).toEqual([
      { who: { ban: '*!*@Mantua.example' }, becomes },
      { who: { ban: 'Ty\u00df!*@*' }, becomes },
    ]);
  });

  test.each([
    ['', '!bad-request iq *'],
    ["<item nick='carol' role='none'/>", '!item-not-found iq *'],
    ["<item nick='alice'/>", '!bad-request iq *'],
    ["<item role='none'/>", '!bad-request iq *'],
    ["<item jid='@' role='none'/>", '!bad-request iq *'],
  ])('are not changed by %j', async (item, refusal) => {
    const { host, iq, seen, open } = house();
    open();
    iq('balcony', ROOM, query(item), 'set');
    await new Promise(setImmediate);
    expect(seen()).toEqual([refusal]);
    expect(host.changes).toEqual([]);
  });
});
