import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdapterLog, MessageId, PeerId } from '../../../src/contract/index.ts';
import { type OpenPort, openPort } from '../../../src/xmpp/open-port.ts';
import { child, type Element } from '../../../src/xmpp/xml/element.ts';
import { bodyOf } from '../../support/clients/client.ts';
import { Inbox } from '../../support/clients/inbox.ts';
import { type SlixmppClient, startSlixmpp } from '../../support/clients/slixmpp.ts';
import { startEjabberd } from '../../support/peers/ejabberd.ts';
import { startProsody } from '../../support/peers/prosody.ts';
import type { XmppServer } from '../../support/peers/xmpp-server.ts';
import { occupant, PlayedRooms, remembered } from '../../support/played-rooms.ts';
import { inWords } from '../../support/room-words.ts';

const DOMAIN = 'gw.localhost';
const ROOM = `#room@${DOMAIN}`;
const log: AdapterLog = { debug() {}, info() {}, warn() {}, error() {} };
const account = { jid: 'juliet@localhost', password: 'simple' };

/** Nicks that some server would change or refuse as they are. */
const STRANGE = [
  ...['\u0430lice', 'alice\u200b', 'abc\u202egpj', 'bob\u05d0', 'ﬁne', 'a/b@c d', '[x]{y}|\\^`'],
  ...['\u2ff0x', 'x\u1806', '🙂', 'İstanbul', 'ẞtraße', '\ud800lone', `e${'\u0301'.repeat(90)}`],
  ...['\u{10a00}\u{10a3f}', 'אביב1', '\u0340x', '\u2126hm', 'x'.repeat(3_000), '  ', ''],
];

/** Many more, of characters from everywhere, and of those that are prepared in some way. */
const RANDOM = fc.sample(
  fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
    fc.string({
      unit: fc.oneof(
        fc.integer({ min: 0x80, max: 0xffff }).map((code) => String.fromCharCode(code)),
        fc.constantFrom('a', '1', ' ', '\u0301', '\u05d0', '\u0627', '\u0661', '\u064b', '(', 'ß'),
      ),
      minLength: 1,
      maxLength: 4,
    }),
  ),
  { numRuns: 1_500, seed: 20261124 },
);

