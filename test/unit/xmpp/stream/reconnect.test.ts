import { describe, expect, it } from 'vitest';
import {
  endBySocketError,
  endByStreamError,
  notExclusive,
  type StreamEnd,
} from '../../../../src/xmpp/stream/end.ts';
import { Reconnect } from '../../../../src/xmpp/stream/reconnect.ts';
import { element, NS_STREAMS } from '../../../../src/xmpp/xml/element.ts';

const PLACE = { domain: 'gw.test', host: '127.0.0.1', port: 5347 };
const MINUTE = 60_000;
const EXTREMES = [() => 0, () => 0.5, () => 1 - Number.EPSILON];

const closed: StreamEnd = endBySocketError(
  Object.assign(new Error(), { code: 'ECONNREFUSED' }),
  PLACE,
);
const byError = (condition: string): StreamEnd =>
  endByStreamError(
    element('error', NS_STREAMS, {}, [element(condition, 'urn:ietf:params:xml:ns:xmpp-streams')]),
    PLACE,
  );

/** The delays of one outage of so many milliseconds. */
function outage(end: StreamEnd, forMs: number, random: () => number): number[] {
  const reconnect = new Reconnect(MINUTE, random);
  const delays: number[] = [];
  for (let now = 0; now < forMs; ) {
    const delay = reconnect.delay(end, false, now);
    delays.push(delay);
    now += delay;
  }
  return delays;
}

describe('a server that is not there', () => {
  it('is tried within 2 s for 5 minutes, whatever the jitter', () => {
    for (const random of EXTREMES) {
      const delays = outage(closed, 5 * MINUTE, random);
      expect(Math.max(...delays)).toBeLessThanOrEqual(2_000);
      expect(delays[0]).toBeLessThan(500);
    }
  });

  it('is tried within 30 s after that, whatever the jitter', () => {
    for (const random of EXTREMES) {
      const last = outage(closed, 15 * MINUTE, random).at(-1);
      expect(last).toBeGreaterThanOrEqual(15_000);
      expect(last).toBeLessThanOrEqual(30_000);
    }
  });

  it('is not tried by everybody at the same moment', () => {
    const delays = (random: number) => outage(closed, MINUTE, () => random);
    expect(delays(0)[3]).toBeLessThan((delays(0.99)[3] ?? 0) * 0.7);
  });

  it('is tried quickly again once it was there', () => {
    const reconnect = new Reconnect(MINUTE, () => 0.5);
    const first = reconnect.delay(closed, true, 0);
    for (let i = 1; i < 20; i++) reconnect.delay(closed, false, i * MINUTE);
    reconnect.succeeded();
    expect(reconnect.delay(closed, true, 30 * MINUTE)).toBe(first);
  });
});

describe('a domain that somebody else holds', () => {
  it.each([byError('conflict'), notExclusive('gw.test')])('$reason', (end) => {
    const delays = outage(end, 5 * MINUTE, () => 0.5);
    expect(delays.slice(0, 60)).toEqual(Array(60).fill(1_000));
    expect(delays.slice(60)).toEqual(Array(10).fill(24_000));
  });

  it.each([byError('conflict'), notExclusive('gw.test')])(
    'and took it from us is left alone for a minute at least: $reason',
    (end) => {
      for (const random of EXTREMES) {
        const delay = new Reconnect(MINUTE, random).delay(end, true, 0);
        expect(delay).toBeGreaterThanOrEqual(MINUTE);
        expect(delay).toBeLessThanOrEqual(1.25 * MINUTE);
      }
    },
  );
});

it.each(['system-shutdown', 'reset', 'resource-constraint', 'see-other-host'])(
  'an end because of %s accuses no stanza',
  (condition) => {
    expect(byError(condition)).toMatchObject({ cause: 'unreachable', suspicion: 'none' });
  },
);

it('a wrong setting is tried ever more slowly', () => {
  const delays = outage(byError('not-authorized'), 3 * MINUTE, () => 0.5);
  expect(delays.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 24_000]);
});
