import type { NetworkMessageId, PastAttempt } from 'postern/adapter';
import { attempt } from 'postern/adapter/testing';
import { describe, expect, test } from 'vitest';
import { OWN_NUMBER, PEER_NUMBER } from '../carrier.ts';
import { onCarrier } from '../on-carrier.ts';

const HOUR_MS = 60 * 60_000;

const past = (changes: Partial<PastAttempt> = {}): PastAttempt => ({
  number: 1,
  startedAt: Date.now(),
  sentParts: new Map(),
  signal: new AbortController().signal,
  isKnown: async () => false,
  ...changes,
});

describe('deliver', () => {
  test('says who, to whom, what, how long, and where news of it shall go', async () => {
    const { rig, carrier } = await onCarrier();
    const event = rig.message('Hi & 👋');
    await rig.session.deliver(event, attempt({ deadlineAt: Date.now() + 4 * HOUR_MS }));
    const form = Object.fromEntries(carrier.sent[0]?.form ?? []);
    expect(form).toMatchObject({ From: OWN_NUMBER, To: PEER_NUMBER, Body: 'Hi & 👋' });
    expect(form.StatusCallback).toBe(
      `${rig.url('status').href}?message=${event.id}&part=0#rc=4&rp=all`,
    );
    const validity = Number(form.ValidityPeriod);
    expect(validity).toBeGreaterThan(4 * 3600 - 60);
    expect(validity).toBeLessThanOrEqual(4 * 3600);
  });

  test.each([
    ['what is left of it', 90_000, 90],
    ['what the provider takes', 24 * HOUR_MS, 36_000],
  ])('is valid until the deadline of its transport: %s', async (_, leftMs, most) => {
    const { rig, carrier } = await onCarrier();
    const accepted = { ...rig.message(), acceptedAt: Date.now() - 5 * HOUR_MS };
    await rig.session.deliver(accepted, attempt({ deadlineAt: Date.now() + leftMs }));
    const validity = Number(carrier.sent[0]?.form.get('ValidityPeriod'));
    expect(validity).toBeLessThanOrEqual(most);
    expect(validity).toBeGreaterThan(most - 60);
  });

  test('is not sent, nor paid for, when it could only expire', async () => {
    const { rig, carrier } = await onCarrier();
    const handing = rig.session.deliver(rig.message(), attempt({ deadlineAt: Date.now() + 4_000 }));
    await expect(handing).rejects.toMatchObject({ verdict: { kind: 'later' } });
    expect(carrier.sent).toEqual([]);
  });

  test('is completed to the last second once a part of it is on its way', async () => {
    const { rig, carrier } = await onCarrier();
    const sentParts = new Map([[0, 'SM1' as NetworkMessageId]]);
    const deadlineAt = Date.now() + 1_000;
    const { networkIds } = await rig.session.deliver(
      rig.message(carrier.longText),
      attempt({ deadlineAt, sentParts }),
    );
    expect(networkIds.length).toBe(carrier.sent.length + 1);
    expect(carrier.sent[0]?.form.get('ValidityPeriod')).toBe('1');
  });

  test.each([
    ['no JSON', { status: 201, json: undefined }],
    ['no id', { status: 201, json: { status: 'queued' } }],
    ['a list', { status: 200, json: [] }],
  ])('an answer with %s leaves the outcome unknown', async (_, answer) => {
    const { rig, carrier } = await onCarrier();
    carrier.answer = answer;
    const handing = rig.session.deliver(rig.message(), attempt());
    await expect(handing).rejects.toMatchObject({ verdict: { kind: 'unknown-outcome' } });
  });

  test('a text that failed at once has failed', async () => {
    const { rig, carrier } = await onCarrier();
    carrier.answer = { status: 201, json: { sid: 'SM1', status: 'failed', error_code: 30001 } };
    const handing = rig.session.deliver(rig.message(), attempt());
    await expect(handing).rejects.toMatchObject({ verdict: { kind: 'never' } });
  });

  test('what the operator must mend is said to the administrators', async () => {
    const { rig, carrier } = await onCarrier();
    carrier.answer = { status: 400, json: { code: 21606 } };
    await rig.session.deliver(rig.message(), attempt()).catch(() => {});
    expect(rig.said).toContainEqual({
      level: 'notice',
      text: '"Twilio 21606" "A text from +12025550100 failed: this number can not send texts. (Twilio 21606)"',
    });
  });

  test.each([
    [401, undefined],
    [403, 20003],
    [400, 20005],
  ])('a status of %i with code %s is a matter of credentials', async (status, code) => {
    const { rig, carrier } = await onCarrier();
    carrier.answer = { status, json: { code } };
    const handing = rig.session.deliver(rig.message(), attempt());
    await expect(handing).rejects.toMatchObject({ verdict: { kind: 'later', scope: 'transport' } });
    const health = rig.said.filter(({ level }) => level === 'health').map(({ text }) => text);
    expect(health.at(-1)).toContain('bad-credentials');
    carrier.answer = undefined;
    await rig.session.deliver(rig.message(), attempt());
    expect(rig.said.at(-1)?.text).toContain('connected');
  });

  test('a text whose second part is refused was sent in part', async () => {
    const { rig, carrier } = await onCarrier();
    const partSent = async (): Promise<void> => {
      carrier.answer = { status: 400, json: { code: 30007 } };
    };
    const handing = rig.session.deliver(rig.message(carrier.longText), attempt({ partSent }));
    const text = expect.stringMatching(
      /^Sent in part: .*spam. The administrator knows. \(Twilio 30007\)$/,
    );
    await expect(handing).rejects.toMatchObject({ verdict: { kind: 'never', refusal: { text } } });
    expect(carrier.sent.length).toBe(1);
  });

  test('who opted out at the provider is not written to again', async () => {
    const { rig, carrier } = await onCarrier();
    carrier.answer = { status: 400, json: { code: 21610 } };
    await rig.session.deliver(rig.message(), attempt()).catch(() => {});
    carrier.answer = undefined;
    expect(() => rig.adapter.assess(rig.message(), rig.link)).toThrow('opted out by STOP');
    const accepted = rig.session.deliver(rig.message(), attempt());
    await expect(accepted).rejects.toMatchObject({ verdict: { kind: 'never' } });
    expect(carrier.sent).toEqual([]);
  });

  test('a refusal stands although its lesson could not be stored', async () => {
    const { rig, carrier } = await onCarrier();
    await rig.session.deliver(rig.message(), attempt());
    carrier.answer = { status: 400, json: { code: 21610 } };
    rig.memory.set = () => {
      throw new Error('the store is down');
    };
    const handing = rig.session.deliver(rig.message(), attempt());
    await expect(handing).rejects.toMatchObject({ verdict: { kind: 'never' } });
  });
});

