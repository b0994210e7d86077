import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UnserialisableError } from '../../../src/xmpp/port.ts';
import { Link } from '../../../src/xmpp/stream/link.ts';
import { type StanzaXml, serialise } from '../../../src/xmpp/xml/serialise.ts';
import type { XmppClient } from '../../support/clients/client.ts';
import { startLightClient } from '../../support/clients/light.ts';
import { startEjabberd } from '../../support/peers/ejabberd.ts';
import { startProsody } from '../../support/peers/prosody.ts';
import type { XmppServer } from '../../support/peers/xmpp-server.ts';
import { chat, startStream, type WatchedStream } from '../../support/streams.ts';

const COMPONENTS = { 'gw.localhost': 'geheim', 'b.localhost': 'other' };
const PING = "<ping xmlns='urn:xmpp:ping'/>";

/** Another component of the server, which writes what it likes. */
function startOther(port: number): Promise<{ write(xml: string): void; ended: Promise<string> }> {
  return new Promise((resolve, reject) => {
    const ended = Promise.withResolvers<string>();
    const link = new Link(
      {
        ...{ domain: 'b.localhost', secret: COMPONENTS['b.localhost'] },
        ...{ host: '127.0.0.1', port, tls: false, negotiateMs: 10_000 },
      },
      {
        ready: () =>
          resolve({ write: (xml) => link.write(xml as StanzaXml), ended: ended.promise }),
        stanza() {},
        skipped() {},
        drained() {},
        ended({ reason }) {
          reject(new Error(reason));
          ended.resolve(reason);
        },
      },
    );
  });
}

describe.each([
  ['Prosody', () => startProsody({ components: COMPONENTS, users: { romeo: 'montague' } })],
  ['ejabberd', () => startEjabberd({ components: COMPONENTS, users: { romeo: 'montague' } })],
])('strangers at %s', (name, startServer) => {
  let server: XmppServer;
  let watched: WatchedStream;

  beforeAll(async () => {
    server = await startServer();
    watched = startStream('gw.localhost', COMPONENTS['gw.localhost'], server.componentPort);
    await watched.seen.until(({ onlines }) => onlines > 0);
  });
  afterEach(() => {
    expect(watched.seen.reasons).toEqual([]);
    watched.seen.stanzas.length = 0;
  });
  afterAll(async () => {
    await watched.stream.stop(2_000);
    await server.stop();
  });

  const logIn = (): Promise<XmppClient> =>
    startLightClient({
      ...{ jid: 'romeo@localhost', password: 'montague' },
      ...{ host: server.host, port: server.c2sPort },
    });

  /** What came under our own name, once everything that was sent before has come. */
  async function underOurName(): Promise<unknown[]> {
    await watched.stream.deliver(chat('a@gw.localhost', 'romeo@localhost', 'after'));
    return watched.seen.stanzas.filter(({ attrs }) => attrs.from?.includes('gw.localhost'));
  }

  it.each(['gw.localhost', 'a@gw.localhost'])('can not speak as %s, users of it', async (from) => {
    for (const type of ['get', 'result', 'error']) {
      const romeo = await logIn();
      romeo.raw(`<iq type='${type}' id='1' from='${from}' to='gw.localhost'>${PING}</iq>`);
      // The server answers by then, or has closed the user's stream.
      await romeo.iq('get', 'localhost', PING).catch(() => {});
      await romeo.stop();
    }
    expect(await underOurName()).toEqual([]);
  });

  if (name === 'Prosody') {
    // ejabberd lets components that share a listener speak as each other: each should have its own.
    it('can not speak as us, other components of it', async () => {
      for (const from of ['gw.localhost', 'a@gw.localhost']) {
        const other = await startOther(server.componentPort);
        other.write(`<iq type='get' id='1' from='${from}' to='gw.localhost'>${PING}</iq>`);
        expect(await other.ended).toMatch(/invalid-from/);
      }
      expect(await underOurName()).toEqual([]);
    });
  }

  it.each([
    ['U+FFFE', '<body>\ufffe</body>'],
    ['U+FFFF in an attribute', `<body a='\uffff'/>`],
    ['a character beyond Unicode', '<body>&#x110000;</body>'],
    ['the end of CDATA without its beginning', '<body>a]]>b</body>'],
    ['a prefix that only the own stream declares', '<stream:error>x</stream:error>'],
    ['a namespace with everything in it', `<a xmlns='&lt;&gt;&amp;&quot;&apos;&#10;'/>`],
    ['names beyond ASCII', '<é ü="1"/>'],
    ['its own xml:space and xml:lang', `<body xml:space='preserve' xml:lang='de'>x</body>`],
  ])('do not close the stream with %s', async (_, content) => {
    const romeo = await logIn();
    romeo.raw(`<message to='a@gw.localhost' type='chat' id='evil'>${content}</message>`);
    await romeo.iq('get', 'localhost', PING).catch(() => {});
    expect(await underOurName()).toEqual([]);
    await romeo.stop();
  });

  it('may have any address: what can be written closes no stream', async () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.string({ unit: fc.constantFrom(...letters(0x21, 0x3000)), minLength: 1, maxLength: 2 }),
    );
    const parts = fc.sample(part, { numRuns: 4_000, seed: 20_261_124 });
    const stanzas = parts
      .flatMap((local, at) => [
        chat(`${local}@gw.localhost`, 'b.localhost', `local ${at}`),
        chat(`a@gw.localhost/${local}`, 'b.localhost', `resource ${at}`),
        chat('a@gw.localhost', `${local}@b.localhost`, `to ${at}`),
      ])
      .filter((stanza) => canBeWritten(() => serialise(stanza, 'gw.localhost')));
    expect(stanzas.length).toBeGreaterThan(1_000);
    await Promise.all(stanzas.map((stanza) => watched.stream.deliver(stanza)));
  });
});

function letters(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => String.fromCodePoint(from + i));
}

function canBeWritten(write: () => string): boolean {
  try {
    return write() !== '';
  } catch (error) {
    if (error instanceof UnserialisableError) return false;
    throw error;
  }
}
