import { describe, expect, it } from 'vitest';
import { StreamLostError, UnserialisableError } from '../../../../src/xmpp/port.ts';
import type { Element } from '../../../../src/xmpp/xml/element.ts';
import { ComponentServer } from '../../../support/component-server.ts';
import { FaultProxy } from '../../../support/faults/proxy/proxy.ts';
import { bodyOf, chat, startStream, type WatchedStream } from '../../../support/streams.ts';
import { isPing, numbers, toJuliet, useStrictServer } from './strict-server.ts';

const use = useStrictServer();

const idsOf = (stanzas: readonly Element[]): (string | undefined)[] =>
  stanzas.map(({ attrs }) => attrs.id);

describe('what it delivers', () => {
  it('is delivered when a ping that was sent after it has come back', async () => {
    const { stream, seen } = await use.online();
    use.server.hold();
    let delivered = false;
    const delivery = stream.deliver(toJuliet('1')).then(() => {
      delivered = true;
    });
    await use.server.until(({ received }) => received.at(-2)?.attrs.id === '1');
    expect(isPing(use.server.received.at(-1) ?? toJuliet(''))).toBe(true);
    expect(delivered).toBe(false);
    use.server.release();
    await delivery;
    expect(seen.stanzas).toEqual([]);
  });

  it('leaves in the order of the calls, the calls of a tick together', async () => {
    const { stream } = await use.online();
    use.server.received.length = 0;
    await Promise.all(numbers(70).map((id) => stream.deliver(toJuliet(id))));
    expect(idsOf(use.messages())).toEqual(numbers(70));
    expect(use.server.received.flatMap((stanza, at) => (isPing(stanza) ? [at] : []))).toEqual([
      32, 65, 72,
    ]);
  });

  it('is at most 128 stanzas ahead of the server', async () => {
    const { stream } = await use.online();
    use.server.hold();
    const deliveries = numbers(300).map((id) => stream.deliver(toJuliet(id)));
    await use.server.until(() => use.messages().length === 128);
    // What is live passes by: when it has come, nothing else is on its way.
    stream.send(toJuliet('live'));
    await use.server.until(() => use.messages().some(({ attrs }) => attrs.id === 'live'));
    expect(use.messages()).toHaveLength(129);
    use.server.release();
    await Promise.all(deliveries);
    expect(use.messages()).toHaveLength(301);
  });

  it.each([
    ['\u0002', 'a\u0002b', '+1@gw.test'],
    ['U+FFFE', '\ufffe', '+1@gw.test'],
    ['a lone surrogate', '\ud83d', '+1@gw.test'],
    ['a "/" in from', 'x', 'a/b@gw.test'],
    ['a second "@" in from', 'x', 'bob@ex.com@gw.test'],
    ['a foreign domain', 'x', 'a@b.test'],
    ['more than a server takes', 'x'.repeat(600_000), '+1@gw.test'],
  ])('is refused before it is written for %s, and the next one passes', async (_, text, from) => {
    const { stream, seen } = await use.online();
    const evil = chat(from, 'juliet@example.org', 'evil', text);
    await expect(stream.deliver(evil)).rejects.toBeInstanceOf(UnserialisableError);
    expect(() => stream.send(evil)).toThrow(UnserialisableError);
    await stream.deliver(toJuliet('good'));
    expect(idsOf(use.messages())).toEqual(['good']);
    expect(seen.reasons).toEqual([]);
  });
});

describe('what is live', () => {
  it('leaves after what it rests on was kept, once for all of a tick', async () => {
    const done: string[] = [];
    const beforeLive = () => {
      done.push('kept');
      throw new Error('This harms nobody.');
    };
    const { stream, seen } = use.add(
      startStream('gw.test', 'geheim', use.server.port, { beforeLive }),
    );
    await seen.until(({ onlines }) => onlines > 0);
    for (const id of ['a', 'b']) {
      stream.send(toJuliet(id));
      done.push(id);
    }
    await use.server.until(() => use.messages().length === 2);
    expect(done).toEqual(['a', 'b', 'kept']);
    await stream.deliver(toJuliet('c'));
    expect(done).toHaveLength(3);
  });
});

