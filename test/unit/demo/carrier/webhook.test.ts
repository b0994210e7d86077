import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { expect, test } from 'vitest';
import {
  ACCOUNT,
  type Call,
  OURS,
  runningCarrier,
  THEIRS,
  TOKEN,
  webhookOwner,
} from './running-carrier.ts';

const signed = (call: Call, url: string) =>
  validateRequest(TOKEN, String(call.headers['x-twilio-signature']), url, { ...call.form });

test('a text is posted, signed, and the answer told', async () => {
  const owner = await webhookOwner();
  const url = `${owner.url}/hooks/sms/message`;
  const carrier = await runningCarrier({ inboundUrl: url });
  const text = { from: THEIRS, to: OURS, body: 'Où es-tu ? 🙂 a+b&c=d' };
  const { body } = await carrier.control('POST', 'text', text);
  expect(body).toMatchObject({ tries: ['200'], answer: { contentType: 'text/xml' } });
  const [call] = owner.calls;
  expect(call?.form).toMatchObject({
    AccountSid: ACCOUNT,
    MessageSid: body.sid,
    From: THEIRS,
    To: OURS,
    Body: text.body,
    NumMedia: '0',
  });
  expect(call !== undefined && signed(call, url)).toBe(true);
  expect(await carrier.get(carrier.messages)).toMatchObject({
    messages: [{ direction: 'inbound' }],
  });
});

test('the same text can come again, and with further parameters', async () => {
  const owner = await webhookOwner();
  const carrier = await runningCarrier({ inboundUrl: `${owner.url}/in` });
  const text = { from: THEIRS, to: OURS, body: 'STOP' };
  const { body } = await carrier.control('POST', 'text', {
    ...text,
    params: { OptOutType: 'STOP' },
  });
  await carrier.control('POST', 'text', { ...text, sid: body.sid });
  expect(owner.calls.map(({ form }) => [form.MessageSid, form.OptOutType])).toEqual([
    [body.sid, 'STOP'],
    [body.sid, undefined],
  ]);
});

test('statuses are called back in order, signed, with what went wrong', async () => {
  const owner = await webhookOwner();
  const url = `${owner.url}/hooks/sms/status?message=01J&part=1`;
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', {
    next: ['accept', { statuses: ['sent', { status: 'undelivered', errorCode: 30006 }] }],
  });
  await carrier.send({ StatusCallback: url });
  await owner.count(2);
  await carrier.send({ StatusCallback: url });
  await owner.count(4);
  expect(owner.calls.map(({ form }) => [form.MessageStatus, form.ErrorCode])).toEqual([
    ['sent', undefined],
    ['delivered', undefined],
    ['sent', undefined],
    ['undelivered', '30006'],
  ]);
  expect(owner.calls.every((call) => signed(call, url))).toBe(true);
});

test('a scripted silence brings no callback', async () => {
  const owner = await webhookOwner();
  const carrier = await runningCarrier();
  await carrier.control('POST', 'mode', { statuses: [] });
  await carrier.send({ StatusCallback: `${owner.url}/status` });
  const { body } = await carrier.control('GET', 'wait?status=queued');
  await carrier.control('POST', 'status', { sid: body.messages[0]?.sid, status: 'delivered' });
  expect(owner.calls.map(({ form }) => form.MessageStatus)).toEqual(['delivered']);
});

test('an owner who is down is tried once more, one who fails is not', async () => {
  const failing = await webhookOwner((_, response) => response.writeHead(503).end());
  const text = { from: THEIRS, to: OURS, body: 'x' };
  const carrier = await runningCarrier({ inboundUrl: 'http://127.0.0.1:1/closed' });
  expect((await carrier.control('POST', 'text', text)).body.tries).toEqual([
    'ECONNREFUSED',
    'ECONNREFUSED',
  ]);
  await carrier.control('POST', 'inbound-url', { url: `${failing.url}/in` });
  expect((await carrier.control('POST', 'text', text)).body.tries).toEqual(['503']);
});

test('#rc and #rp ask for more tries, and the fragment is not signed', async () => {
  const owner = await webhookOwner((_, response) => {
    response.writeHead(owner.calls.length < 3 ? 500 : 200).end();
  });
  const carrier = await runningCarrier({ inboundUrl: `${owner.url}/in#rc=4&rp=all` });
  const text = { from: THEIRS, to: OURS, body: 'x' };
  const { body } = await carrier.control('POST', 'text', text);
  expect(body.tries).toEqual(['500', '500', '200']);
  expect(owner.calls.every((call) => signed(call, `${owner.url}/in`))).toBe(true);
  const tokens = owner.calls.map(({ headers }) => headers['i-twilio-idempotency-token']);
  expect(new Set(tokens).size).toBe(1);
});

test('an owner who does not answer is given up', async () => {
  const owner = await webhookOwner(() => undefined);
  const carrier = await runningCarrier({ inboundUrl: `${owner.url}/in#rt=100` });
  const { body } = await carrier.control('POST', 'text', { from: THEIRS, to: OURS, body: 'x' });
  expect(body.tries).toEqual(['no answer in time']);
});

test('behind a proxy the public URL is signed and the proxy connected to', async () => {
  const owner = await webhookOwner();
  const carrier = await runningCarrier({
    inboundUrl: 'https://gw.example.org/hooks/sms/message',
    through: new URL(owner.url),
  });
  await carrier.control('POST', 'text', { from: THEIRS, to: OURS, body: 'x' });
  const [call] = owner.calls;
  expect(call).toMatchObject({ url: '/hooks/sms/message', headers: { host: 'gw.example.org' } });
  expect(call !== undefined && signed(call, 'https://gw.example.org/hooks/sms/message')).toBe(true);
});
