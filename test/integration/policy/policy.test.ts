import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import {
  type OpenPolicy,
  openPolicy,
  type PolicyOptions,
} from '../../../src/policy/open-policy.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { parseBareJid } from '../../../src/xmpp/jid.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';

const transport = 'pager' as TransportId;
const juliet = parseBareJid('juliet@example.org');
const romeo = parseBareJid('romeo@friend.example');
const ops = parseBareJid('ops@example.org');
const NOON = Date.UTC(2026, 0, 31, 12);
const MIDNIGHT = Date.UTC(2026, 1, 1);
const HOUR_MS = 3_600_000;

let redis: RedisPeer;
let store: Store;
let now: number;
const opened: OpenPolicy[] = [];

beforeAll(async () => {
  redis = await startRedis();
  store = openStore({ kind: 'url', url: `unix:${redis.socket}` });
});
afterAll(async () => {
  await store.close();
  await redis.stop();
});
beforeEach(async () => {
  await store.client.call('FLUSHALL');
  now = NOON;
});
afterEach(async () => {
  for (const policy of opened.splice(0)) await policy.close();
});

async function policyWith(options: Partial<PolicyOptions> = {}): Promise<OpenPolicy> {
  const policy = await openPolicy({
    transport,
    access: ['example.org'],
    admins: [ops],
    dailyLimit: 10,
    perMinute: 1_000,
    store,
    now: () => now,
    ...options,
  });
  opened.push(policy);
  return policy;
}

describe('access', () => {
  test('is for domains and for single users', async () => {
    const policy = await policyWith({ access: ['example.org', 'romeo@friend.example'] });
    expect(policy.refuses(juliet)).toBeUndefined();
    expect(policy.refuses(romeo)).toBeUndefined();
    for (const other of [
      'mercutio@friend.example',
      'friend.example',
      'x@sub.example.org',
      'x@notexample.org',
    ]) {
      expect(policy.refuses(parseBareJid(other))).toMatchObject({
        condition: 'forbidden',
        type: 'cancel',
      });
    }
  });

  test('knows the administrators, who are subject to it too', async () => {
    const policy = await policyWith({ access: ['friend.example'] });
    expect([ops, juliet].map(policy.isAdmin)).toEqual([true, false]);
    expect(policy.refuses(ops)?.condition).toBe('forbidden');
  });
});

