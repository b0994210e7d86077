import { beforeEach, describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../src/contract/index.ts';
import type { LaneServer } from '../../../src/lanes/serving.ts';
import { readInbound, type StoredInbound } from '../../../src/lanes/stored.ts';
import { CAPABILITIES, serveOnce } from '../../support/paper.ts';
import { OutboundBench, text } from './outbound-bench.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let bench: OutboundBench;
let acceptedAt: number;

beforeEach(() => {
  bench = new OutboundBench();
  bench.capabilities = {
    ...CAPABILITIES,
    order: 'none',
    resend: 'deduplicated',
    deadlineMs: 120 * HOUR_MS,
    delayNoticeMs: 4 * HOUR_MS,
  };
  acceptedAt = bench.clock.now;
});

const greylisted = async () => {
  throw new DeliveryError({ kind: 'later', afterMs: 7 * MINUTE_MS }, '451 come again');
};

async function accepted(...bodies: string[]) {
  for (const body of bodies) bench.accept(text(body));
  await bench.stored();
}

/** Serves once a minute until so many hours after it was accepted, and gives what its sender was told, and when. */
async function toldUntil(hours: number) {
  const told: { readonly hours: number; readonly event: StoredInbound }[] = [];
  const user: LaneServer = {
    async serve({ entries }) {
      const at = (bench.clock.now - acceptedAt) / HOUR_MS;
      told.push(...entries.map(({ event }) => ({ hours: at, event: readInbound(event) })));
      return { settlements: entries.map(() => ({ kind: 'terminal', keep: false })), reports: [] };
    },
  };
  while (bench.clock.now < acceptedAt + hours * HOUR_MS) {
    await bench.serve();
    await serveOnce(bench.lanes, 'inbound', user, { perLane: 100 });
    bench.clock.pass(MINUTE_MS);
  }
  return told;
}

describe('a message that the other side does not take yet', () => {
  it.each([
    ['asks to come again', greylisted],
    [
      'never answers',
      async (_: unknown, attempt: { leave(part: number): void }) => {
        attempt.leave(0);
        throw new Error('no answer');
      },
    ],
  ])('because it %s: its sender is told at the time of the notice, once', async (_, deliver) => {
    bench.deliver = deliver;
    await accepted('Wherefore art thou\nRomeo?');
    const told = await notices(12);
    expect(told).toEqual([
      {
        hours: 4,
        text: `⌛ Not delivered yet, as far as is known: the other side has not said that it took this message. It is tried again until ${until()}.\n> Wherefore art thou…`,
      },
    ]);
  });

  it('is not told of again when this process has begun anew', async () => {
    bench.deliver = greylisted;
    await accepted('hi');
    expect(await notices(5)).toHaveLength(1);
    // Every round has a server of its own, which remembers nothing.
    expect(await notices(24)).toEqual([]);
  });

  it('is told of as soon as it is tried, where nobody was there at the time', async () => {
    bench.deliver = greylisted;
    await accepted('hi');
    bench.clock.pass(10 * HOUR_MS);
    expect(await notices(11)).toMatchObject([{ hours: 10 }]);
  });

  it('and is taken in time: nothing is told', async () => {
    bench.deliver = greylisted;
    await accepted('hi');
    expect(await notices(3)).toEqual([]);
    bench.deliver = async () => ({ networkIds: [] });
    expect(await notices(6)).toEqual([]);
  });

  it('and is given up before: only the end is told', async () => {
    bench.deliver = greylisted;
    bench.capabilities = { ...bench.capabilities, deadlineMs: HOUR_MS };
    await accepted('hi');
    const told = await toldUntil(6);
    expect(told.map(({ event: { kind } }) => kind)).toEqual(['error', 'text']);
    expect(told.every(({ hours }) => hours === 1)).toBe(true);
  });

  it('holds no other, in a network without order', async () => {
    const stuck = 'the first';
    bench.deliver = async ({ text: body }) => {
      if (body === stuck) throw new DeliveryError({ kind: 'later' }, '451');
      return { networkIds: [] };
    };
    await accepted(stuck);
    for (let minute = 0; minute < 60; minute++) {
      await accepted(`${minute}`);
      await bench.serve();
      expect(bench.sent.map((message) => message.text)).toContain(`${minute}`);
      bench.clock.pass(MINUTE_MS);
    }
    expect(bench.sent.filter((message) => message.text === stuck).length).toBeGreaterThan(5);
    expect(new Set(bench.sent.map((message) => message.text)).size).toBe(61);
  });
});

const notices = async (hours: number) =>
  (await toldUntil(hours)).map(({ hours: at, event }) => ({
    hours: at,
    text: event.kind === 'text' ? event.text : event.kind,
  }));

function until(): string {
  const at = new Date(acceptedAt + 120 * HOUR_MS).toISOString();
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}
