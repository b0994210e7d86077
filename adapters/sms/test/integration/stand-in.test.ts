import type { InboundEvent, NetworkMessageId, PastAttempt } from 'postern/adapter';
import { attempt, type Rig, type RigNetwork } from 'postern/adapter/testing';
import { describe, expect, test } from 'vitest';
import { ACCOUNT_SID, AUTH_TOKEN, rigOn, type StandIn, startStandIn } from './stand-in.ts';

const OWN = '+12025550100';
const PEER = '+12025550123';

async function onStandIn(): Promise<{ standIn: StandIn; rig: Rig<RigNetwork> }> {
  const standIn = await startStandIn(OWN);
  const rig = await rigOn(standIn, {
    config: {
      provider: 'twilio',
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      apiUrl: standIn.url,
      country: 'US',
      maxSegments: 100,
    },
    account: { number: OWN },
    peer: PEER,
    text: 'Good night, good night!',
  });
  await rig.adapter.start();
  return { standIn, rig };
}

/** Resolves with all events when one of them fits. */
function received(rig: Rig<RigNetwork>, fits: (event: InboundEvent) => boolean) {
  const { promise, resolve } = Promise.withResolvers<readonly InboundEvent[]>();
  const { store } = rig;
  rig.store = (event) => {
    if ('kind' in event && fits(event)) resolve(rig.received);
    return store(event);
  };
  return promise;
}

const past = (): PastAttempt => ({
  number: 1,
  startedAt: Date.now() - 1_000,
  sentParts: new Map(),
  signal: new AbortController().signal,
  isKnown: async () => false,
});

describe('a text to somebody', () => {
  test('is carried, and the handset confirms it', async () => {
    const { rig } = await onStandIn();
    const event = rig.message('Hi & 👋\nsecond line');
    const confirmed = received(
      rig,
      (news) => news.kind === 'status' && news.state.is === 'delivered',
    );
    const { networkIds } = await rig.session.deliver(event, attempt());
    const of = { message: event.id, part: 0, networkId: networkIds[0] };
    expect(await confirmed).toEqual([
      { kind: 'status', of, state: { is: 'accepted' } },
      { kind: 'status', of, state: { is: 'delivered' } },
    ]);
  });

  test('that its network can not deliver fails with the reason', async () => {
    const { standIn, rig } = await onStandIn();
    const statuses = ['sent', { status: 'undelivered', errorCode: 30003 }];
    await standIn.control('POST', 'mode', { mode: 'accept', statuses });
    const failed = received(rig, (news) => news.kind === 'status' && news.state.is === 'failed');
    await rig.session.deliver(rig.message(), attempt());
    expect((await failed).at(-1)).toMatchObject({
      state: { is: 'failed', refusal: { condition: 'recipient-unavailable', type: 'wait' } },
    });
  });

  test.each([
    [{ mode: 'refuse', code: 21614 }, { kind: 'never' }],
    [
      { mode: 'throttle', retryAfterSeconds: 3 },
      { kind: 'later', scope: 'transport', afterMs: 3_000 },
    ],
    [{ mode: 'unavailable' }, { kind: 'unknown-outcome' }],
    [{ mode: 'drop-before' }, { kind: 'unknown-outcome' }],
    [{ mode: 'drop-after' }, { kind: 'unknown-outcome' }],
  ])('answered with %j is %j', async (mode, verdict) => {
    const { standIn, rig } = await onStandIn();
    await standIn.control('POST', 'mode', mode);
    const handing = rig.session.deliver(rig.message(), attempt());
    await expect(handing).rejects.toMatchObject({ verdict });
  });

  test('is found after an answer that did not come', async () => {
    const { standIn, rig } = await onStandIn();
    await standIn.control('POST', 'mode', { next: ['drop-after'] });
    const event = rig.message();
    await rig.session.deliver(event, attempt()).catch(() => {});
    const found = await rig.session.reconcile?.(event, past());
    expect(found).toMatchObject({ result: 'handed' });
    await standIn.control('GET', 'wait?count=1&attempts=1');
  });

  test('that is given up at the time limit is found too', async () => {
    const { standIn, rig } = await onStandIn();
    await standIn.control('POST', 'mode', { next: ['hang'] });
    const timeUp = new AbortController();
    const event = rig.message();
    const handing = rig.session.deliver(event, attempt({ signal: timeUp.signal }));
    const verdict = expect(handing).rejects.toMatchObject({ verdict: { kind: 'unknown-outcome' } });
    await standIn.control('GET', 'wait?count=1');
    timeUp.abort();
    await verdict;
    expect(await rig.session.reconcile?.(event, past())).toMatchObject({ result: 'handed' });
  });

  test('in parts goes on with the part that is missing', async () => {
    const { standIn, rig } = await onStandIn();
    await standIn.control('POST', 'mode', { next: ['accept', 'throttle'] });
    const event = rig.message('parting is such sweet sorrow '.repeat(100).trim());
    const sentParts = new Map<number, NetworkMessageId>();
    const partSent = async (part: number, id: NetworkMessageId): Promise<void> => {
      sentParts.set(part, id);
    };
    const first = rig.session.deliver(event, attempt({ partSent }));
    await expect(first).rejects.toMatchObject({ verdict: { kind: 'later' } });
    const handed = await rig.session.deliver(event, attempt({ number: 2, sentParts, partSent }));
    expect(handed.networkIds).toEqual([...sentParts.values()]);
    const { messages } = Object(await standIn.control('GET', 'messages'));
    const bodies = Array.from(messages, (message) => String(Reflect.get(Object(message), 'body')));
    expect(bodies.join(' ')).toBe(event.text);
  });
});

describe('a text from somebody', () => {
  const text = { from: PEER, to: OWN, body: 'Wherefore art thou?' };

  test('is acknowledged when it is stored', async () => {
    const { standIn, rig } = await onStandIn();
    const answer = await standIn.control('POST', 'text', text);
    expect(answer).toMatchObject({ tries: ['200'], answer: { contentType: 'text/xml' } });
    expect(rig.received).toMatchObject([{ text: text.body, from: PEER, to: OWN }]);
  });

  test('is not while the store is down, and can be fetched afterwards', async () => {
    const { standIn, rig } = await onStandIn();
    const { store } = rig;
    rig.store = async () => {
      throw new Error('the store is down');
    };
    expect(await standIn.control('POST', 'text', text)).toMatchObject({ answer: { status: 503 } });
    rig.store = store;
    await rig.adapter.stop();
    const next = await rigOn(standIn, rig.network, rig.memory);
    const fetched = received(next, (event) => event.kind === 'message');
    await next.adapter.start();
    expect(await fetched).toMatchObject([{ text: text.body }]);
  });
});
