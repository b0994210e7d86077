import { expect, test } from 'vitest';
import { OURS, runningCarrier, THEIRS, told } from './running-carrier.ts';

test('a message is accepted with an id, and in the ledger', async () => {
  const carrier = await runningCarrier();
  const response = await carrier.send({ Body: 'héllo 🙂', ValidityPeriod: '14400' });
  expect(response.status).toBe(201);
  const message = await told(response);
  expect(message).toMatchObject({
    sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
    status: 'queued',
    body: 'héllo 🙂',
    to: THEIRS,
    from: OURS,
    direction: 'outbound-api',
    error_code: null,
  });
  const { body } = await carrier.control('GET', 'messages');
  expect(body.messages).toEqual([
    expect.objectContaining({ sid: message.sid, body: 'héllo 🙂', validityPeriod: 14_400 }),
  ]);
  expect(await carrier.get(message.uri)).toMatchObject({ sid: message.sid });
});

test('without the right token nothing is accepted', async () => {
  const carrier = await runningCarrier();
  const wrong = `Basic ${Buffer.from('AC0:guess').toString('base64')}`;
  for (const headers of [{}, { authorization: wrong }]) {
    const response = await fetch(carrier.messages, { method: 'POST', headers, body: 'Body=x' });
    expect(response.status).toBe(401);
    expect(await told(response)).toMatchObject({ code: 20003, status: 401 });
  }
  expect((await carrier.control('GET', 'attempts')).body.attempts).toEqual([]);
});

test.each([
  [{ To: undefined }, 21604],
  [{ From: undefined }, 21603],
  [{ Body: '' }, 21602],
  [{ To: 'bob' }, 21211],
  [{ From: '+12025550199' }, 21606],
  [{ Body: 'x'.repeat(1_601) }, 21617],
  [{ StatusCallback: 'gw.example.org' }, 21609],
  [{ ValidityPeriod: '36001' }, 21624],
])('%o is refused with %i', async (form, code) => {
  const carrier = await runningCarrier();
  const response = await carrier.send(form);
  expect(response.status).toBe(400);
  expect(await told(response)).toMatchObject({ code, status: 400 });
  expect((await carrier.control('GET', 'messages')).body.messages).toEqual([]);
});

test('the list is read in pages, and a text that comes meanwhile shifts none', async () => {
  const carrier = await runningCarrier();
  for (const Body of ['one', 'two', 'three', 'four', 'five']) await carrier.send({ Body });
  await carrier.send({ Body: 'to somebody else', To: '+12025550124' });
  const bodies: string[] = [];
  let uri: string | null =
    `${carrier.messages}?To=${encodeURIComponent(THEIRS)}&PageSize=2&DateSent%3E=2020-01-01`;
  while (uri !== null) {
    const page = await carrier.get(uri);
    bodies.push(...page.messages.map(({ body }) => body));
    if (uri.startsWith('http')) await carrier.send({ Body: 'late' });
    uri = page.next_page_uri;
  }
  expect(bodies).toEqual(['five', 'four', 'three', 'two', 'one']);
});

test('the list knows DateSent', async () => {
  const carrier = await runningCarrier();
  await carrier.send();
  const count = async (query: string) =>
    (await carrier.get(`${carrier.messages}?${query}`)).messages.length;
  const today = new Date().toISOString();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  expect(await count(`DateSent=${today.slice(0, 10)}`)).toBe(1);
  expect(await count(`DateSent=${tomorrow.slice(0, 10)}`)).toBe(0);
  expect(await count(`DateSent%3E=${tomorrow}`)).toBe(0);
  expect(await count(`DateSent%3C=${tomorrow}`)).toBe(1);
});
