import { describe, expect, test } from 'vitest';
import { child } from '../../../../src/xmpp/xml/element.ts';
import { house, JOIN_ONLY, ROOM } from './house.ts';

const BODY = '<body>Ay me</body>';
const CHAT = "type='chat' id='m1'";

describe('what a client says to the room', () => {
  test('goes to the network, and is not shown before that has it', () => {
    const { host, open, message } = house();
    open();
    const spoofed = `${BODY}<origin-id xmlns='urn:xmpp:sid:0' id='o1'/><stanza-id xmlns='urn:xmpp:sid:0' id='forged' by='${ROOM}'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>`;
    expect(message('balcony', ROOM, spoofed)).toEqual([]);
    expect(host.heard).toEqual([
      expect.objectContaining({ text: 'Ay me', id: 'm1', originId: 'o1' }),
    ]);
    expect(JSON.stringify(host.heard)).not.toContain('forged');
  });

  test('can be refused by the host', () => {
    const { host, port, open, message, seen } = house();
    open();
    message('balcony', ROOM, BODY);
    const [said] = host.heard;
    if (said === undefined) throw new Error('nothing was said');
    port.refuse(said, { condition: 'resource-constraint', type: 'wait', text: 'Full.' });
    expect(seen()).toEqual(['!resource-constraint message *']);
  });

  test.each([
    ['to a room that it is not in', 'phone', ROOM, BODY, '!not-acceptable message *'],
    ['to an occupant, but for all', 'balcony', `${ROOM}/alice`, BODY, '!bad-request message alice'],
    [
      'with a reaction',
      'balcony',
      ROOM,
      "<reactions xmlns='urn:xmpp:reactions:0' id='1'/>",
      '!feature-not-implemented message *',
    ],
    [
      'encrypted',
      'balcony',
      ROOM,
      `${BODY}<encryption xmlns='urn:xmpp:eme:0' namespace='x'/>`,
      '!not-acceptable message *',
    ],
    [
      'as a correction',
      'balcony',
      ROOM,
      `${BODY}<replace xmlns='urn:xmpp:message-correct:0' id='1'/>`,
      '!feature-not-implemented message *',
    ],
  ])('is refused %s', (_what, resource, to, content, seen) => {
    const { host, open, message } = house();
    open();
    expect(message(resource, to, content)).toEqual([seen]);
    expect(host.heard).toEqual([]);
  });

  test('is refused each time, however many there are', () => {
    const { message } = house();
    const answers = Array.from({ length: 1_000 }, () => message('phone', ROOM, BODY)).flat();
    expect(answers).toEqual(Array(1_000).fill('!not-acceptable message *'));
  });

  test('is refused while the client waits to come in', () => {
    const { presence, message } = house();
    presence('balcony', `${ROOM}/juliet`, JOIN_ONLY);
    expect(message('balcony', ROOM, BODY)).toEqual(['!not-acceptable message *']);
  });

  test('is nothing, where it is only typing', () => {
    const { host, open, message } = house();
    open();
    const composing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
    expect(message('balcony', ROOM, composing)).toEqual([]);
    expect(message('balcony', `${ROOM}/alice`, composing, CHAT)).toEqual([]);
    expect(host.told.filter((each) => each.startsWith('said'))).toEqual([]);
  });

  test('says in its refusal that it was for a room', () => {
    const { open, receive } = house();
    open();
    const reaction = "<reactions xmlns='urn:xmpp:reactions:0' id='1'/>";
    const [error] = receive(
      `<message from='juliet@example.org/balcony' to='${ROOM}' type='groupchat' id='m1'>${reaction}</message>`,
    );
    expect(JSON.stringify(error)).toContain('Reactions do not reach this room.');
  });
});

describe('the subject', () => {
  test('is given to the network, also an empty one', async () => {
    const { host, open, message, seen } = house();
    open();
    expect(message('balcony', ROOM, '<subject>Verona</subject>')).toEqual([]);
    message('balcony', ROOM, '<subject/>');
    await Promise.resolve();
    expect(host.told.slice(-2)).toEqual(['subject Verona', 'subject ']);
    expect(seen()).toEqual([]);
  });

  test('is none beside a body', () => {
    const { host, open, message } = house();
    open();
    message('balcony', ROOM, `<subject>Verona</subject>${BODY}`);
    expect(host.told.at(-1)).toBe('said Ay me');
  });

  test('that may not be changed is refused', async () => {
    const { host, open, message, seen } = house();
    open();
    host.refusal = { condition: 'forbidden', type: 'cancel', text: 'Only for moderators.' };
    message('balcony', ROOM, '<subject>Verona</subject>');
    await new Promise(setImmediate);
    expect(seen()).toEqual(['!forbidden message *']);
  });
});

