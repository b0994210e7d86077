import { expect, it } from 'vitest';
import { Uptime } from '../../../../src/xmpp/stream/uptime.ts';
import { element, NS_COMPONENT } from '../../../../src/xmpp/xml/element.ts';

const DOMAIN = 'gw.example.org';
const HOST = 'example.org';
/** Of a clock that counts from somewhere. */
const NOW = 5_000_000;

function asked(): Uptime {
  return new Uptime(DOMAIN, 'q1', HOST);
}

function answer(seconds: string, { from = HOST, id = 'q1', type = 'result' } = {}) {
  const query = element('query', 'jabber:iq:last', { seconds });
  return element('iq', NS_COMPONENT, { from, to: DOMAIN, id, type }, [query]);
}

it.each([
  ['long before the last barrier', 30, 20_000, true],
  ['within the second by which both may err', 20, 19_500, false],
  ['after it', 5, 20_000, false],
])('the server of the stream before that began %s', (_, seconds, ago, sinceLastBarrier) => {
  const uptime = asked();
  expect(uptime.read(answer(String(seconds)), NOW)).toBe(true);
  const before = { upSince: NOW - seconds * 1_000, certainAt: NOW - ago };
  expect(uptime.age(NOW, before)).toEqual({ upMs: seconds * 1_000 - 1_000, sinceLastBarrier });
});

it.each([
  ['that began when that of the stream before did', 3_600, 0, true],
  ['each of whose answers is rounded in its own way', 3_600, 1_900, true],
  ['that has been up for longer than that of the stream before', 3_600, 60_000, false],
  ['that is younger, and was there at the last barrier', 3_600, -60_000, false],
])('a server %s', (_, seconds, later, sinceLastBarrier) => {
  const first = asked();
  first.read(answer(String(seconds)), NOW);
  const upSince = first.upSince;
  const now = NOW + 30_000;
  const next = asked();
  next.read(answer(String(Math.trunc((now - NOW + later) / 1_000) + seconds)), now);
  expect(next.age(now, { upSince, certainAt: now - 1_000 })?.sinceLastBarrier).toBe(
    sinceLastBarrier,
  );
});

it('a server whose stream before did not say when it began is not known to be the same', () => {
  const uptime = asked();
  uptime.read(answer('1000'), NOW);
  const before = { upSince: undefined, certainAt: NOW - 1 };
  expect(uptime.age(NOW, before)?.sinceLastBarrier).toBe(false);
});

it('without a stream before nothing is known to be the same', () => {
  const uptime = asked();
  uptime.read(answer('1000'), NOW);
  expect(uptime.age(NOW, undefined)?.sinceLastBarrier).toBe(false);
});

it.each([
  ['an error', answer('5', { type: 'error' }), true],
  ['no number', answer('-1'), true],
  ['an endless number', answer('9'.repeat(400)), true],
  ['the word of somebody who was not asked', answer('5', { from: 'juliet@example.org' }), false],
  ['an answer to another question', answer('5', { id: 'q2' }), false],
])('%s says nothing', (_, stanza, isTaken) => {
  const uptime = asked();
  expect(uptime.read(stanza, NOW)).toBe(isTaken);
  expect(uptime.age(NOW, undefined)).toBeUndefined();
});
