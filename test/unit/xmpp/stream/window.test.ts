import { describe, expect, it } from 'vitest';
import { PoisonousError, StreamLostError } from '../../../../src/xmpp/port.ts';
import type { Suspicion } from '../../../../src/xmpp/stream/end.ts';
import { Window } from '../../../../src/xmpp/stream/window.ts';
import type { StanzaXml } from '../../../../src/xmpp/xml/serialise.ts';

/** What stands in a stanza is nothing to a window. */
const stanza = (xml: string): StanzaXml => xml as StanzaXml;

/** Adds stanzas `<0/>`, `<1/>`… and remembers what became of each. */
function filled(window: Window, count: number, from = 0): Map<string, string> {
  const fates = new Map<string, string>();
  for (let i = from; i < from + count; i++) {
    const id = String(i);
    window.add(stanza(`<${i}/>`), id).then(
      () => fates.set(id, 'delivered'),
      (error: Error) => fates.set(id, error.name),
    );
  }
  return fates;
}

/** All that the window gives now, one entry a batch. */
function take(window: Window): { stanzas: number; ping: number }[] {
  const batches: { stanzas: number; ping: number }[] = [];
  for (;;) {
    const batch = window.takeBatch(0);
    if (batch === undefined) return batches;
    batches.push({ stanzas: batch.xml.split('<').length - 1, ping: batch.ping });
  }
}

/** Lets the promises of the window tell what became of them. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('an open window', () => {
  it('gives four batches of 32, and the next one for each that is acknowledged', async () => {
    const window = new Window();
    const fates = filled(window, 200);
    expect(take(window)).toEqual([0, 1, 2, 3].map((ping) => ({ stanzas: 32, ping })));
    expect(window.acknowledge(0)).toBe(true);
    await settle();
    expect([...fates.keys()]).toEqual(Array.from({ length: 32 }, (_, i) => String(i)));
    expect(take(window)).toEqual([{ stanzas: 32, ping: 4 }]);
  });

  it('ends a batch at 256 KiB, but takes a larger stanza', () => {
    const window = new Window();
    for (const length of [100_000, 100_000, 100_000, 400_000, 1]) {
      void window.add(stanza(`<${'x'.repeat(length)}`), undefined);
    }
    expect(take(window).map(({ stanzas }) => stanzas)).toEqual([2, 1, 1, 1]);
  });

  it('knows a ping that went to somebody else by the next one', () => {
    const window = new Window();
    filled(window, 64);
    take(window);
    expect(window.acknowledge(1)).toBe(false);
  });

  it('takes a ping that comes back twice as one', () => {
    const window = new Window();
    filled(window, 1);
    take(window);
    expect(window.acknowledge(0)).toBe(true);
    expect(window.acknowledge(0)).toBe(true);
    expect(window.unansweredSince).toBeUndefined();
  });
});

describe('a stream that ended', () => {
  it('rejects everything that was not acknowledged, and what waited', async () => {
    const window = new Window();
    const fates = filled(window, 200);
    take(window);
    window.acknowledge(0);
    window.lose('strong');
    await settle();
    const names = [...fates.values()];
    expect(names.filter((name) => name === 'delivered')).toHaveLength(32);
    expect(names.filter((name) => name === 'StreamLostError')).toHaveLength(168);
  });

  it('is followed by one stanza at a time, until a window of them is acknowledged', () => {
    const window = new Window();
    filled(window, 2);
    take(window);
    window.lose('none');
    filled(window, 300);
    for (let ping = 0; ping < 128; ping++) {
      expect(take(window)).toEqual([{ stanzas: 1, ping }]);
      window.acknowledge(ping);
    }
    expect(take(window)[0]).toEqual({ stanzas: 32, ping: 128 });
  });

  it('changes nothing where nothing was on its way', () => {
    const window = new Window();
    window.takePing(0);
    window.lose('strong');
    filled(window, 64);
    expect(take(window)).toHaveLength(2);
  });
});

describe('a stanza that was alone when the stream ended', () => {
  /** One life of a stream: it dies of its only stanza. */
  async function die(
    window: Window,
    id: string | undefined,
    suspicion: Suspicion = 'strong',
  ): Promise<unknown> {
    const fate = window.add(stanza('<x/>'), id).catch((error: unknown) => error);
    take(window);
    window.lose(suspicion);
    return fate;
  }

  it('is poisonous at the second complaint of the server, and is forgotten then', async () => {
    const window = new Window();
    expect(await die(window, 'p')).toBeInstanceOf(StreamLostError);
    expect(await die(window, 'other')).toBeInstanceOf(StreamLostError);
    expect(await die(window, 'p')).toBeInstanceOf(PoisonousError);
    expect(await die(window, 'p')).toBeInstanceOf(StreamLostError);
  });

  it('is poisonous at the fifth end without a word: servers are restarted', async () => {
    const window = new Window();
    for (let i = 0; i < 4; i++) {
      expect(await die(window, 'p', 'weak')).toBeInstanceOf(StreamLostError);
    }
    expect(await die(window, 'p', 'weak')).toBeInstanceOf(PoisonousError);
  });

  it('is innocent where the stream ended for another reason', async () => {
    const window = new Window();
    for (let i = 0; i < 9; i++) {
      expect(await die(window, 'p', 'none')).toBeInstanceOf(StreamLostError);
    }
  });

  it('is innocent once it was delivered', async () => {
    const window = new Window();
    await die(window, 'p');
    const delivered = window.add(stanza('<x/>'), 'p');
    const [batch] = take(window);
    window.acknowledge(batch?.ping ?? -1);
    await delivered;
    expect(await die(window, 'p')).toBeInstanceOf(StreamLostError);
  });

  it('is innocent where a live stanza may have done it', async () => {
    const window = new Window();
    for (let i = 0; i < 3; i++) {
      window.addLive(1);
      expect(await die(window, 'p')).toBeInstanceOf(StreamLostError);
    }
  });

  it('can not be known again without an id', async () => {
    const window = new Window();
    for (let i = 0; i < 3; i++) {
      expect(await die(window, undefined)).toBeInstanceOf(StreamLostError);
    }
  });

  it('is remembered among the last 128 only', async () => {
    const window = new Window();
    await die(window, 'p');
    for (let i = 0; i < 128; i++) await die(window, `q${i}`);
    expect(await die(window, 'p')).toBeInstanceOf(StreamLostError);
    expect(await die(window, 'q127')).toBeInstanceOf(PoisonousError);
  });
});

it('is certain until the newest ping that came back was sent, not until its answer was read', () => {
  const window = new Window();
  expect(window.certainAt).toBeUndefined();
  window.takePing(10);
  window.takePing(20);
  window.takePing(30);
  window.acknowledge(0);
  window.acknowledge(1);
  expect(window.certainAt).toBe(20);
  window.lose('none');
  expect(window.certainAt).toBe(20);
});