describe('reconcile', () => {
  test('finds the text among others, on a later page', async () => {
    const { rig, carrier } = await onCarrier();
    carrier.pageSize = 2;
    const event = rig.message('the one');
    await rig.session.deliver(event, attempt());
    for (const text of ['a', 'b', 'c']) await rig.session.deliver(rig.message(text), attempt());
    const wanted = carrier.sent[0]?.sid;
    expect(await rig.session.reconcile?.(event, past())).toEqual({
      result: 'handed',
      handed: { networkIds: [wanted] },
    });
    expect(carrier.lists.length).toBe(2);
    expect(Object.fromEntries(carrier.lists[0] ?? [])).toMatchObject({
      To: PEER_NUMBER,
      From: OWN_NUMBER,
    });
  });

  test('asks again while the list may lag behind, and then says that it is absent', async () => {
    const { rig } = await onCarrier();
    // 20 s for an attempt, whose last byte may leave at its end, and 10 s for the list.
    for (const age of [1_000, 22_000, 29_000]) {
      const young = past({ startedAt: Date.now() - age });
      const result = await rig.session.reconcile?.(rig.message(), young);
      expect(result).toMatchObject({ result: 'ask-later' });
    }
    const old = past({ startedAt: Date.now() - 60_000 });
    expect(await rig.session.reconcile?.(rig.message(), old)).toEqual({ result: 'absent' });
  });

  test('does not take a text with the same words that was sent a minute before', async () => {
    const { rig, carrier } = await onCarrier();
    await rig.session.deliver(rig.message('ok'), attempt());
    const [older] = carrier.sent;
    if (older !== undefined) carrier.sent[0] = { ...older, createdAt: Date.now() - 100_000 };
    const result = await rig.session.reconcile?.(
      rig.message('ok'),
      past({ startedAt: Date.now() - 40_000 }),
    );
    expect(result).toEqual({ result: 'absent' });
  });

  test.each([
    ['an hour behind', -HOUR_MS],
    ['an hour ahead', HOUR_MS],
  ])('goes by the clock of the provider, which is %s', async (_, offset) => {
    const { rig, carrier } = await onCarrier();
    const at = (time: number) => new Date(time + offset).toUTCString();
    const startedAt = Date.now() - 40_000;
    const entry = (id: string, created: number) => ({
      ...{ sid: id, body: 'ok', date_created: at(created) },
    });
    const messages = [entry('SM2', startedAt + 2_000), entry('SM1', startedAt - 60_000)];
    carrier.listAnswer = { status: 200, json: { messages }, headers: { date: at(Date.now()) } };
    expect(await rig.session.reconcile?.(rig.message('ok'), past({ startedAt }))).toEqual({
      result: 'handed',
      handed: { networkIds: ['SM2'] },
    });
  });

  test('finds a text of an account on trial, before which the provider writes something', async () => {
    const { rig, carrier } = await onCarrier();
    const body = 'Sent from your Twilio trial account - ok';
    const messages = [{ sid: 'SM1', body, date_created: new Date().toUTCString() }];
    carrier.listAnswer = { status: 200, json: { messages } };
    expect(await rig.session.reconcile?.(rig.message('ok'), past())).toMatchObject({
      result: 'handed',
    });
  });

  test('does not take the text of an equal message that is known', async () => {
    const { rig, carrier } = await onCarrier();
    await rig.session.deliver(rig.message('ok'), attempt());
    await rig.session.deliver(rig.message('ok'), attempt());
    const [first, second] = carrier.sent.map(({ sid }) => sid);
    const isKnown = async (id: NetworkMessageId) => id === first;
    expect(await rig.session.reconcile?.(rig.message('ok'), past({ isKnown }))).toEqual({
      result: 'handed',
      handed: { networkIds: [second] },
    });
  });

  test('finds the part that was under way, and not one that is known', async () => {
    const { rig, carrier } = await onCarrier();
    const half = `${'x'.repeat(1599)} `;
    const event = rig.message(half.repeat(3).trim());
    await rig.session.deliver(event, attempt());
    const [first, second, third] = carrier.sent.map(({ sid }) => sid as NetworkMessageId);
    if (first === undefined || second === undefined) throw new Error('there are three parts');
    const reconcile = (parts: ReadonlyMap<number, NetworkMessageId>) =>
      rig.session.reconcile?.(event, past({ sentParts: parts }));
    expect(await reconcile(new Map([[0, first]]))).toEqual({
      result: 'part',
      part: 1,
      id: second,
    });
    const bothSent = new Map([
      [0, first],
      [1, second],
    ]);
    expect(await reconcile(bothSent)).toEqual({
      result: 'handed',
      handed: { networkIds: [first, second, third] },
    });
  });

  test.each([
    ['can not be read now', { status: 503 }, { result: 'ask-later', afterMs: 300_000 }],
    ['is no list', { status: 200, json: {} }, { result: 'ask-later', afterMs: 300_000 }],
    ['does not exist', { status: 404 }, { result: 'unknown' }],
    [
      'does not keep texts',
      {
        status: 200,
        json: { messages: [{ sid: 'SM1', body: '', date_created: new Date().toUTCString() }] },
      },
      { result: 'unknown' },
    ],
    [
      'leads to another server',
      { status: 200, json: { messages: [], next_page_uri: 'http://other.invalid/' } },
      { result: 'ask-later', afterMs: 300_000 },
    ],
  ])('a list that %s', async (_, answer, expected) => {
    const { rig, carrier } = await onCarrier();
    carrier.listAnswer = answer;
    const old = past({ startedAt: Date.now() - HOUR_MS });
    expect(await rig.session.reconcile?.(rig.message(), old)).toEqual(expected);
  });

  test('a list without an end proves nothing', async () => {
    const { rig, carrier } = await onCarrier();
    const page = { messages: [], next_page_uri: '/again' };
    carrier.listAnswer = { status: 200, json: page };
    const old = past({ startedAt: Date.now() - 60_000 });
    expect(await rig.session.reconcile?.(rig.message(), old)).toEqual({ result: 'unknown' });
    expect(carrier.lists.length).toBe(20);
  });
});

describe('assess', () => {
  test.each([
    ['a short text', 'a', 1],
    ['a long text', 'a'.repeat(161), 2],
    ['emoji', '😀'.repeat(36), 2],
  ])('counts the segments of %s', async (_, text, units) => {
    const { rig } = await onCarrier();
    expect(rig.adapter.assess(rig.message(text), rig.link)).toEqual({ units });
  });

  test.each([
    ['a text that is too long', 'a'.repeat(307), 'Longer than 2 segments of SMS: not sent.'],
    ['an emoji too much', `${'a'.repeat(200)}😀`, 'It would hold twice as much without "😀".'],
    ['a million characters', 'a'.repeat(1_000_000), 'Longer than 2 segments'],
    ['white space', ' \n ', 'An empty text'],
  ])('refuses %s', async (_, text, words) => {
    const { rig } = await onCarrier({ maxSegments: 2 });
    expect(() => rig.adapter.assess(rig.message(text), rig.link)).toThrow(words);
  });
});
