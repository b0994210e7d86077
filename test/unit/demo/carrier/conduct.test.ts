import { expect, test } from 'vitest';
import { runningCarrier, THEIRS, told } from './running-carrier.ts';

const kept = async (carrier: Awaited<ReturnType<typeof runningCarrier>>) =>
  (await carrier.control('GET', 'messages')).body.messages.length;

test.each([
  [{ mode: 'refuse', code: 21610 }, 400, 21610],
  ['throttle', 429, 20429],
  ['unavailable', 503, 20503],
])('%o answers %i with %i and keeps nothing', async (conduct, status, code) => {
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', { next: [conduct] });
  const response = await carrier.send();
  expect(response.status).toBe(status);
  expect(await told(response)).toMatchObject({ code });
  expect(await kept(carrier)).toBe(0);
  expect((await carrier.send()).status).toBe(201);
});

test('a throttled sender is told when to come back', async () => {
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', { mode: 'throttle', retryAfterSeconds: 7 });
  expect((await carrier.send()).headers.get('retry-after')).toBe('7');
});

test('drop-before keeps nothing, drop-after keeps the message; both answer nothing', async () => {
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', { next: ['drop-before', 'drop-after'] });
  await expect(carrier.send({ Body: 'lost' })).rejects.toThrow();
  expect(await kept(carrier)).toBe(0);
  await expect(carrier.send({ Body: 'kept' })).rejects.toThrow();
  const { body } = await carrier.control('GET', 'messages');
  expect(body.messages).toMatchObject([{ body: 'kept' }]);
});

test('hang keeps the message and lets the sender wait', async () => {
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', { next: ['hang'] });
  const given = new AbortController();
  const answer = fetch(carrier.messages, {
    method: 'POST',
    headers: { authorization: carrier.authorization },
    body: new URLSearchParams({ To: THEIRS, From: '+12025550100', Body: 'x' }),
    signal: given.signal,
  });
  await carrier.control('GET', 'wait?count=1&status=delivered');
  given.abort();
  await expect(answer).rejects.toThrow('aborted');
});

test('a held answer comes when it is released', async () => {
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', { next: ['hold'] });
  const answer = carrier.send();
  const { body } = await carrier.control('GET', 'wait?count=1');
  expect(
    (await carrier.control('POST', 'status', { sid: body.messages[0]?.sid, status: 'sent' }))
      .status,
  ).toBe(200);
  expect((await carrier.control('POST', 'release')).body).toEqual({ released: 1 });
  expect((await answer).status).toBe(201);
});

test('a rule is for one number, and ends with a reset', async () => {
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', { to: THEIRS, mode: 'unavailable' });
  expect((await carrier.send()).status).toBe(503);
  expect((await carrier.send({ To: '+12025550124' })).status).toBe(201);
  await carrier.control('DELETE', 'mode');
  expect((await carrier.send()).status).toBe(201);
  const { body } = await carrier.control('GET', 'attempts');
  expect(body.attempts).toMatchObject([
    { mode: 'unavailable', to: THEIRS },
    { mode: 'accept', to: '+12025550124' },
    { mode: 'accept', to: THEIRS },
  ]);
});

test('a wait that is not met says so', async () => {
  const carrier = await runningCarrier();
  const { status, body } = await carrier.control('GET', 'wait?count=1&seconds=0.01');
  expect([status, body.error]).toEqual([408, 'after 0.01 s: 0 of 1 messages']);
});

test.each([
  ['POST', 'mode', { mode: 'accpet' }, /mode must be one of accept/],
  ['POST', 'mode', { next: 'accept' }, /a list is expected/],
  ['POST', 'text', { from: '+1' }, /to must be a text/],
  ['POST', 'release', { count: 'all' }, /count must be a number/],
])('%s %s with %o is answered with what is wrong', async (method, path, body, words) => {
  const carrier = await runningCarrier();
  const answer = await carrier.control(method, path, body);
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatch(words);
});
