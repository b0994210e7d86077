import { describe, expect, test } from 'vitest';
import type { MessageId, PersonId, RoomEvent } from '../../../../src/contract/index.ts';
import { child, type Element, textOf } from '../../../../src/xmpp/xml/element.ts';
import { occupant } from '../../../support/played-rooms.ts';
import { house, JOIN_ONLY, ROOM } from './house.ts';

const { person } = occupant('alice');

describe('what happens in an open room is shown', () => {
  test.each<[string, RoomEvent, string[]]>([
    ['somebody comes', { is: 'entered', occupant: occupant('carol') }, ['+carol']],
    [
      'somebody goes',
      { is: 'departed', nick: 'bob', how: { is: 'left', reason: 'bye' } },
      ['-bob (bye)'],
    ],
    [
      'somebody quits',
      { is: 'departed', nick: 'bob', how: { is: 'quit', reason: 'Ping timeout' } },
      ['-bob (Ping timeout)'],
    ],
    [
      'somebody is kicked',
      { is: 'departed', nick: 'bob', how: { is: 'kicked', by: 'alice', reason: 'spam' } },
      ['-bob 307 by alice (spam)'],
    ],
    [
      'somebody is banned',
      { is: 'departed', nick: 'bob', how: { is: 'banned', by: 'alice' } },
      ['-bob none/outcast 301 by alice'],
    ],
    [
      'somebody goes with words that turn others',
      { is: 'departed', nick: 'bob', how: { is: 'kicked', by: 'al\u202ece', reason: 'a\u202eb' } },
      ['-bob 307 by alce (aa6a) (a\u202eb\u202c)'],
    ],
    [
      'somebody says words that turn others',
      { is: 'said', nick: 'bob', person, text: 'a\u2067b\nc' },
      ['bob: a\u2067b\u2069\nc'],
    ],
    [
      'the room is about something with signs that nobody sees',
      { is: 'subject', subject: { text: 'ga\u200brd\u202een' } },
      ['topic (*): garden'],
    ],
    ['somebody goes who was not there', { is: 'departed', nick: 'carol', how: { is: 'left' } }, []],
    [
      'the network splits',
      { is: 'split', nicks: ['alice', 'nobody', 'bob'], words: 'a.net and b.net split' },
      ['-alice', '-bob', '*: a.net and b.net split'],
    ],
    ['a nick changes', { is: 'renamed', from: 'bob', to: 'bobby' }, ['-bob > bobby 303', '+bobby']],
    [
      'a nick changes into that of somebody who was not seen to go',
      { is: 'renamed', from: 'bob', to: 'alice' },
      ['-alice', '-bob > alice 303', '+alice'],
    ],
    ['a nick changes of somebody who is not there', { is: 'renamed', from: 'x', to: 'y' }, []],
    [
      'a role changes',
      { is: 'changed', occupant: occupant('bob', { role: 'moderator', affiliation: 'admin' }) },
      ['+bob moderator/admin'],
    ],
    [
      'somebody is away',
      { is: 'changed', occupant: occupant('bob', { away: 'at lunch' }) },
      ['+bob away (at lunch)'],
    ],
    [
      'the own role changes',
      { is: 'changed', occupant: occupant('juliet', { role: 'moderator' }) },
      ['+juliet moderator/none 110'],
    ],
    [
      'there is a new subject',
      { is: 'subject', subject: { text: 'Verona', by: 'alice' } },
      ['topic (alice): Verona'],
    ],
    ['something is said', { is: 'said', nick: 'alice', person, text: 'Hi' }, ['alice: Hi']],
    [
      'something is said that is late',
      { is: 'said', nick: 'alice', person, text: 'Hi', sentAt: 1_000 },
      ['alice, before: Hi'],
    ],
    [
      'somebody speaks who is not there',
      { is: 'said', nick: 'ghost', person, text: 'Hi' },
      ['ghost: Hi'],
    ],
    ['the room speaks', { is: 'announced', text: 'Hello all' }, ['*: Hello all']],
  ])('%s', (_what, event, seen) => {
    const { open, tell } = house();
    open();
    expect(tell(event)).toEqual(seen);
  });

  test.each<[string, RoomEvent, string]>([
    ['leaves', { is: 'out', how: { is: 'left' } }, '-juliet 110 333'],
    [
      'is kicked',
      { is: 'out', how: { is: 'kicked', by: 'alice', reason: 'no' } },
      '-juliet 307 110 by alice (no)',
    ],
    [
      'is banned',
      { is: 'out', how: { is: 'banned', by: 'alice' } },
      '-juliet none/outcast 301 110 by alice',
    ],
    [
      'is out with the whole network',
      { is: 'out', how: { is: 'quit', reason: 'K-lined' } },
      '-juliet 110 333 (K-lined)',
    ],
  ])('the user %s: both clients see it, and then nothing', (_what, event, seen) => {
    const { host, open, presence, tell, seen: seenBy } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    const old = host.view();
    expect(tell(event)).toEqual([seen]);
    expect(seenBy('phone')).toEqual([seen]);
    old.tell({ is: 'announced', text: 'unheard' });
    expect(seenBy()).toEqual([]);
    expect(old.clients).toBe(0);
    // It can be opened anew.
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    expect(host.view()).not.toBe(old);
  });

  test('the user is out before he was in: his clients hear of it as of a refusal', () => {
    const { presence, tell } = house();
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    const seen = tell({ is: 'out', how: { is: 'quit', reason: 'No server answers.' } });
    expect(seen).toEqual(['!service-unavailable presence juliet']);
  });
});

