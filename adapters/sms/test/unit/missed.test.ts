import type { OwnAddress } from 'postern/adapter';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Carrier } from '../carrier.ts';
import { OWN_NUMBER, PEER_NUMBER, sid } from '../carrier.ts';
import { onCarrier, rigOn } from '../on-carrier.ts';

const HOUR_MS = 60 * 60_000;

const missed = (carrier: Carrier, id: number, to = OWN_NUMBER, ageMs = 1_000) => {
  const createdAt = Date.now() - ageMs;
  carrier.received.push({ sid: sid(id), from: PEER_NUMBER, to, body: `text ${id}`, createdAt });
};

/** Resolves when the adapter says that it is in this state. */
async function inState(rig: ReturnType<typeof rigOn>, state: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const push = rig.said.push.bind(rig.said);
  const look = (line: { level: string; text: string }): void => {
    if (line.level === 'health' && line.text.startsWith(`"${state}"`)) resolve(line.text);
  };
  rig.said.forEach(look);
  rig.said.push = (...lines) => {
    lines.forEach(look);
    return push(...lines);
  };
  await rig.adapter.start();
  return await promise;
}

describe('at the start', () => {
  test('what arrived in the meantime is fetched, oldest first', async () => {
    const { rig, carrier } = await onCarrier();
    carrier.pageSize = 2;
    for (const [index, id] of [1, 2, 3, 4, 5].entries()) {
      missed(carrier, id, OWN_NUMBER, 60_000 - index * 2_000);
    }
    await inState(rig, 'connected');
    const events = rig.received.filter((event) => event.kind === 'message');
    expect(events.map(({ eventId }) => eventId)).toEqual([1, 2, 3, 4, 5].map(sid));
    expect(events[0]).toMatchObject({ text: 'text 1', to: OWN_NUMBER, from: PEER_NUMBER });
    expect(events[0]?.sentAt).toBeGreaterThan(Date.now() - 120_000);
  });

  test('what became of sent texts in the meantime is heard, once, and only of ours', async () => {
    const { rig, carrier } = await onCarrier({ numbers: [OWN_NUMBER] });
    const sent = (id: number, status: string, errorCode?: number, From = OWN_NUMBER) => {
      const fields = new URLSearchParams({ From, To: PEER_NUMBER, Body: `text ${id}` });
      const createdAt = Date.now() - 48 * HOUR_MS + id * 1_000;
      const more = errorCode === undefined ? {} : { errorCode };
      carrier.sent.push({ sid: sid(id), form: fields, createdAt, status, ...more });
    };
    sent(1, 'delivered');
    sent(2, 'undelivered', 21610);
    sent(3, 'sent');
    sent(4, 'delivered', undefined, '+12025550199');
    await inState(rig, 'connected');
    expect(rig.received).toMatchObject([
      { kind: 'status', of: { networkId: sid(1) }, state: { is: 'delivered' } },
      { kind: 'status', of: { networkId: sid(2) }, state: { is: 'failed' } },
    ]);
    // He may have opted in again since.
    expect(rig.memory.size).toBe(1);
  });

  test('what arrived within one second keeps its order', async () => {
    const { rig, carrier } = await onCarrier();
    const createdAt = Date.now() - 5_000;
    for (const id of [1, 2, 3]) {
      const text = { from: PEER_NUMBER, to: OWN_NUMBER, body: `text ${id}`, createdAt };
      carrier.received.push({ sid: sid(id), ...text });
    }
    await inState(rig, 'connected');
    const texts = rig.received.map((event) => event.kind === 'message' && event.text);
    expect(texts).toEqual(['text 1', 'text 2', 'text 3']);
  });

  test('nothing is fetched for numbers of the account that are not ours', async () => {
    const { rig, carrier } = await onCarrier();
    missed(carrier, 1, '+12025550199');
    await inState(rig, 'connected');
    expect(rig.received).toEqual([]);
  });

  test('texts are fetched for every number of an account, also one never used, and for the pool', async () => {
    const { carrier } = await onCarrier({ numbers: ['+12025550101'] });
    const ownAddresses = ['+12025550102', '+12025550103'] as OwnAddress[];
    const rig = rigOn(carrier, { ownAddresses });
    for (const [id, to] of ['+12025550101', ...ownAddresses].entries()) missed(carrier, id + 1, to);
    missed(carrier, 4, OWN_NUMBER);
    await inState(rig, 'connected');
    expect(new Set(rig.received.map((event) => event.kind === 'message' && event.to))).toEqual(
      new Set(['+12025550101', ...ownAddresses]),
    );
  });

  test('a provider whose clock is slow has nothing that is too old', async () => {
    const { rig, carrier } = await onCarrier();
    const slow = Date.now() - HOUR_MS;
    const date = new Date(slow).toUTCString();
    const text = { sid: sid(1), from: PEER_NUMBER, to: OWN_NUMBER, body: 'late' };
    const messages = [{ ...text, direction: 'inbound', date_created: date }];
    carrier.listAnswer = { status: 200, json: { messages }, headers: { date } };
    await inState(rig, 'connected');
    expect(rig.received).toMatchObject([{ eventId: sid(1) }]);
  });

  test('what was fetched before the restart is not fetched for ever', async () => {
    const { rig, carrier } = await onCarrier({ numbers: [OWN_NUMBER] });
    missed(carrier, 1, OWN_NUMBER, HOUR_MS);
    const memory = new Map([['received-until', String(Date.now() - 2 * HOUR_MS)]]);
    const late = rigOn(carrier, { memory });
    await inState(late, 'connected');
    expect(late.received).toMatchObject([{ eventId: sid(1) }]);
    const later = rigOn(carrier, { memory: late.memory });
    await inState(later, 'connected');
    expect(later.received).toEqual([]);
    await inState(rig, 'connected');
    expect(rig.received).toEqual([]);
  });

  test('what could not be stored is fetched again at the next start', async () => {
    const { rig, carrier } = await onCarrier({ numbers: [OWN_NUMBER] });
    missed(carrier, 1);
    const asked = Promise.withResolvers<void>();
    rig.store = async () => {
      asked.resolve();
      throw new Error('the store is down');
    };
    await rig.adapter.start();
    await asked.promise;
    await rig.adapter.stop();
    const restarted = rigOn(carrier, { memory: rig.memory });
    await inState(restarted, 'connected');
    expect(restarted.received).toMatchObject([{ eventId: sid(1) }]);
  });

  test('what is not stored when the transport begins to stop is fetched at the next start', async () => {
    const { rig, carrier } = await onCarrier({ numbers: [OWN_NUMBER] });
    missed(carrier, 1);
    missed(carrier, 2);
    const asked = Promise.withResolvers<void>();
    rig.store = async () => {
      rig.end();
      asked.resolve();
      return { result: 'duplicate' };
    };
    await rig.adapter.start();
    await asked.promise;
    await rig.adapter.stop();
    expect(rig.received).toHaveLength(1);
    expect(rig.said.filter(({ level }) => ['warn', 'error', 'notice'].includes(level))).toEqual([]);
    const restarted = rigOn(carrier, { memory: rig.memory });
    await inState(restarted, 'connected');
    expect(restarted.received).toHaveLength(2);
  });

  test.each([
    ['bad-credentials', { status: 401 }],
    ['transient-disconnect', { status: 503 }],
    ['connected', { status: 404 }],
  ])('the state is %s when the list is answered with %j', async (state, answer) => {
    const { rig, carrier } = await onCarrier();
    carrier.listAnswer = answer;
    await inState(rig, state);
    const noticed = rig.said.some(({ level }) => level === 'notice');
    expect(noticed).toBe(state === 'bad-credentials');
  });

  test('the state is transient-disconnect when nobody answers', async () => {
    const { rig, carrier } = await onCarrier();
    await carrier.close();
    expect(await inState(rig, 'transient-disconnect')).toContain('ECONNREFUSED');
  });
});

