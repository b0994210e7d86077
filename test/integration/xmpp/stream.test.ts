import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StreamLostError, UnserialisableError } from '../../../src/xmpp/port.ts';
import type { StreamTiming } from '../../../src/xmpp/stream.ts';
import { child, type Element } from '../../../src/xmpp/xml/element.ts';
import { bodyOf as bodyAtClient, type XmppClient } from '../../support/clients/client.ts';
import { startLightClient } from '../../support/clients/light.ts';
import { FaultProxy } from '../../support/faults/proxy/proxy.ts';
import { startEjabberd } from '../../support/peers/ejabberd.ts';
import { startProsody } from '../../support/peers/prosody.ts';
import type { XmppServer } from '../../support/peers/xmpp-server.ts';
import { bodyOf, chat, startStream, type WatchedStream } from '../../support/streams.ts';

const COMPONENTS = { 'gw.localhost': 'geheimnißvoll', 'b.localhost': 'other' };
const USERS = { juliet: 'capulet', romeo: 'montague' };
const FROM = '+12025550123@gw.localhost';
const JULIET = 'juliet@localhost';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

const open: WatchedStream[] = [];

function start(
  server: XmppServer,
  domain: keyof typeof COMPONENTS = 'gw.localhost',
  options: { port?: number; server?: string; timing?: Partial<StreamTiming> } = {},
): WatchedStream {
  const { port = server.componentPort, server: asked, timing = {} } = options;
  const watched = startStream(domain, COMPONENTS[domain], port, { server: asked, timing });
  open.push(watched);
  return watched;
}

async function online(...given: Parameters<typeof start>): Promise<WatchedStream> {
  const watched = start(...given);
  await watched.seen.until(({ onlines }) => onlines > 0);
  // The server may still have been busy with the end of the last test's stream.
  watched.seen.reasons.length = 0;
  return watched;
}

/** A user of the server, whose messages are counted by their ids. */
function logIn(server: XmppServer, user: keyof typeof USERS): Promise<XmppClient> {
  const { host, c2sPort: port } = server;
  return startLightClient({ jid: `${user}@localhost`, password: USERS[user], host, port });
}

/** The ids of the next messages with a body, in order; a repeat counts once. */
async function idsAt(client: XmppClient, count: number): Promise<(string | undefined)[]> {
  const ids = new Set<string | undefined>();
  while (ids.size < count) {
    const message = await client.waitFor((stanza) => bodyAtClient(stanza) !== undefined);
    ids.add(message.attrs.id);
  }
  return [...ids];
}

/** Delivers one after the other, each until it is delivered, as custody does with a conversation. */
async function persist({ stream, seen }: WatchedStream, stanzas: readonly Element[]) {
  for (const stanza of stanzas) {
    for (let delivered = false; !delivered; ) {
      await seen.until(() => stream.online);
      delivered = await stream.deliver(stanza).then(
        () => true,
        (error: unknown) => {
          if (error instanceof StreamLostError) return false;
          throw error;
        },
      );
    }
  }
}

afterEach(async () => {
  for (const { stream } of open.splice(0)) await stream.stop(2_000);
});

