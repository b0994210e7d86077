import { describe, expect, it } from 'vitest';
import { PoisonousError, StreamLostError } from '../../../../src/xmpp/port.ts';
import { startStream } from '../../../support/streams.ts';
import { numbers, toJuliet, useStrictServer } from './strict-server.ts';

const use = useStrictServer();

describe('a stream that breaks', () => {
  it.each([
    ['a comment', Buffer.from('<!-- c --><message/>')],
    ['wrong bytes', Buffer.concat([Buffer.from([0xe1]), Buffer.from('<message/>')])],
  ])('for %s is not read any further, and begins again', async (_, bytes) => {
    const { seen } = await use.online();
    use.server.say(bytes);
    await seen.until(({ onlines }) => onlines === 2);
    expect(seen.stanzas).toEqual([]);
    expect(seen.reasons).toEqual([expect.stringMatching(/^The server sent what can not be read/)]);
  });

  it('tells since when nothing is certain', async () => {
    const { stream, seen } = await use.online();
    const before = Date.now();
    await stream.deliver(toJuliet('1'));
    use.server.drop();
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.lastCertainAt).toBeGreaterThanOrEqual(before);
    expect(seen.lastCertainAt).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['policy-violation', 'while nothing else is said'],
    ['reset', 'while nothing else is said'],
    ['policy-violation', 'though something live is said all the time'],
  ])('because of one stanza (%s) finds it, and only it, %s', async (condition, meanwhile) => {
    const { stream, seen } = await use.online();
    use.server.poison = ({ attrs }) => (attrs.id === 'poison' ? condition : undefined);
    const ids = [...numbers(10), 'poison', ...numbers(20).slice(10)];
    const fates = new Map<string, unknown>();
    let talk: NodeJS.Immediate | undefined;
    const talkOn = () => {
      stream.send(toJuliet('live'));
      talk = setImmediate(talkOn);
    };
    if (meanwhile.startsWith('though')) talkOn();
    // As custody does: what was lost with a stream is delivered again by the next one.
    for (let streams = 1; ids.length > fates.size; streams++) {
      await seen.until(({ onlines }) => onlines >= streams);
      const left = ids.filter((id) => !fates.has(id));
      await Promise.all(
        left.map((id) =>
          stream.deliver(toJuliet(id)).then(
            () => fates.set(id, 'delivered'),
            (error: unknown) => {
              if (!(error instanceof StreamLostError)) fates.set(id, error);
            },
          ),
        ),
      );
    }
    clearImmediate(talk);
    expect(fates.get('poison')).toBeInstanceOf(PoisonousError);
    expect([...fates.values()].filter((fate) => fate === 'delivered')).toHaveLength(20);
  });
});

describe('a server that says how long it is up', () => {
  it('is the one of the stream before only where it began when that did', async () => {
    const { server } = use;
    server.upSeconds = 3_600;
    const { stream, seen } = use.add(
      startStream('gw.test', 'geheim', server.port, { server: 'example.test' }),
    );
    const backWith = async (seconds: number) => {
      const { onlines } = seen;
      server.upSeconds = seconds;
      if (onlines > 0) server.drop();
      await seen.until((now) => now.onlines > onlines);
      await stream.deliver(toJuliet(`${onlines}`));
      return seen.ages.at(-1)?.sinceLastBarrier;
    };
    expect(await backWith(3_600)).toBe(false);
    expect(await backWith(3_600)).toBe(true);
    // Another node of the cluster.
    expect(await backWith(90_000)).toBe(false);
    expect(await backWith(90_000)).toBe(true);
    expect(await backWith(3_600)).toBe(false);
    expect(seen.stanzas).toEqual([]);
  });

  it('and began after it answered the last barrier, is none that has anything', async () => {
    const { server } = use;
    server.upSeconds = 1;
    const { seen } = use.add(
      startStream('gw.test', 'geheim', server.port, { server: 'example.test' }),
    );
    await seen.until(({ onlines }) => onlines === 1);
    server.upSeconds = 0;
    server.drop();
    await seen.until(({ onlines }) => onlines === 2);
    expect(seen.ages.map((age) => age?.sinceLastBarrier)).toEqual([false, false]);
  });
});

describe('a link that is half open', () => {
  it('is found by the heartbeat, also when nothing is written', async () => {
    const { seen } = await use.online({ heartbeatMs: 20, answerMs: 60 });
    use.server.hold();
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(/did not answer a ping within 0\.1 s: the link is half open/);
  });

  it('is none while the pings come back', async () => {
    const { seen } = await use.online({ heartbeatMs: 20, answerMs: 60_000 });
    const before = use.server.received.length;
    await use.server.until(({ received }) => received.length >= before + 5);
    expect(seen.reasons).toEqual([]);
    expect(seen.stanzas).toEqual([]);
  });
});