describe('later', () => {
  const MINUTE_MS = 60_000;
  const sent = (carrier: Carrier, id: number) => {
    const form = new URLSearchParams({ From: OWN_NUMBER, To: PEER_NUMBER, Body: `text ${id}` });
    carrier.sent.push({ sid: sid(id), form, createdAt: Date.now() - HOUR_MS, status: 'delivered' });
  };
  const heard = (rig: ReturnType<typeof rigOn>) =>
    rig.received.flatMap((event) => (event.kind === 'status' ? [event.of.networkId] : []));

  test('what became of sent texts is asked for again now and then, and stored once', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { rig, carrier } = await onCarrier({ numbers: [OWN_NUMBER] });
    for (let id = 1; id <= 40; id++) sent(carrier, id);
    await inState(rig, 'connected');
    expect(heard(rig)).toHaveLength(40);
    // Its webhook was not let through.
    sent(carrier, 41);
    const looks = async (count: number) => {
      for (let look = 0; look < count; look++) {
        // Until the look before it is over: none begins while another is under way.
        await new Promise((resolve) => setImmediate(resolve));
        const before = Date.now();
        vi.advanceTimersByTime(5 * MINUTE_MS);
        await vi.waitUntil(() => Number(rig.memory.get('received-until')) > before);
      }
    };
    await looks(2);
    expect(heard(rig)).toHaveLength(40);
    await looks(1);
    await vi.waitUntil(() => heard(rig).length > 40);
    expect(heard(rig).slice(40)).toEqual([sid(41)]);
  });

  test('where there is more than is looked through, the administrators hear so once', async () => {
    const { rig, carrier } = await onCarrier({ numbers: [OWN_NUMBER] });
    carrier.pageSize = 1;
    for (let id = 1; id <= 21; id++) sent(carrier, id);
    await inState(rig, 'connected');
    expect(heard(rig)).toHaveLength(20);
    const notices = rig.said.filter(({ level }) => level === 'notice');
    expect(notices).toMatchObject([{ text: expect.stringContaining('More texts were sent') }]);
  });
});