/** A way to a port that can be cut. */
async function startLine(to: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.each([
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
])('rooms on %s', (_, startServer) => {
  let server: XmppServer;
  let line: Awaited<ReturnType<typeof startLine>>;
  let port: OpenPort;
  let balcony: SlixmppClient;
  let phone: SlixmppClient;
  const host = new PlayedRooms();
  const states = new Inbox<string>();
  const gone = new Inbox<string>();
  const spoken = { at: 1_000 };

  const fromRoom =
    (words: string) =>
    (stanza: Element): boolean =>
      (stanza.attrs.from ?? '').startsWith(ROOM) && inWords(stanza) === words;
  const view = () => host.view('#room', account.jid);
  const opened = () =>
    openPort(
      {
        ...{ domain: DOMAIN, secret: 'not guessed', host: server.host, port: line.port },
        ...{ tls: false, gatewayType: 'irc', title: 'Chat', version: '1.2.3' },
        ...{ knows: () => true, rooms: host },
      },
      {
        message() {},
        online: () => states.add('online'),
        offline: () => states.add('offline'),
        unsaid() {},
      },
      log,
    );

  beforeAll(async () => {
    server = await startServer({
      components: { [DOMAIN]: 'not guessed' },
      users: { juliet: account.password },
    });
    line = await startLine(server.componentPort);
    host.joining = (joined, { nick }) =>
      joined.local === '#full'
        ? joined.tell({
            is: 'refused',
            refusal: { condition: 'conflict', type: 'cancel', text: 'That nick is taken.' },
          })
        : joined.tell({
            ...{
              is: 'joined',
              nick,
              occupants: ['alice', 'bob', nick].map((each) => occupant(each)),
            },
            subject: { text: 'Verona', by: 'alice' },
          });
    host.past = async () => [
      remembered('H1', 'bob', 'first', spoken.at),
      remembered('H2', 'alice', 'second', spoken.at + 1),
    ];
    host.saying = (to, message) =>
      to.reflect({
        ...{ id: `R-${message.id}` as MessageId, text: message.text },
        ...{ messageId: message.id, originId: message.originId },
        isFile: message.isFile === true,
      });
    host.going = (left) => gone.add(`${left.clients}`);
    port = opened();
    port.start();
    const to = { ...account, host: server.host, port: server.c2sPort };
    [balcony, phone] = await Promise.all([
      startSlixmpp(to),
      startSlixmpp(to),
      states.take((state) => state === 'online'),
    ]);
  });

  afterAll(async () => {
    await Promise.all([balcony?.stop(), phone?.stop()]);
    await port?.stop(1_000);
    await line?.stop();
    await server?.stop();
  });

  test('a client joins, and understands all of it', async () => {
    expect(await balcony.join(ROOM, 'juliet', 10)).toMatchObject({
      joined: 'juliet',
      occupants: ['alice', 'bob', 'juliet'],
      history: ['first', 'second'],
      subject: 'Verona',
    });
  });

  test('another one joins at once, under the nick that there is', async () => {
    expect(await phone.join(ROOM, 'capulet', 0)).toMatchObject({
      joined: 'juliet',
      occupants: ['alice', 'bob', 'juliet'],
      history: [],
      subject: 'Verona',
    });
    expect(host.told.filter((each) => each.startsWith('join'))).toHaveLength(1);
  });

  test('a client hears why it can not join', async () => {
    const room = `#full@${DOMAIN}`;
    expect(await phone.join(room, 'juliet', 0)).toMatchObject({
      joined: null,
      refused: 'conflict',
    });
  });

  test('what one says, both see once, by its id', async () => {
    balcony.raw(
      `<message type='groupchat' to='${ROOM}' id='m1'><body>Ay me &amp; 🙂</body></message>`,
    );
    for (const client of [balcony, phone]) {
      const message = await client.waitFor(({ attrs }) => attrs.id === 'm1');
      expect(bodyOf(message)).toBe('Ay me & 🙂');
      expect(message.attrs.from).toBe(`${ROOM}/juliet`);
      expect(child(message, 'stanza-id', 'urn:xmpp:sid:0')?.attrs).toEqual({
        id: 'R-m1',
        by: ROOM,
      });
    }
  });

  test('what a client uploaded comes back as the file', async () => {
    const link = 'https://up.example/rose.jpg';
    const file = `<x xmlns='jabber:x:oob'><url>${link}</url></x>`;
    balcony.raw(
      `<message type='groupchat' to='${ROOM}' id='f1'><body>${link}</body>${file}</message>`,
    );
    for (const client of [balcony, phone]) {
      const message = await client.waitFor(({ attrs }) => attrs.id === 'f1');
      const x = child(message, 'x', 'jabber:x:oob');
      expect(x && child(x, 'url', x.ns)?.children).toEqual([link]);
      expect(bodyOf(message)).toBe(link);
    }
  });

  test('occupants with any nick come, speak, are spoken to and go', async () => {
    for (const nick of STRANGE) view().tell({ is: 'entered', occupant: occupant(nick) });
    for (const nick of STRANGE) {
      const { person } = occupant(nick);
      view().tell({ is: 'said', nick, person, text: 'It is me.' });
      const name = view().shownAs(nick);
      await balcony.waitFor(fromRoom(`${name}: It is me.`));
      const to = `${ROOM}/${name}`.replace(/[&<>'"]/g, (char) => `&#${char.charCodeAt(0)};`);
      balcony.raw(`<message type='chat' to='${to}'><body>Who?</body></message>`);
    }
    balcony.raw(`<message type='groupchat' to='${ROOM}' id='m2'><body>so</body></message>`);
    await balcony.waitFor(({ attrs }) => attrs.id === 'm2');
    const asked = host.told.filter((each) => each.startsWith('said to'));
    expect(asked).toEqual(STRANGE.map((nick) => `said to ${nick}: Who?`));
    const shown = STRANGE.map((nick) => view().shownAs(nick));
    expect(await balcony.occupants(ROOM)).toEqual(
      ['alice', 'bob', 'juliet', ...shown].sort(byCodePoints),
    );
    expect(port.online).toBe(true);
    view().tell({ is: 'split', nicks: STRANGE, words: 'a.net and b.net split' });
    await balcony.waitFor(fromRoom('*: a.net and b.net split'));
    expect(await balcony.occupants(ROOM)).toEqual(['alice', 'bob', 'juliet']);
  });

  test('occupants with any nick at all are shown', async () => {
    const nicks = [...new Set(RANDOM)];
    for (const nick of nicks) view().tell({ is: 'entered', occupant: occupant(nick) });
    view().tell({ is: 'announced', text: 'all there' });
    await balcony.waitFor(fromRoom('*: all there'));
    const shown = ['alice', 'bob', 'juliet', ...nicks.map((nick) => view().shownAs(nick))];
    expect(await balcony.occupants(ROOM)).toEqual(shown.sort(byCodePoints));
    view().tell({ is: 'split', nicks, words: 'none there' });
    await balcony.waitFor(fromRoom('*: none there'));
    expect(await balcony.occupants(ROOM)).toEqual(['alice', 'bob', 'juliet']);
  });

  test('a thousand come at once', async () => {
    const crowd = Array.from({ length: 1_000 }, (__, n) => occupant(`n${n}`));
    for (const each of crowd) view().tell({ is: 'entered', occupant: each });
    view().tell({ is: 'announced', text: 'a thousand' });
    await phone.waitFor(fromRoom('*: a thousand'));
    expect(await phone.occupants(ROOM)).toHaveLength(1_003);
    view().tell({ is: 'split', nicks: crowd.map(({ nick }) => nick), words: 'gone again' });
    await phone.waitFor(fromRoom('*: gone again'));
    expect(await phone.occupants(ROOM)).toEqual(['alice', 'bob', 'juliet']);
  });

  test('a nick changes', async () => {
    host.renaming = (to, nick) => to.tell({ is: 'renamed', from: to.nick ?? '', to: nick });
    phone.raw(`<presence to='${ROOM}/capulet'/>`);
    for (const client of [balcony, phone]) {
      await client.waitFor(fromRoom('-juliet > capulet 303 110'));
      await client.waitFor(fromRoom('+capulet 110'));
      expect(await client.occupants(ROOM)).toEqual(['alice', 'bob', 'capulet']);
    }
  });

  test('a client finds out whether it is in', async () => {
    const ping = async (client: SlixmppClient, name: string) =>
      inWords(await client.iq('get', `${ROOM}/${name}`, "<ping xmlns='urn:xmpp:ping'/>"));
    expect(await ping(balcony, 'capulet')).toBe('iq result capulet');
    expect(await ping(balcony, 'juliet')).toBe('!item-not-found iq juliet');
    phone.raw(`<presence type='unavailable' to='${ROOM}/capulet'/>`);
    await phone.waitFor(fromRoom('-capulet 110'));
    expect(await gone.take(() => true)).toBe('1');
    expect(await ping(phone, 'capulet')).toBe('!not-acceptable iq capulet');
    expect(await ping(balcony, 'capulet')).toBe('iq result capulet');
  });

  test('a stream that breaks sends everybody out, and they come again', async () => {
    await phone.join(ROOM, 'capulet', 0);
    line.cut();
    await states.take((state) => state === 'offline');
    await states.take((state) => state === 'online');
    for (const client of [balcony, phone]) {
      await client.waitFor(fromRoom('-capulet 110 332'));
      expect(await client.join(ROOM, 'capulet', 0)).toMatchObject({ joined: 'capulet' });
    }
    expect(await gone.take(() => true)).toBe('1');
    expect(await gone.take(() => true)).toBe('0');
  });

  test('a client that dies is out', async () => {
    await phone.stop();
    expect(await gone.take(() => true)).toBe('1');
    view().tell({ is: 'announced', text: 'still here' });
    await balcony.waitFor(fromRoom('*: still here'));
  });

  test('a gateway that stops leaves its clients to the next one, which tells them', async () => {
    await port.stop(5_000);
    port = opened();
    const client = balcony.jid;
    port.rooms?.farewell({ room: '#room' as PeerId, local: '#room', nick: 'capulet', client });
    port.start();
    await balcony.waitFor(fromRoom('-capulet 110 333'));
    await balcony.waitFor(fromRoom('-capulet 110 332'));
    expect(await balcony.join(ROOM, 'capulet', 0)).toMatchObject({ joined: 'capulet' });
  });
});

/** As Python sorts. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
