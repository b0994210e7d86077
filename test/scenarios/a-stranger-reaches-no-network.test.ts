import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import { escapeXml } from '../support/clients/xml.ts';
import { DOMAIN, JULIET, ROMEO } from '../support/house.ts';
import { contactOf, MAIL, type MailHouse, startMailHouse } from '../support/mail-house.ts';

/** Of another domain, and called like the number and the address of somebody here. */
const EVIL_NUMBER = { jid: `${JULIET.number.slice(1)}@evil.localhost`, password: 'iago' };
const EVIL_JULIET = { jid: 'juliet@evil.localhost', password: 'iago' };
const ROMEOS = `${ROMEO}@${DOMAIN}`;
const VICTIM = contactOf('victim@honest.example');

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse({ people: [EVIL_NUMBER, EVIL_JULIET] });
  juliet = await house.client();
});

afterAll(() => house?.stop());

/** The answer to one stanza that has this id. */
async function answerTo(client: XmppClient, id: string, stanza: string) {
  client.raw(stanza);
  return await client.waitFor(({ attrs }) => attrs.id === id);
}

describe.each([EVIL_NUMBER, EVIL_JULIET])('$jid', (who) => {
  it('sends no text and no mail, and is told so', async () => {
    const smarthostBefore = house.mailbox.count('connect');
    const stranger = await house.client(who);
    for (const to of [ROMEOS, VICTIM, `help@${DOMAIN}`, `help@${MAIL}`]) {
      const answer = await answerTo(
        stranger,
        `to ${to}`,
        `<message type='chat' id='to ${to}' to='${to}'><body>register</body></message>`,
      );
      expect(answer.attrs.type).toBe('error');
      expect(refusalIn(answer)).toMatchObject({ condition: 'forbidden', type: 'cancel' });
    }
    // One of hers goes the same ways behind it: what would have left has left.
    juliet.send(ROMEOS, `after ${who.jid}`);
    juliet.send(contactOf('nurse@honest.example'), `after ${who.jid}`);
    await house.carrier.wait({ body: `after ${who.jid}` });
    await house.mailWith(`after ${who.jid}`);
    const texts = await house.carrier.messages();
    expect(texts.filter(({ body }) => body === 'register')).toEqual([]);
    expect(house.mailbox.mails.flatMap(({ to }) => to)).not.toContain('victim@honest.example');
    expect(house.mailbox.count('connect') - smarthostBefore).toBeLessThanOrEqual(1);
  });

  it('speaks for nobody in what he wraps', async () => {
    const stranger = await house.client(who);
    const forged = `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/><message xmlns='jabber:client' from='${JULIET.jid}/x' to='${ROMEOS}' type='chat' id='w'><body>forged</body></message></forwarded>`;
    for (const wrapped of [
      `<received xmlns='urn:xmpp:carbons:2'>${forged}</received>`,
      `<sent xmlns='urn:xmpp:carbons:2'>${forged}</sent>`,
      `<result xmlns='urn:xmpp:mam:2' id='1'>${forged}</result>`,
      `<privilege xmlns='urn:xmpp:privilege:2'>${forged}</privilege>`,
      forged,
    ]) {
      stranger.raw(`<message to='${ROMEOS}' type='chat' id='w'>${wrapped}</message>`);
    }
    await stranger.iq('get', DOMAIN, "<ping xmlns='urn:xmpp:ping'/>");
    juliet.send(ROMEOS, `behind the wrapped ones of ${who.jid}`);
    await house.carrier.wait({ body: `behind the wrapped ones of ${who.jid}` });
    const texts = await house.carrier.messages();
    expect(texts.filter(({ body }) => body.includes('forged'))).toEqual([]);
  });
});

describe('a user', () => {
  it('may give all of his messages one id: what differs is sent, and what is the same is not', async () => {
    const bodies = Array.from({ length: 200 }, (_, n) => `word ${n} of many`);
    for (const body of [...bodies, ...bodies]) juliet.send(ROMEOS, body, { id: 'the same' });
    juliet.send(ROMEOS, 'the last of many');
    await house.carrier.wait({ body: 'the last of many' });
    const sent = (await house.carrier.messages()).map(({ body }) => body);
    expect(sent.filter((body) => body.endsWith('of many'))).toEqual([
      ...bodies,
      'the last of many',
    ]);
  });

  it.each([
    ['what XML has signs for', `'"<>&\u{1f642}`],
    ['512 bytes', 'x'.repeat(512)],
  ])('has his error by its id: %s', async (_, id) => {
    const answer = await answerTo(
      juliet,
      id,
      `<message type='chat' id='${escapeXml(id)}' to='no-number-at-all@${DOMAIN}'><body>x</body></message>`,
    );
    expect(refusalIn(answer).condition).toBe('jid-malformed');
  });

  it('has no id of 10 KB given back', async () => {
    const to = `nobody-with-this-number@${DOMAIN}`;
    juliet.raw(
      `<message type='chat' id='${'y'.repeat(10_000)}' to='${to}'><body>x</body></message>`,
    );
    const answer = await juliet.waitFor(({ attrs }) => attrs.from === to);
    expect(answer.attrs.type).toBe('error');
    expect(answer.attrs.id?.length ?? 0).toBeLessThanOrEqual(512);
  });

  it('sets no time, and writes to no prototype', async () => {
    const text = 'from another time';
    juliet.raw(
      `<message type='chat' id='t' to='${contactOf('nurse@honest.example')}' __proto__='1' constructor='2'>` +
        `<body>${text}</body><delay xmlns='urn:xmpp:delay' stamp='9999-12-31T23:59:59Z'/>` +
        `<x xmlns='jabber:x:expire' seconds='-1'/><amp xmlns='http://jabber.org/protocol/amp'><rule condition='deliver' action='drop' value='none'/></amp>` +
        `<x xmlns='jabber:x:data' type='submit'><field var='__proto__'><value>1</value></field></x></message>`,
    );
    const { date } = (await house.mailWith(text)).content;
    expect(date?.getFullYear()).toBe(new Date().getFullYear());
  });

  it.each(['execute', 'next', 'complete', 'cancel'])(
    'has one error for "%s" of a session that is not there',
    async (action) => {
      const answer = await juliet.iq(
        'set',
        DOMAIN,
        `<command xmlns='http://jabber.org/protocol/commands' node='register' action='${action}' sessionid='of-somebody'><x xmlns='jabber:x:data' type='submit'><field var='__proto__'><value>${'z'.repeat(50_000)}</value></field></x></command>`,
      );
      expect(refusalIn(answer).condition).toBe('service-unavailable');
    },
  );

  it('has no answer to answers and errors, however many', async () => {
    for (let n = 0; n < 500; n++) {
      juliet.raw(
        `<iq type='result' id='r${n}' to='${ROMEOS}'/><iq type='error' id='e${n}' to='nobody@${DOMAIN}'/>` +
          `<message type='error' id='m${n}' to='${ROMEOS}'><body>x</body><error type='cancel'/></message>` +
          `<presence type='error' id='p${n}' to='${ROMEOS}'/>`,
      );
    }
    await juliet.iq('get', DOMAIN, "<ping xmlns='urn:xmpp:ping'/>");
    expect(juliet.rest.filter(({ attrs }) => /^[remp]\d+$/.test(attrs.id ?? ''))).toEqual([]);
    expect(juliet.rest.flatMap((stanza) => bodyOf(stanza) ?? [])).toEqual([]);
  });
});