describe('the own nick', () => {
  test('changes for all clients at the wish of one', () => {
    const { host, open, presence, tell, seen } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    expect(presence('balcony', `${ROOM}/capulet`)).toEqual([]);
    expect(host.told.at(-1)).toBe('rename to capulet');
    const shown = ['-juliet > capulet 303 110', '+capulet 110'];
    expect(tell({ is: 'renamed', from: 'juliet', to: 'capulet' })).toEqual(shown);
    expect(seen('phone')).toEqual(shown);
    expect(host.view().nick).toBe('capulet');
  });

  test('that the network changes is marked as its gift', () => {
    const { open, tell } = house();
    open();
    expect(tell({ is: 'renamed', from: 'juliet', to: 'Guest1' })).toEqual([
      '-juliet > Guest1 303 110',
      '+Guest1 110 210',
    ]);
  });

  test('that can not be had is refused to who wished for it, and he stays', () => {
    const { open, presence, tell, seen } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    presence('phone', `${ROOM}/bob`, '', "id='n1'");
    const text = 'Bob has it.';
    tell({ is: 'refused', refusal: { condition: 'conflict', type: 'cancel', text } });
    expect(seen('balcony')).toEqual([]);
    expect(seen('phone')).toEqual(['!conflict presence bob']);
    expect(tell({ is: 'announced', text: 'on' })).toEqual(['*: on']);
  });

  test('never changes by a presence that is only away', () => {
    const { host, open, presence, seen } = house();
    open();
    const away = '<show>xa</show><status>at\nMass</status>';
    expect(presence('balcony', `${ROOM}/juliet`, away)).toEqual([]);
    expect(presence('balcony', ROOM, away)).toEqual([]);
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    presence('phone', `${ROOM}/juliet`, '<show>away</show>');
    presence('phone', `${ROOM}/juliet`, '', "type='unavailable'");
    presence('balcony', `${ROOM}/juliet`);
    seen('phone');
    expect(host.told.filter((each) => / is |rename/.test(each))).toEqual([
      'juliet@example.org is away: at Mass',
      'juliet@example.org is back',
      'juliet@example.org is away: away',
      'juliet@example.org is away: at Mass',
      'juliet@example.org is back',
    ]);
  });

  test('is not changed more than ten times a minute, for who has any client', () => {
    const { host, open, presence } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    const seen = Array.from({ length: 12 }, (_, n) =>
      presence(n % 2 === 0 ? 'balcony' : 'phone', `${ROOM}/j${n}`, '', "id='n'"),
    );
    expect(host.told.filter((each) => each.startsWith('rename'))).toHaveLength(10);
    expect(seen.flat()).toEqual([
      '!policy-violation presence j10',
      '!policy-violation presence j11',
    ]);
  });
});

describe('being away', () => {
  const AWAY = '<show>away</show>';
  const saidBy = (host: { readonly told: readonly string[] }) =>
    host.told.filter((each) => / is (?:away|back)/.test(each));

  test('ends with the last room', () => {
    const { host, open, presence } = house();
    host.going = (view) => {
      if (view.clients === 0) view.close();
    };
    open();
    presence('balcony', `${ROOM}/juliet`, AWAY);
    presence('balcony', '#other@gw.example/juliet', `${JOIN_ONLY}${AWAY}`);
    presence('balcony', '#other@gw.example/juliet', '', "type='unavailable'");
    expect(saidBy(host)).toEqual(['juliet@example.org is away: away']);
    presence('balcony', `${ROOM}/juliet`, '', "type='unavailable'");
    expect(saidBy(host).slice(1)).toEqual(['juliet@example.org is back']);
    // Of what was before nothing is left.
    open();
    presence('balcony', `${ROOM}/juliet`, AWAY);
    expect(saidBy(host).slice(2)).toEqual(['juliet@example.org is away: away']);
  });

  test('is not what he is while a client says otherwise, in whatever room', () => {
    const { host, open, presence } = house();
    open();
    presence('balcony', `${ROOM}/juliet`, AWAY);
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    presence('phone', '#other@gw.example/juliet', JOIN_ONLY);
    presence('phone', `${ROOM}/juliet`, '', "type='unavailable'");
    const before = ['juliet@example.org is away: away', 'juliet@example.org is back'];
    expect(saidBy(host)).toEqual(before);
    presence('phone', '#other@gw.example/juliet', '', "type='unavailable'");
    expect(saidBy(host)).toEqual([...before, 'juliet@example.org is away: away']);
  });

  test('outlives the stream, for clients that come back', () => {
    const { host, stream, open, presence } = house();
    open();
    presence('balcony', `${ROOM}/juliet`, AWAY);
    stream.offline('gone', 0);
    stream.online();
    presence('balcony', `${ROOM}/juliet`, `${JOIN_ONLY}${AWAY}`);
    expect(saidBy(host)).toEqual(['juliet@example.org is away: away']);
  });
});