describe('a stream that can not be', () => {
  it.each([
    ['not-authorized', /refused the secret of gw\.test/],
    ['host-unknown', /does not know a component gw\.test/],
    ['conflict', /Another connection holds gw\.test/],
    ['invalid-namespace', /does not take components/],
    ['system-shutdown', /ended the stream \(system-shutdown\)/],
    ['internal-server-error', /with an error \(internal-server-error\)/],
  ])('because of %s says so, and is tried again', async (condition, words) => {
    use.server.refusal = condition;
    const { seen } = use.start();
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(words);
    use.server.refusal = undefined;
    await seen.until(({ onlines }) => onlines === 1);
  });

  it('with a wrong secret says so', async () => {
    const { stream, seen } = startStream('gw.test', 'wrong', use.server.port);
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(/refused the secret/);
    expect([...seen.reasons, ...seen.lines].join()).not.toContain('wrong');
    await stream.stop(0);
  });

  it('where nothing listens says so, aloud only once', async () => {
    await use.server.close();
    const { seen } = use.start();
    await seen.until(({ reasons }) => reasons.length === 3);
    expect(seen.reasons[2]).toBe(`Nothing listens on 127.0.0.1:${use.server.port} (ECONNREFUSED).`);
    expect(seen.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
  });

  it.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['HTML', '<!DOCTYPE html><html>'],
    ['another kind of XML', '<html></html>'],
    ['TLS', Buffer.from([0x15, 3, 1, 0, 2, 2, 70])],
  ])('where %s is spoken says so', async (_, words) => {
    use.server.mute = true;
    const { seen } = use.start();
    await use.server.until(({ connections }) => connections === 1);
    use.server.say(words);
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(/answers with something that is not XMPP/);
  });

  it('where nobody answers says so', async () => {
    use.server.mute = true;
    const { seen } = use.start({ negotiateMs: 50 });
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(/did not answer within/);
  });

  it('where TLS is not spoken says so', async () => {
    const { stream, seen } = startStream('gw.test', 'geheim', use.server.port, { tls: true });
    await use.server.until(({ connections }) => connections === 1);
    use.server.say('<?xml ?>');
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(/does not speak TLS/);
    await stream.stop(0);
  });
});

describe('a domain that somebody takes', () => {
  it('from the one that had it is left to him', async () => {
    const { stream, seen } = await use.online();
    const before = use.server.connections;
    use.server.fail('conflict');
    await seen.until(({ reasons }) => reasons.length === 1);
    await expect(stream.deliver(toJuliet('1'))).rejects.toBeInstanceOf(StreamLostError);
    const other = startStream('gw.test', 'geheim', use.server.port);
    await other.seen.until(({ onlines }) => onlines === 1);
    await other.stream.stop(1_000);
    expect(use.server.connections).toBe(before + 1);
  });

  it('is tried again when the time is over', async () => {
    const { seen } = await use.online({ standByMs: 10 });
    use.server.fail('conflict');
    await seen.until(({ onlines }) => onlines === 2);
  });

  it.each([1, 16])('silently, is found when %i of the probes go to him', async (strays) => {
    use.server.strays = strays;
    const { seen } = use.start({ heartbeatMs: 20 });
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(/not exclusive/);
    expect(seen.onlines).toBe(0);
  });

  it('silently, is found when the last of the probes goes to him', async () => {
    const { server } = use;
    server.hold();
    const { seen } = use.start({ heartbeatMs: 60_000 });
    await server.until(({ received }) => received.length === 16);
    server.release(15);
    server.strays = 1;
    server.release();
    await seen.until(({ reasons }) => reasons.length === 1);
    expect(seen.reasons[0]).toMatch(/not exclusive/);
  });

  it('silently, is no stream for either of the two', async () => {
    use.server.sharing = true;
    const first = await use.online();
    const second = use.start();
    await first.seen.until(({ reasons }) => reasons.length === 1);
    await second.seen.until(({ reasons, onlines }) => reasons.length + onlines > 0);
    expect(first.seen.reasons[0]).toMatch(/not exclusive/);
    expect(first.seen.lines).toContain(`error ${first.seen.reasons[0]}`);
    expect(second.seen.onlines).toBe(0);
    await second.seen.until(({ onlines }) => onlines === 1);
    expect(first.seen.onlines).toBe(1);
  });
});

describe('stopping', () => {
  it('waits for the answer to what was written, and says goodbye', async () => {
    const { stream, seen } = await use.online();
    use.server.hold();
    const delivery = stream.deliver(toJuliet('1'));
    const stopped = stream.stop(60_000);
    await use.server.until(() => use.messages().length === 1);
    await expect(stream.deliver(toJuliet('2'))).rejects.toBeInstanceOf(StreamLostError);
    expect(use.server.goodbyes).toBe(0);
    use.server.release();
    await delivery;
    await stopped;
    expect(use.server.goodbyes).toBe(1);
    expect(seen.reasons).toEqual(['The stream was closed by us.']);
  });

  it('does not wait longer than it may', async () => {
    const { stream, seen } = await use.online();
    use.server.hold();
    const delivery = stream.deliver(toJuliet('1'));
    await Promise.all([expect(delivery).rejects.toBeInstanceOf(StreamLostError), stream.stop(30)]);
    expect(stream.online).toBe(false);
    expect(seen.onlines).toBe(1);
  });

  it('ends the attempts, and can be done at any time', async () => {
    await use.server.close();
    const { stream, seen } = use.start();
    await seen.until(({ reasons }) => reasons.length === 1);
    await stream.stop(1_000);
    await stream.stop(1_000);
    await use.server.open();
    expect(use.server.connections).toBe(0);
  });
});
