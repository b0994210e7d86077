import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdapterLog, MessageId } from '../../../src/contract/index.ts';
import { parseBareJid } from '../../../src/xmpp/jid.ts';
import { openPort } from '../../../src/xmpp/open-port.ts';
import type { IncomingMessage, XmppPort } from '../../../src/xmpp/port.ts';
import { child, type Element, textOf } from '../../../src/xmpp/xml/element.ts';
import { bodyOf, type XmppClient } from '../../support/clients/client.ts';
import { Inbox } from '../../support/clients/inbox.ts';
import { startLightClient } from '../../support/clients/light.ts';
import { type SlixmppClient, startSlixmpp } from '../../support/clients/slixmpp.ts';
import { startEjabberd } from '../../support/peers/ejabberd.ts';
import { startProsody } from '../../support/peers/prosody.ts';
import type { XmppServer } from '../../support/peers/xmpp-server.ts';

const DOMAIN = 'gw.localhost';
const ROMEO = `romeo@${DOMAIN}`;
const JULIET = { jid: 'juliet@localhost', password: 'rose"<&é' };
const NS_INFO = 'http://jabber.org/protocol/disco#info';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';

const log: AdapterLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Condition and text of an error stanza. */
function errorOf(stanza: Element): string {
  const error = child(stanza, 'error', 'jabber:client');
  const found = error?.children.filter((item) => typeof item !== 'string') ?? [];
  return found.map((item) => (item.name === 'text' ? textOf(item) : item.name)).join(': ');
}

const isMessage = ({ name }: Element): boolean => name === 'message';
const isFrom =
  (jid: string, name: string, type?: string) =>
  (stanza: Element): boolean =>
    stanza.name === name && stanza.attrs.from === jid && stanza.attrs.type === type;

