import type { NetworkMessageId } from 'postern/adapter';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, test } from 'vitest';
import { ACCOUNT_SID, AUTH_TOKEN, OWN_NUMBER, PEER_NUMBER, sid } from '../carrier.ts';
import { onCarrier, rigOn } from '../on-carrier.ts';

const MESSAGE = '01J00000000000000000000000';

const status = (is: string, more: Readonly<Record<string, string>> = {}) => ({
  MessageSid: sid(7),
  AccountSid: ACCOUNT_SID,
  From: OWN_NUMBER,
  To: PEER_NUMBER,
  MessageStatus: is,
  ...more,
});

describe('a text', () => {
  test('is received as it was written', async () => {
    const { rig, carrier } = await onCarrier();
    await carrier.inbound({ id: 5, text: ' Hi & 👋\n' }, rig);
    expect(rig.received).toEqual([
      {
        kind: 'message',
        eventId: sid(5),
        to: OWN_NUMBER,
        from: PEER_NUMBER,
        text: ' Hi & 👋\n',
      },
    ]);
  });

  test.each([
    [{ NumMedia: '1' }, 'Hi\n[A file was sent with it. This gateway can not bring files yet.]'],
    [
      { NumMedia: '3', Body: '' },
      '[3 files were sent with it. This gateway can not bring files yet.]',
    ],
    [{ Body: '' }, '[An empty text.]'],
    [{ From: '' }, 'Hi\n[From "", who has no number.]'],
    [{ From: '+266696687' }, 'Hi\n[From "+266696687", who has no number.]'],
  ])('with %j says what is missing', async (more, text) => {
    const { rig, carrier } = await onCarrier();
    const fields = { ...carrier.textFields({ id: 1, text: 'Hi' }), ...more };
    expect(await carrier.post(rig, 'message', fields)).toBe('acknowledged');
    expect(rig.received).toMatchObject([{ text }]);
  });

  test('signed with the second token is taken, while the token is changed', async () => {
    const { rig, carrier } = await onCarrier({ secondAuthToken: 'the-next-token' });
    const fields = carrier.textFields({ id: 1, text: 'Hi' });
    expect(await carrier.post(rig, 'message', fields, '', 'the-next-token')).toBe('acknowledged');
    expect(await carrier.post(rig, 'message', fields, '', 'another-token')).toBe('refused');
  });

  test.each([
    ['of another account', { AccountSid: `AC${'f'.repeat(32)}` }],
    ['without an id', { MessageSid: '' }],
    ['with an id that is none', { MessageSid: 'SM1' }],
    ['for another channel than SMS', { To: `whatsapp:${OWN_NUMBER}` }],
    ['for nobody', { To: '' }],
    ['cut anew behind the number', { To: `${OWN_NUMBER}ToCityNEW YORK` }],
  ])('%s is refused although it is signed', async (_, more) => {
    const { rig, carrier } = await onCarrier();
    const fields = { ...carrier.textFields({ id: 1, text: 'Hi' }), ...more };
    expect(await carrier.post(rig, 'message', fields)).toBe('refused');
    expect(rig.received).toEqual([]);
  });

  test('that is refused says why in the log, once a minute, and nothing of itself', async () => {
    const { rig, carrier } = await onCarrier();
    const fields = { ...carrier.textFields({ id: 1, text: 'canary' }), AccountSid: 'other' };
    const unsigned = new URLSearchParams(fields).toString();
    const lines = () => rig.said.filter(({ level }) => level === 'warn').map(({ text }) => text);
    await rig.post(rig.url('message'), {}, unsigned);
    expect(lines()).toEqual([expect.stringContaining('http.publicUrl')]);
    for (let again = 0; again < 50; again += 1) await rig.post(rig.url('message'), {}, unsigned);
    await carrier.post(rig, 'message', fields);
    expect(lines().length).toBe(1);
    expect(lines()[0]).not.toContain('canary');
  });

  test('that can not be stored is told once a minute, though one was refused before', async () => {
    const { rig, carrier } = await onCarrier();
    const lines = () => rig.said.filter(({ level }) => level === 'warn');
    await carrier.post(rig, 'message', {
      ...carrier.textFields({ id: 1, text: 'Hi' }),
      AccountSid: 'other',
    });
    expect(lines()).toHaveLength(1);
    rig.store = () => Promise.reject(new Error('down'));
    for (let id = 2; id < 50; id++) await carrier.inbound({ id, text: 'Hi' }, rig);
    expect(lines()).toHaveLength(2);
  });

  test.each(['__proto__', 'constructor', 'toString'])('may have a field "%s"', async (name) => {
    const { rig, carrier } = await onCarrier();
    const fields: Record<string, string> = Object.create(null);
    Object.assign(fields, carrier.textFields({ id: 1, text: 'Hi' }), { [name]: 'x' });
    expect(await carrier.post(rig, 'message', fields)).toBe('acknowledged');
  });

  test('is answered in XML', async () => {
    const { rig, carrier } = await onCarrier();
    const url = rig.url('message');
    const fields = carrier.textFields({ id: 1, text: 'Hi' });
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, url.href, fields);
    const body = new URLSearchParams(fields).toString();
    expect(await rig.post(url, { 'x-twilio-signature': signature }, body)).toEqual({
      status: 200,
      contentType: 'text/xml',
      body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
    });
  });
});