describe('what a client says to one occupant', () => {
  test('goes to him alone', () => {
    const { host, open, message } = house();
    open('balcony', ['\u0430lice', 'bob']);
    const name = host.view().shownAs('\u0430lice');
    const x = "<x xmlns='http://jabber.org/protocol/muc#user'/>";
    expect(message('balcony', `${ROOM}/${name}`, `${BODY}${x}`, CHAT)).toEqual([]);
    expect(host.told.at(-1)).toBe('said to \u0430lice: Ay me');
    expect(host.heardAlone[0]?.to.resource).toBe(name);
  });

  test.each([
    ['nobody has the name', 'balcony', `${ROOM}/carol`, '!item-not-found message carol'],
    ['the client is not in', 'phone', `${ROOM}/alice`, '!not-acceptable message alice'],
    ['it is for the room, but not for all', 'balcony', ROOM, '!bad-request message *'],
  ])('is refused where %s', (_what, resource, to, seen) => {
    const { host, open, message } = house();
    open();
    expect(message(resource, to, BODY, CHAT)).toEqual([seen]);
    expect(host.heardAlone).toEqual([]);
  });
});

describe('an invitation', () => {
  const invite = `<x xmlns='http://jabber.org/protocol/muc#user'><invite to='romeo@gw.example'><reason>Come</reason></invite></x>`;

  test('is given to the network', async () => {
    const { host, open, message, seen } = house();
    open();
    message('balcony', ROOM, invite, "id='i1'");
    expect(host.invitations).toEqual([
      { to: { local: 'romeo', domain: 'gw.example' }, reason: 'Come' },
    ]);
    host.refusal = { condition: 'forbidden', type: 'cancel', text: 'Only for moderators.' };
    message('balcony', ROOM, invite, "id='i1'");
    await new Promise(setImmediate);
    expect(seen()).toEqual(['!forbidden message *']);
  });

  test('of somebody elsewhere is left to the client', () => {
    const { host, open, message } = house();
    open();
    const elsewhere = invite.replace('gw.example', 'example.org');
    expect(message('balcony', ROOM, elsewhere, "id='i1'")).toEqual([
      '!feature-not-implemented message *',
    ]);
    expect(host.invitations).toEqual([]);
  });

  test('is refused of who is not in', () => {
    const { open, message } = house();
    open();
    expect(message('phone', ROOM, invite, "id='i1'")).toEqual(['!not-acceptable message *']);
  });
});

describe('an error', () => {
  const bounce = (condition: string) =>
    `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

  test.each([
    ...['gone', 'recipient-unavailable', 'remote-server-not-found', 'remote-server-timeout'],
    ...['service-unavailable', 'item-not-found', 'internal-server-error', 'jid-malformed'],
    'redirect',
  ])('%s from a client is the end of its being there, and it is told so', (condition) => {
    const { host, open, presence, message, tell, seen } = house();
    open();
    presence('phone', `${ROOM}/juliet`, JOIN_ONLY);
    seen('phone');
    expect(message('phone', ROOM, bounce(condition), "type='error'")).toEqual([
      ...['-juliet 110 333', '-juliet 110 332'],
    ]);
    expect(host.told.at(-1)).toBe('went phone (unreachable), 1 there');
    // Its answer to that, if there is one, is the end.
    expect(presence('phone', `${ROOM}/juliet`, bounce(condition), "type='error'")).toEqual([]);
    expect(tell({ is: 'announced', text: 'on' })).toEqual(['*: on']);
    expect(seen('phone')).toEqual([]);
    presence('balcony', `${ROOM}/alice`, bounce(condition), "type='error'");
    expect(host.told.at(-1)).toBe('went balcony (unreachable), 0 there');
  });

  test.each(['policy-violation', 'resource-constraint', 'unheard-of'])(
    '%s is not, and nothing answers it',
    (condition) => {
      const { host, open, message } = house();
      open();
      expect(message('balcony', ROOM, bounce(condition), "type='error'")).toEqual([]);
      expect(host.view().clients).toBe(1);
    },
  );
});

test('who subscribes to a room is told that it is none to subscribe to', () => {
  const { receive } = house();
  const answers = receive(
    `<presence from='juliet@example.org/balcony' to='${ROOM}' type='subscribe' id='s1'/>`,
  );
  expect(answers.map(({ attrs }) => attrs.type)).toEqual(['error', 'unsubscribed']);
  expect(answers[0] && child(answers[0], 'error', answers[0].ns)).toBeDefined();
});