describe.each([
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
])('a port on %s', (_, startServer) => {
  let server: XmppServer;
  let port: XmppPort;
  let juliet: SlixmppClient;
  let light: XmppClient;
  const heard = new Inbox<IncomingMessage>();
  const states = new Inbox<string>();

  beforeAll(async () => {
    server = await startServer({
      components: { [DOMAIN]: 'not guessed' },
      users: { juliet: JULIET.password, nurse: 'simple' },
    });
    port = openPort(
      {
        ...{ domain: DOMAIN, secret: 'not guessed', host: server.host, port: server.componentPort },
        ...{ tls: false, gatewayType: 'irc', title: 'Chat', version: '1.2.3' },
        knows: (local) => local === 'romeo',
      },
      {
        message: (message) => heard.add(message),
        online: () => states.add('online'),
        offline: (reason) => states.add(reason),
        unsaid() {},
      },
      log,
    );
    port.start();
    const to = { host: server.host, port: server.c2sPort };
    [juliet, light] = await Promise.all([
      startSlixmpp({ ...JULIET, ...to }),
      startLightClient({ jid: 'nurse@localhost', password: 'simple', ...to }),
      states.take((state) => state === 'online'),
    ]);
  });

  afterAll(async () => {
    await Promise.all([juliet?.stop(), light?.stop()]);
    await port?.stop(2_000);
    await server?.stop();
  });

  const text = (words: string, id: string) =>
    ({
      kind: 'text',
      id: id as MessageId,
      from: 'romeo',
      to: parseBareJid(JULIET.jid),
      text: words,
    }) as const;

  test('is discovered as what it is', async () => {
    const info = await juliet.iq('get', DOMAIN, `<query xmlns='${NS_INFO}'/>`);
    const query = child(info, 'query', NS_INFO);
    expect(query && child(query, 'identity', NS_INFO)?.attrs).toMatchObject({
      ...{ category: 'gateway', type: 'irc', name: 'Chat' },
    });
    const items = await juliet.iq('get', DOMAIN, `<query xmlns='${NS_ITEMS}'/>`);
    expect(items.children[0]).toMatchObject({ children: [{ attrs: { jid: `help@${DOMAIN}` } }] });
  });

  test('answers a ping, its version, and every other request', async () => {
    for (const to of [DOMAIN, ROMEO, `help@${DOMAIN}`, `${DOMAIN}/anything`]) {
      const pong = await juliet.iq('get', to, "<ping xmlns='urn:xmpp:ping'/>");
      expect(pong.attrs).toMatchObject({ type: 'result', from: to, to: juliet.jid });
    }
    const version = await juliet.iq('get', DOMAIN, "<query xmlns='jabber:iq:version'/>");
    expect(JSON.stringify(version)).toContain('Postern');
    const unknown = await juliet.iq('set', ROMEO, "<query xmlns='urn:unheard-of'/>");
    expect(errorOf(unknown)).toBe('service-unavailable: This is not offered here.');
    const keys = `<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='eu.siacs.conversations.axolotl.devicelist'/></pubsub>`;
    expect(errorOf(await juliet.iq('get', ROMEO, keys))).toMatch(/^item-not-found/);
    const nobody = await juliet.iq('get', `nobody@${DOMAIN}`, "<ping xmlns='urn:xmpp:ping'/>");
    expect(errorOf(nobody)).toBe('item-not-found: There is nobody at this address.');
  });

  test('lets a user subscribe, and unsubscribe', async () => {
    juliet.subscribe(ROMEO);
    await juliet.waitFor(isFrom(ROMEO, 'presence', 'subscribed'));
    await juliet.waitFor(isFrom(ROMEO, 'presence'));
    expect(await juliet.capsCheck()).toMatchObject({ valid: true });

    juliet.subscribe(DOMAIN);
    await juliet.waitFor(isFrom(DOMAIN, 'presence', 'subscribed'));
    await juliet.waitFor(isFrom(DOMAIN, 'presence'));
    expect(await juliet.capsCheck()).toMatchObject({ valid: true });

    juliet.raw(`<presence type='unsubscribe' to='${ROMEO}'/>`);
    await juliet.waitFor(isFrom(ROMEO, 'presence', 'unavailable'));

    juliet.subscribe(`nobody@${DOMAIN}`);
    const refusal = await juliet.waitFor(isFrom(`nobody@${DOMAIN}`, 'presence', 'error'));
    expect(errorOf(refusal)).toBe('item-not-found: There is nobody at this address.');
  });

  test('takes a message with all its characters', async () => {
    juliet.send(ROMEO, '🙂 <&> "é"\nline', { id: 'out-1', receipt: true });
    const message = await heard.take(({ id }) => id === 'out-1');
    expect(message).toMatchObject({
      ...{ content: 'text', text: '🙂 <&> "é"\nline', wantsReceipt: true },
      from: { local: 'juliet', domain: 'localhost' },
      to: { local: 'romeo', domain: DOMAIN },
    });
  });

  test('takes what is written to the helper and to the bare domain', async () => {
    juliet.send(`help@${DOMAIN}`, 'status', { id: 'help-1' });
    juliet.send(DOMAIN, 'status', { id: 'help-2' });
    expect((await heard.take(({ id }) => id === 'help-1')).to.local).toBe('help');
    expect((await heard.take(({ id }) => id === 'help-2')).to.local).toBeUndefined();
  });

  test('delivers a message, and hears of its receipt', async () => {
    await port.deliver({ ...text('🙂 <&> "é"\nline', 'in-1'), thread: 't1', sentAt: 1_000_000 });
    const message = await juliet.waitFor(({ attrs }) => attrs.id === 'in-1');
    expect(bodyOf(message)).toBe('🙂 <&> "é"\nline');
    expect(message.attrs).toMatchObject({ type: 'chat', from: ROMEO });
    expect(child(message, 'delay', 'urn:xmpp:delay')?.attrs.stamp).toBe('1970-01-01T00:16:40.000Z');

    juliet.raw(
      `<message to='${ROMEO}' id='r1'><received xmlns='urn:xmpp:receipts' id='in-1'/></message>`,
    );
    expect(await heard.take(({ content }) => content === 'receipt')).toMatchObject({ of: 'in-1' });
  });

  test('delivers a receipt and an error to who wrote', async () => {
    const to = juliet.jid;
    await port.deliver({ kind: 'receipt', id: 'r-2' as MessageId, from: 'romeo', to, of: 'out-1' });
    const receipt = await juliet.waitFor(({ attrs }) => attrs.id === 'r-2');
    expect(child(receipt, 'received', 'urn:xmpp:receipts')?.attrs.id).toBe('out-1');

    await port.deliver({
      ...{ kind: 'error', id: 'e-1' as MessageId, from: 'romeo', to, of: 'out-1' },
      refusal: { condition: 'gone', type: 'cancel', text: 'He has moved to Mantua.' },
    });
    const error = await juliet.waitFor(
      (stanza) => isMessage(stanza) && stanza.attrs.id === 'out-1',
    );
    expect(error.attrs.type).toBe('error');
    expect(errorOf(error)).toBe('gone: He has moved to Mantua.');
    expect(child(error, 'error', 'jabber:client')?.attrs.by).toBe(DOMAIN);
  });

  test('refuses what is encrypted, and never hands on the note beside it', async () => {
    juliet.raw(
      `<message to='${ROMEO}' type='chat' id='omemo-1'><body>a note</body><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>YQ==</payload></encrypted><encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl'/></message>`,
    );
    const error = await juliet.waitFor(({ attrs }) => attrs.id === 'omemo-1');
    expect(errorOf(error)).toMatch(/^not-acceptable: .*Turn encryption off/);
    expect(error.attrs.from).toBe(ROMEO);
    juliet.send(ROMEO, 'after it', { id: 'omemo-2' });
    await heard.take(({ id }) => id === 'omemo-2');
    expect(heard.rest.filter(({ id }) => id === 'omemo-1')).toEqual([]);
  });

  test('reads only the body of the stanza itself', async () => {
    juliet.raw(`<message to='${ROMEO}' id='evil-1'><body xmlns='evil'>forged</body></message>`);
    juliet.raw(
      `<message to='${ROMEO}' id='evil-2'><body xmlns='evil'>forged</body><body>mine</body></message>`,
    );
    expect(await heard.take(({ id }) => id === 'evil-2')).toMatchObject({ text: 'mine' });
    expect(heard.rest.filter(({ id }) => id === 'evil-1')).toEqual([]);
  });

  test('hears when a message of its own comes back', async () => {
    await port.deliver({ ...text('Hi', 'lost-1'), to: parseBareJid('paris@localhost') });
    expect(await heard.take(({ id }) => id === 'lost-1')).toMatchObject({
      ...{ content: 'error', condition: 'service-unavailable', type: 'cancel' },
      from: { local: 'paris', domain: 'localhost' },
    });
  });

  test('keeps the order of a thousand messages each way', async () => {
    const numbers = Array.from({ length: 1_000 }, (__, n) => `${n} 🙂`);
    for (const body of numbers) light.send(ROMEO, body);
    const out: string[] = [];
    while (out.length < numbers.length) {
      const message = await heard.take(({ from }) => from.local === 'nurse');
      if (message.content === 'text') out.push(message.text);
    }
    expect(out).toEqual(numbers);

    const nurse = parseBareJid('nurse@localhost');
    await Promise.all(
      numbers.map((body, n) => port.deliver({ ...text(body, `n-${n}`), to: nurse })),
    );
    const back: (string | undefined)[] = [];
    while (back.length < numbers.length) back.push(bodyOf(await light.waitFor(isMessage)));
    expect(back).toEqual(numbers);
  });
});