describe.each([
  ['Prosody', () => startProsody({ components: COMPONENTS, users: USERS, settings: LARGE })],
  ['ejabberd', () => startEjabberd({ components: COMPONENTS, users: USERS })],
])('a stream to %s', (name, startServer) => {
  let server: XmppServer;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('carries 1,000 smileys over a link of 1-byte chunks, both ways', async () => {
    const proxy = await FaultProxy.start({ port: server.componentPort });
    proxy.flow({ is: 'slice', bytes: 1 });
    const near = await online(server, 'gw.localhost', { port: proxy.port });
    const far = await online(server, 'b.localhost');
    const texts = numbers(1000).map((id) => `Grüße ${id} 🙂`);
    const send = ({ stream }: WatchedStream, from: string, to: string) =>
      Promise.all(texts.map((text, id) => stream.deliver(chat(from, to, String(id), text))));
    await Promise.all([
      send(near, 'a@gw.localhost', 'b@b.localhost'),
      send(far, 'b@b.localhost', 'a@gw.localhost'),
    ]);
    for (const { seen } of [near, far]) {
      await seen.until(({ stanzas }) => stanzas.length >= 1000);
      expect(seen.stanzas.map(bodyOf)).toEqual(texts);
      expect(seen.reasons).toEqual([]);
    }
    for (const { stream } of open.splice(0)) await stream.stop(2_000);
    await proxy.stop();
  });

  it('is not closed for what can not be written', async () => {
    const { stream, seen } = await online(server);
    const juliet = await logIn(server, 'juliet');
    const evil = [
      ...['a\u0002b', '\ufffe', '\ud83d', 'x'.repeat(600_000)].map((text) =>
        chat(FROM, JULIET, 'evil', text),
      ),
      ...['a/b@gw.localhost', 'bob@ex.com@gw.localhost', 'a@b.localhost'].map((from) =>
        chat(from, JULIET, 'evil'),
      ),
    ];
    for (const [at, stanza] of evil.entries()) {
      await expect(stream.deliver(stanza)).rejects.toBeInstanceOf(UnserialisableError);
      await stream.deliver(chat(FROM, JULIET, `good-${at}`));
    }
    expect(await idsAt(juliet, evil.length)).toEqual(evil.map((_, at) => `good-${at}`));
    expect(seen.reasons).toEqual([]);
    await juliet.stop();
  });

  it('carries what can be written, however strange it is', async () => {
    const { stream, seen } = await online(server);
    const juliet = await logIn(server, 'juliet');
    const texts = [
      '<>&"\' ]]> &amp; \t\n 🙂 \u{1fffe} \u{10ffff} \u0085\u2028\ud7ff\ue000\ufffd \u007f\u009f',
      'x'.repeat(500_000),
    ];
    for (const [at, text] of texts.entries()) {
      await stream.deliver(chat('a\\40b~`^=+é@gw.localhost', JULIET, String(at), text));
      const message = await juliet.waitFor(({ attrs }) => attrs.id === String(at));
      expect(bodyAtClient(message)).toBe(text);
    }
    expect(seen.reasons).toEqual([]);
    await juliet.stop();
  });

  it.each([
    ['1 MB', `<body>${'x'.repeat(1 << 20)}</body>`],
    ['1,000 levels', '<a>'.repeat(1000) + '</a>'.repeat(1000)],
    [
      '100 attributes',
      `<a ${numbers(100)
        .map((i) => `a${i}='1'`)
        .join(' ')}/>`,
    ],
  ])('answers a message of %s with an error, and lives', async (_, content) => {
    const { stream, seen } = await online(server);
    const romeo = await logIn(server, 'romeo');
    romeo.raw(`<message to='${FROM}' type='chat' id='big'>${content}</message>`);
    romeo.send(FROM, 'next');
    const answer = await romeo.waitFor(({ attrs }) => attrs.id === 'big');
    expect(answer.attrs).toMatchObject({ type: 'error', from: FROM });
    const error = child(answer, 'error', 'jabber:client');
    expect(error && child(error, 'policy-violation', NS_ERROR)).toBeDefined();
    await seen.until(({ stanzas }) => stanzas.some((stanza) => bodyOf(stanza) === 'next'));
    await stream.deliver(chat(FROM, 'romeo@localhost', 'after'));
    expect(seen.reasons).toEqual([]);
    await romeo.stop();
  });

  it.each([
    ['a prefix of nothing', `<z:body>x</z:body>`],
    ['an entity', '<body>&lol;</body>'],
    ['a control character', '<body>\u0002</body>'],
    ['a reference to one', '<body>&#2;</body>'],
    ['a reference to U+FFFE', '<body>&#xFFFE;</body>'],
    ['a comment', '<body><!-- x --></body>'],
    ['an attribute in a namespace', `<body xmlns:z='urn:z' z:a='1'>x</body>`],
    ['CDATA', '<body><![CDATA[<message>&]]></body>'],
  ])('is not closed when a user writes %s', async (_, content) => {
    const { stream, seen } = await online(server);
    const romeo = await logIn(server, 'romeo');
    romeo.raw(`<message to='${FROM}' type='chat' id='evil'>${content}</message>`);
    // The server answers by then: it has passed the message on, or closed the user's stream.
    romeo.raw(`<iq type='get' id='end' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await romeo.waitFor(({ attrs }) => attrs.id === 'end').catch(() => {});
    await stream.deliver(chat(FROM, 'romeo@localhost', 'after'));
    expect(seen.reasons).toEqual([]);
    await romeo.stop();
  });

  it('is refused with words for a wrong secret, an unknown domain and the wrong port', async () => {
    const wrong = startStream('gw.localhost', 'wrong', server.componentPort);
    const unknown = startStream('nobody.localhost', 'other', server.componentPort);
    const client = startStream('gw.localhost', 'other', server.c2sPort);
    open.push(wrong, unknown, client);
    for (const { seen } of [wrong, unknown, client]) {
      await seen.until(({ reasons }) => reasons.length > 0);
    }
    expect(wrong.seen.reasons[0]).toMatch(/refused the secret of gw\.localhost/);
    expect(unknown.seen.reasons[0]).toMatch(/does not know (a component )?nobody\.localhost/);
    expect(client.seen.reasons[0]).toMatch(/does not take components\. It is the port for clients/);
  });

  it('finds out that it is the second of its domain', async () => {
    const first = await online(server);
    const second = start(server);
    await second.seen.until(({ reasons }) => reasons.length > 0);
    expect(second.seen.onlines).toBe(0);
    const words = name === 'Prosody' ? /Another connection holds/ : /not exclusive/;
    expect(second.seen.reasons[0]).toMatch(words);
    if (name === 'Prosody') await first.stream.deliver(chat(FROM, JULIET, '1'));
    else await first.seen.until(({ reasons }) => reasons.length > 0);
  });

  it('finds a stopped server, and comes back to it', async () => {
    const { stream, seen } = await online(server, 'gw.localhost', {
      timing: { heartbeatMs: 50, answerMs: 300, negotiateMs: 2_000 },
    });
    await server.kill('SIGSTOP');
    await expect(stream.deliver(chat(FROM, JULIET, 'stopped'))).rejects.toBeInstanceOf(
      StreamLostError,
    );
    await seen.until(({ reasons }) => reasons.length > 0);
    await server.kill('SIGCONT');
    expect(seen.reasons[0]).toMatch(/half open/);
    await seen.until(({ onlines }) => onlines > 1);
    await stream.deliver(chat(FROM, JULIET, 'again'));
  });

  it('knows a server that was there all the time from one that was started again', async () => {
    const proxy = await FaultProxy.start({ port: server.componentPort });
    const { seen } = await online(server, 'gw.localhost', {
      port: proxy.port,
      server: 'localhost',
    });
    const ages: unknown[] = seen.ages;
    const back = async (end: () => Promise<void>) => {
      const { onlines } = seen;
      await end();
      await seen.until((now) => now.onlines > onlines);
      return seen.ages.at(-1)?.sinceLastBarrier;
    };
    expect(ages).not.toContain(undefined);
    // In its first seconds nobody can tell.
    while (!(await back(async () => proxy.reset())));
    expect(await back(() => server.restart())).toBe(false);
    expect(ages).not.toContain(undefined);
    // What it says would be an answer to the listener's question otherwise.
    expect(seen.stanzas.filter(({ attrs }) => attrs.from === 'localhost')).toEqual([]);
    await proxy.stop();
  });

  it('survives restarts in the middle of traffic: all arrives, each conversation in order', async () => {
    const watched = await online(server);
    const senders = numbers(20).map((sender) => `${sender}@gw.localhost`);
    const ids = numbers(100);
    const traffic = Promise.all(
      senders.map((from) =>
        persist(
          watched,
          ids.map((id) => chat(from, 'romeo@localhost', `${from}:${id}`)),
        ),
      ),
    );
    const restarts = (async () => {
      for (let restart = 1; restart <= 2; restart++) {
        await server.restart();
        await watched.seen.until(({ onlines }) => onlines > restart);
      }
    })();
    await Promise.all([traffic, restarts]);
    const romeo = await logIn(server, 'romeo');
    const received = await idsAt(romeo, senders.length * ids.length);
    for (const from of senders) {
      expect(received.filter((id) => id?.startsWith(`${from}:`))).toEqual(
        ids.map((id) => `${from}:${id}`),
      );
    }
    await romeo.stop();
  });
});

describe('what was delivered', () => {
  it('is kept by Prosody for a user who is away, though it is killed at once', async () => {
    const server = await startProsody({ components: COMPONENTS, users: USERS });
    const { stream } = await online(server);
    const ids = numbers(300);
    const kill = Promise.all(ids.map((id) => stream.deliver(chat(FROM, JULIET, id)))).then(() =>
      server.kill('SIGKILL'),
    );
    await kill;
    await server.restart();
    const juliet = await logIn(server, 'juliet');
    expect(await idsAt(juliet, ids.length)).toEqual(ids);
    await juliet.stop();
    await stream.stop(2_000);
    await server.stop();
  });
});

describe('direct TLS', () => {
  it('is refused with words for a certificate that is not trusted, and works for one that is', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'postern-tls-'));
    const file = join(dir, 'both.pem');
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '2',
          '-subj',
          '/CN=localhost',
        ],
        ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', file, '-out', file],
      ],
      { stdio: 'ignore' },
    );
    const server = await startEjabberd({ components: COMPONENTS, componentTls: file });
    const trusted = getCACertificates();
    try {
      const watched = startStream(
        ...['gw.localhost' as const, COMPONENTS['gw.localhost'], server.componentPort],
        { host: 'localhost', tls: true },
      );
      open.push(watched);
      await watched.seen.until(({ reasons }) => reasons.length > 0);
      expect(watched.seen.reasons[0]).toMatch(/certificate of localhost:\d+ is not trusted/);
      setDefaultCACertificates([...trusted, readFileSync(file, 'utf8')]);
      await watched.seen.until(({ onlines }) => onlines > 0);
      await watched.stream.deliver(chat(FROM, JULIET, '1'));
      await watched.stream.stop(2_000);
    } finally {
      setDefaultCACertificates(trusted);
      await server.stop();
      await rm(dir, { recursive: true });
    }
  });
});

const LARGE = 'c2s_stanza_size_limit = 4194304';
const NS_ERROR = 'urn:ietf:params:xml:ns:xmpp-stanzas';