describe('a word that ends or begins it', () => {
  test.each([
    ['STOP', {}],
    [' stop\n', {}],
    ['Unsubscribe', {}],
    ['Arrêt', { OptOutType: 'STOP' }],
  ])('%j stops texts to its sender', async (text, more) => {
    const { rig, carrier } = await onCarrier();
    const assess = () => rig.adapter.assess(rig.message(), rig.link);
    await carrier.post(rig, 'message', { ...carrier.textFields({ id: 1, text }), ...more });
    expect(rig.received).toMatchObject([{ text: expect.stringContaining('they opted out') }]);
    expect(assess).toThrow('+1 202 555 0123 opted out by STOP');
    await carrier.inbound({ id: 2, text: 'START' }, rig);
    expect(assess).not.toThrow();
  });

  test('is what the provider says it is: its "HELP" stops nothing', async () => {
    const { rig, carrier } = await onCarrier();
    const fields = { ...carrier.textFields({ id: 1, text: 'AIDE' }), OptOutType: 'HELP' };
    await carrier.post(rig, 'message', fields);
    expect(rig.received).toMatchObject([{ text: 'AIDE' }]);
    expect(() => rig.adapter.assess(rig.message(), rig.link)).not.toThrow();
  });

  test.each(['Stop it!', 'please stop', 'start', 'yes', 'HELP', 'INFO'])(
    '%j stops nothing',
    async (text) => {
      const { rig, carrier } = await onCarrier();
      await carrier.inbound({ id: 1, text }, rig);
      expect(rig.received).toMatchObject([{ text }]);
      expect(() => rig.adapter.assess(rig.message(), rig.link)).not.toThrow();
    },
  );

  test('is remembered over a restart', async () => {
    const { rig, carrier } = await onCarrier();
    await carrier.inbound({ id: 1, text: 'STOP' }, rig);
    const restarted = rigOn(carrier, { memory: rig.memory });
    expect(() => restarted.adapter.assess(rig.message(), rig.link)).toThrow('opted out');
  });
});

describe('news of a text', () => {
  const networkId = sid(7) as NetworkMessageId;

  test.each([
    ['sent', { is: 'accepted' }],
    ['delivered', { is: 'delivered' }],
    ['read', { is: 'delivered' }],
  ])('"%s" is %j', async (word, state) => {
    const { rig, carrier } = await onCarrier();
    await carrier.post(rig, 'status', status(word), `?message=${MESSAGE}&part=2`);
    const of = { message: MESSAGE, part: 2, networkId };
    expect(rig.received).toEqual([{ kind: 'status', of, state }]);
  });

  test.each(['queued', 'sending', 'accepted', 'scheduled', 'a word of tomorrow'])(
    '"%s" is no news',
    async (word) => {
      const { rig, carrier } = await onCarrier();
      expect(await carrier.post(rig, 'status', status(word))).toBe('acknowledged');
      expect(rig.received).toEqual([]);
    },
  );

  test.each(['undelivered', 'failed', 'canceled'])('"%s" says why', async (word) => {
    const { rig, carrier } = await onCarrier();
    await carrier.post(rig, 'status', status(word, { ErrorCode: '30006' }));
    const text =
      'Not delivered: +1 202 555 0123 is a landline and can not get texts. (Twilio 30006)';
    const refusal = { condition: 'item-not-found', type: 'cancel', text };
    const state = { is: 'failed', refusal };
    expect(rig.received).toEqual([{ kind: 'status', of: { networkId }, state }]);
  });

  test.each([
    '',
    '?message=x&part=0',
    `?message=${MESSAGE}&part=-1`,
    `?message=${MESSAGE}&part=1e9`,
  ])('at "%s" is known by the id of the network alone', async (query) => {
    const { rig, carrier } = await onCarrier();
    expect(await carrier.post(rig, 'status', status('delivered'), query)).toBe('acknowledged');
    expect(rig.received).toMatchObject([{ of: { networkId } }]);
  });

  test('that could not be stored is asked for again', async () => {
    const { rig, carrier } = await onCarrier();
    rig.store = async () => {
      throw new Error('the store is down');
    };
    expect(await carrier.post(rig, 'status', status('delivered'))).toBe('try-again');
  });
});