describe('when the network is lost', () => {
  test('clients stay, and who comes meanwhile is told', () => {
    const { open, presence, tell } = house();
    open();
    expect(tell({ is: 'lost', words: 'Connection reset' })).toEqual(['*: Connection reset']);
    expect(presence('phone', `${ROOM}/juliet`, JOIN_ONLY)).toEqual([
      ...['+alice', '+bob', '+juliet 110'],
      ...['topic (*): ', '*: Connection reset'],
    ]);
  });

  test('only what is different is shown when it is back', () => {
    const { open, tell } = house();
    open();
    tell({ is: 'lost', words: 'Connection reset' });
    const seen = tell({
      ...{ is: 'joined', nick: 'juliet_' },
      occupants: [
        occupant('alice'),
        occupant('carol'),
        occupant('juliet_', { person: occupant('juliet').person }),
        occupant('dave', { away: 'out' }),
      ],
      subject: { text: 'new', by: 'carol' },
    });
    expect(seen).toEqual([
      ...['-juliet > juliet_ 303 110', '+juliet_ 110 210'],
      ...['-bob', '+carol', '+dave away (out)'],
      '*: Connected again. What was said meanwhile is missing here.',
      'topic (carol): new',
    ]);
    expect(tell({ is: 'joined', nick: 'juliet_', occupants: [] })).toEqual([
      ...['-alice', '-carol', '-dave', 'topic (*): '],
    ]);
  });
});

describe('what the account said', () => {
  const spoken = { id: 'A1' as MessageId, text: 'Ay me', messageId: 'm1', originId: 'o1' };

  test('is shown to all of its clients, with the id that its client gave', () => {
    const { host, open, presence, written } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    host.view().reflect(spoken);
    const shown = written();
    expect(shown.map(({ attrs }) => [attrs.to, attrs.from, attrs.id, attrs.type])).toEqual(
      ['balcony', 'phone'].map((resource) => [
        `juliet@example.org/${resource}`,
        ...[`${ROOM}/juliet`, 'm1', 'groupchat'],
      ]),
    );
    for (const stanza of shown) {
      expect(child(stanza, 'origin-id', 'urn:xmpp:sid:0')?.attrs).toEqual({ id: 'o1' });
      expect(child(stanza, 'stanza-id', 'urn:xmpp:sid:0')?.attrs).toEqual({ id: 'A1', by: ROOM });
      const { person: juliet } = occupant('juliet');
      expect(occupantIdOf(stanza)).toBe(host.view().occupantId(juliet));
      expect(host.view().self).toEqual({ name: 'juliet', occupantId: occupantIdOf(stanza) });
    }
  });

  test('is shown as a file where it is one, and no text is', () => {
    const { host, open, written } = house();
    open();
    const link = 'https://up.example/a.jpg';
    host.view().reflect({ ...spoken, text: link, isFile: true });
    host.view().reflect({ ...spoken, text: link });
    expect(written().map(fileIn)).toEqual([link, undefined]);
  });

  test('in several parts has an id each', () => {
    const { host, open, written } = house();
    open();
    host.view().reflect(spoken);
    host.view().reflect({ id: 'A2' as MessageId, text: 'and more' });
    expect(written().map(({ attrs }) => attrs.id)).toEqual(['m1', 'A2']);
  });
});

test('a person has one occupant id in a room, whatever his nick, and another elsewhere', () => {
  const { host, open, tell, presence, written } = house();
  open();
  host.view().tell({ is: 'said', nick: 'alice', person, text: '1' }, 'A1' as MessageId);
  tell({ is: 'renamed', from: 'alice', to: 'alicia' });
  host.view().tell({ is: 'said', nick: 'alicia', person, text: '2' });
  const stranger = 'somebody else' as PersonId;
  host.view().tell({ is: 'said', nick: 'alicia', person: stranger, text: '3' });
  const ids = written().map(occupantIdOf);
  expect(ids[0]).toBe(host.view().occupantId(person));
  expect(ids.at(-2)).toBe(ids[0]);
  expect(ids.at(-1)).not.toBe(ids[0]);
  expect(ids[0]).not.toContain('alice');
  expect(host.view().occupantId(person, 'alicia')).toBe(ids[0]);
  expect(host.view().occupantId(stranger, 'alicia')).toBe(ids.at(-1));
  presence('balcony', '#other@gw.example/juliet', JOIN_ONLY);
  expect(host.view('#other').occupantId(person)).not.toBe(ids[0]);
});

function fileIn(stanza: Element): string | undefined {
  const x = child(stanza, 'x', 'jabber:x:oob');
  const url = x && child(x, 'url', x.ns);
  return url && textOf(url);
}

function occupantIdOf(stanza: Element): string | undefined {
  return child(stanza, 'occupant-id', 'urn:xmpp:occupant-id:0')?.attrs.id;
}