describe('what the package would do wrong', () => {
  it('smileys survive a link of 1-byte chunks, both ways', async () => {
    const proxy = await FaultProxy.start({ port: use.server.port });
    proxy.flow({ is: 'slice', bytes: 1 });
    const gateway = use.start({}, proxy.port);
    const other = startStream('b.test', 'other', proxy.port);
    use.add(other);
    try {
      for (const { seen } of [gateway, other]) await seen.until(({ onlines }) => onlines > 0);
      const texts = numbers(200).map((id) => `Grüße ${id} 🙂`);
      const send = ({ stream }: WatchedStream, from: string, to: string) =>
        Promise.all(texts.map((text, id) => stream.deliver(chat(from, to, String(id), text))));
      await Promise.all([
        send(gateway, 'a@gw.test', 'b@b.test'),
        send(other, 'b@b.test', 'a@gw.test'),
      ]);
      for (const { seen } of [gateway, other]) {
        await seen.until(({ stanzas }) => stanzas.length >= 200);
        expect(seen.stanzas.map(bodyOf)).toEqual(texts);
      }
    } finally {
      await proxy.stop();
    }
  });

  it('a write that failed rejects', async () => {
    const { stream } = await use.online();
    use.server.hold();
    const deliveries = numbers(200).map((id) => stream.deliver(toJuliet(id)));
    await use.server.until(() => use.messages().length > 0);
    use.server.drop();
    const results = await Promise.allSettled(deliveries);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(200);
  });

  it('while there is no stream, deliver rejects and send drops', async () => {
    const { stream, seen } = await use.online();
    await use.server.close();
    await seen.until(({ reasons }) => reasons.length > 0);
    await expect(stream.deliver(toJuliet('1'))).rejects.toBeInstanceOf(StreamLostError);
    stream.send(toJuliet('2'));
    await use.server.open();
    await seen.until(({ onlines }) => onlines === 2);
    await stream.deliver(toJuliet('3'));
    expect(idsOf(use.messages())).toEqual(['3']);
  });

  it('who can wait is told when a server does not read, and when it does again', async () => {
    const { stream } = await use.online();
    use.server.pause();
    const text = 'x'.repeat(1_000);
    let sent = 0;
    while (stream.full === undefined) {
      for (let i = 0; i < 100; i++) stream.send(toJuliet(String(sent++), text));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { full } = stream;
    use.server.resume();
    await full;
    expect(stream.full).toBeUndefined();
    await stream.deliver(toJuliet('last'));
    expect(idsOf(use.messages())).toEqual([...numbers(sent), 'last']);
  });

  it('who can wait goes on at once where all of a tick has left at once', async () => {
    const { stream } = await use.online();
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < 20; i++) stream.send(toJuliet(String(i), text));
    const { full } = stream;
    expect(full).toBeInstanceOf(Promise);
    await full;
    expect(stream.full).toBeUndefined();
  });

  it('who waits for a server that does not read goes on when the stream has ended', async () => {
    const { stream, seen } = await use.online();
    use.server.pause();
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < 20; i++) stream.send(toJuliet(String(i), text));
    const { full } = stream;
    expect(full).toBeInstanceOf(Promise);
    use.server.drop();
    await full;
    expect(stream.full).toBeUndefined();
    // Of those that were written nobody knows how many came.
    expect(seen.unsure).toEqual([20]);
  });

  it('what is live does not pile up before a server that does not read', async () => {
    const { stream } = await use.online();
    use.server.pause();
    const sent = 400;
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < sent; i++) {
      stream.send(toJuliet(String(i), text));
      await new Promise((resolve) => setImmediate(resolve));
    }
    use.server.resume();
    await stream.deliver(toJuliet('last'));
    // 8 MiB wait in the process, the rest of what came was in the kernel's buffers.
    expect(use.messages().length).toBeLessThan(sent / 2);
    expect(use.messages().at(-1)?.attrs.id).toBe('last');
  });

  it('a request that nobody knows is for us to answer, not for its middleware', async () => {
    const { stream, seen } = await use.online();
    use.server.received.length = 0;
    use.server.say(
      `<iq type='get' id='1' from='a@b.test' to='gw.test'><query xmlns='urn:x'/></iq>`,
    );
    await seen.until(({ stanzas }) => stanzas.length === 1);
    await stream.deliver(toJuliet('1'));
    expect(use.server.received.filter((stanza) => !isPing(stanza)).map(({ name }) => name)).toEqual(
      ['message'],
    );
  });

  it('a stream begins again when the port is open again', async () => {
    const { seen } = await use.online();
    await use.server.close();
    await seen.until(({ reasons }) => reasons.length >= 3);
    await use.server.open();
    await seen.until(({ onlines }) => onlines === 2);
    expect(use.server.connections).toBe(2);
  });

  it('a secret that is not ASCII is hashed as servers hash it', async () => {
    const german = await ComponentServer.start({ 'gw.test': 'geheimnißvoll 🙂' });
    const watched = startStream('gw.test', 'geheimnißvoll 🙂', german.port);
    await watched.seen.until(({ onlines, reasons }) => onlines + reasons.length > 0);
    expect(watched.seen.reasons).toEqual([]);
    await watched.stream.stop(1_000);
    await german.close();
  });
});