describe('the daily allowance', () => {
  test('ends with a text that says when the next begins', async () => {
    const policy = await policyWith();
    expect(policy.spend(juliet, 8)).toBeUndefined();
    expect(policy.spend(juliet, 3)).toEqual({
      condition: 'resource-constraint',
      type: 'wait',
      text: 'This message counts as 3, and 2 of 10 are left today. The next day begins at 00:00 UTC, in 12 h 0 min.',
    });
    expect(policy.spend(juliet, 2)).toBeUndefined();
    now = MIDNIGHT - 90_000;
    expect(policy.spend(juliet, 1)?.text).toBe(
      "Today's limit of 10 is used up. The next day begins at 00:00 UTC, in 2 min.",
    );
    expect(policy.spend(romeo, 1)).toBeUndefined();
    now = MIDNIGHT;
    expect(policy.spend(juliet, 10)).toBeUndefined();
  });

  test('holds for administrators', async () => {
    const policy = await policyWith();
    expect(policy.spend(ops, 10)).toBeUndefined();
    expect(policy.spend(ops, 1)?.type).toBe('wait');
  });

  test('says so where a message can never be within it', async () => {
    const policy = await policyWith();
    expect(policy.spend(juliet, 11)).toMatchObject({
      condition: 'policy-violation',
      type: 'modify',
    });
    expect(policy.spend(juliet, 10)).toBeUndefined();
  });

  test('gives back what was not sent, and never more than was spent today', async () => {
    const policy = await policyWith();
    policy.spend(juliet, 10);
    policy.giveBack(juliet, 4);
    expect(policy.spend(juliet, 5)?.type).toBe('wait');
    expect(policy.spend(juliet, 4)).toBeUndefined();
    now = MIDNIGHT;
    policy.giveBack(juliet, 4);
    expect(policy.spend(juliet, 11)?.condition).toBe('policy-violation');
    expect(policy.spend(juliet, 10)).toBeUndefined();
    expect(policy.spend(juliet, 1)?.type).toBe('wait');
  });

  test('every text is short enough to be shown beside a message', async () => {
    const policy = await policyWith({ dailyLimit: 1_000_000, perMinute: 1 });
    policy.spend(juliet, 999_998);
    const refusals = [
      policy.refuses(romeo),
      policy.spend(juliet, 10_000_000),
      policy.spend(juliet, 999_999),
      policy.spend(juliet, 1),
    ];
    for (const refusal of refusals) expect(refusal?.text.length).toBeLessThanOrEqual(120);
    expect(refusals[3]?.text).toBe('Not sent: 1 messages a minute are allowed. Try again in 60 s.');
  });

  test('is kept over a restart, for two days', async () => {
    const first = await policyWith();
    for (let n = 0; n < 9; n++) first.spend(juliet, 1);
    first.giveBack(juliet, 1);
    first.spend(romeo, 3);
    await first.close();
    const second = await policyWith();
    expect(second.spend(juliet, 3)?.type).toBe('wait');
    expect(second.spend(juliet, 2)).toBeUndefined();
    expect(second.spend(romeo, 7)).toBeUndefined();
    const key = 'use:pager:2026-01-31';
    const ttl = await store.command('TTL', store.partitionFor(transport), key);
    expect(Number(ttl)).toBeGreaterThan(47 * 3_600);
    expect(Number(ttl)).toBeLessThanOrEqual(48 * 3_600);
  });

  test('is read anew by who takes over, without losing what he counts meanwhile', async () => {
    const [old, next] = [await policyWith(), await policyWith()];
    old.spend(juliet, 5);
    await old.close();
    const reading = next.refresh();
    expect(next.spend(juliet, 3)).toBeUndefined();
    await reading;
    expect(next.spend(juliet, 3)?.type).toBe('wait');
    await next.close();
    expect((await policyWith()).spend(juliet, 3)?.type).toBe('wait');
    expect((await policyWith()).spend(juliet, 2)).toBeUndefined();
  });

  test('is counted while the store is away, and written when it is back', async () => {
    const peer = await startRedis();
    const errors: unknown[] = [];
    const away = openStore({ kind: 'url', url: `unix:${peer.socket}` });
    const policy = await policyWith({ store: away, onError: (error) => errors.push(error) });
    await peer.kill('SIGKILL');
    expect(policy.spend(juliet, 9)).toBeUndefined();
    expect(policy.spend(juliet, 2)?.type).toBe('wait');
    await vi.waitUntil(() => errors.length > 0, { timeout: 30_000 });
    await peer.restart();
    const partition = away.partitionFor(transport);
    const written = () => away.command('HGET', partition, 'use:pager:2026-01-31', juliet);
    await vi.waitUntil(async () => (await written().catch(() => null)) === '9', {
      timeout: 30_000,
    });
    await policy.close();
    await away.close();
    await peer.stop();
  });
});

describe('bursts', () => {
  test('are refused with the time to wait, and cost nothing of the day', async () => {
    const policy = await policyWith({ perMinute: 3, dailyLimit: 4 });
    for (let n = 0; n < 3; n++) expect(policy.spend(juliet, 1)).toBeUndefined();
    expect(policy.spend(juliet, 1)).toEqual({
      condition: 'resource-constraint',
      type: 'wait',
      text: 'Not sent: 3 messages a minute are allowed. Try again in 20 s.',
    });
    now += HOUR_MS;
    expect(policy.spend(juliet, 1)).toBeUndefined();
  });

  test('are of messages: what costs nothing of the day counts too, on a day that is used up', async () => {
    const policy = await policyWith({ perMinute: 3, dailyLimit: 1 });
    expect(policy.spend(juliet, 1)).toBeUndefined();
    expect(policy.spend(juliet, 0)).toBeUndefined();
    expect(policy.spend(juliet, 0)).toBeUndefined();
    expect(policy.spend(juliet, 0)?.condition).toBe('resource-constraint');
    await policy.close();
    const partition = store.partitionFor(transport);
    expect(await store.command('HGETALL', partition, 'use:pager:2026-01-31')).toEqual([
      juliet,
      '1',
    ]);
  });
});
