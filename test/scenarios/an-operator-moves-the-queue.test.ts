import { afterAll, beforeAll, expect, it } from 'vitest';
import { child } from '../../src/xmpp/xml/element.ts';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import { ADMIN, DOMAIN, type House, JULIET, NURSE, ROMEO, startHouse } from '../support/house.ts';
import { postern } from '../support/postern.ts';

const PARIS = '+12025550124';
/** Twilio's for a number to which too many texts wait: it is tried again after two minutes. */
const QUEUE_FULL = 21611;

let house: House;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startHouse();
  juliet = await house.client();
});

afterAll(() => house?.stop());

/** `postern queue …` for this house. */
const queue = (...words: readonly string[]) =>
  postern('queue', ...words, '-c', house.gateway.config);

async function asData(...words: readonly string[]) {
  const { output } = await queue(...words, '--json');
  return JSON.parse(output);
}

function write(id: string, to = ROMEO, from = juliet) {
  from.send(`${to}@${DOMAIN}`, `the text ${id}`, { id, receipt: true });
}

const errorOf = async (id: string) =>
  refusalIn(await juliet.waitFor(({ attrs }) => attrs.type === 'error' && attrs.id === id));

/** What the gateway answers to words in a chat. */
async function answerTo(client: XmppClient, words: string): Promise<string> {
  client.send(`help@${DOMAIN}`, words);
  const answer = await client.waitFor(
    (stanza) => stanza.attrs.from === `help@${DOMAIN}` && bodyOf(stanza) !== undefined,
  );
  return bodyOf(answer) ?? '';
}

it('a text that the carrier does not take waits, is shown, and is tried when it is asked for', async () => {
  expect((await queue()).output).toBe('Nothing waits.\n');
  await house.carrier.mode({ to: ROMEO, mode: 'refuse', code: QUEUE_FULL });
  write('waits');
  await house.carrier.wait({ attempts: 1 });
  // It is written down that it has to wait a moment after the carrier has answered.
  const shown = async () => await asData('show', 'waits');
  await expect.poll(async () => (await shown()).state, { timeout: 30_000 }).toBe('waiting');
  const { message, attempts, account, body } = await shown();
  expect([attempts, account, body]).toEqual([1, JULIET.jid, undefined]);

  const listed = await queue('sms');
  expect(listed.output).toContain('sms, to the network: 1 message in 1 conversation');
  expect(listed.output).toMatch(
    new RegExp(`${message}  sms  ${JULIET.jid} → .*: is tried again at `),
  );
  expect(listed.output).not.toContain('the text');
  expect((await queue('show', message, '--body')).output).toContain('\n\nthe text waits\n');

  await house.carrier.mode({ to: ROMEO, mode: 'accept' });
  const retried = await queue('retry', 'waits');
  expect(retried).toMatchObject({ output: `${message}: is tried now.\n`, code: 0 });
  await house.carrier.wait({ body: 'the text waits', status: 'delivered' });
  await juliet.waitFor(
    (stanza) => child(stanza, 'received', 'urn:xmpp:receipts')?.attrs.id === 'waits',
  );
});

it('of a transport on hold nothing goes out: one is discarded and its sender told, the other goes on at the release', async () => {
  expect(await queue('hold', 'sms')).toMatchObject({ code: 64 });
  const held = await queue('hold', 'sms', '--yes');
  expect(held).toMatchObject({ output: expect.stringContaining('On hold: all that goes to sms.') });
  const before = (await house.carrier.attempts()).length;
  write('unwanted');
  write('wanted');
  await expect
    .poll(async () => (await asData('sms')).channels[0].waiting, { timeout: 30_000 })
    .toBe(2);

  const refused = await queue('discard', 'unwanted');
  expect(refused).toMatchObject({ output: expect.stringContaining('--yes'), code: 64 });
  expect((await queue('discard', 'unwanted', '--yes')).output).toContain('Its sender is told.');
  expect((await errorOf('unwanted')).text).toBe(
    'The operator took this message out: it was not sent.',
  );
  expect(await house.carrier.attempts()).toHaveLength(before);

  expect(await queue('release', 'sms')).toMatchObject({
    output: 'Released: all that goes to sms.\n',
  });
  await house.carrier.wait({ body: 'the text wanted' });
  expect(await queue('discard', 'unwanted', '--yes')).toMatchObject({ code: 1 });
  const bodies = (await house.carrier.messages()).map(({ body }) => body);
  expect(bodies).not.toContain('the text unwanted');
});

it('what is under way can not be called back', async () => {
  await house.carrier.mode({ to: PARIS, mode: 'hold' });
  write('under way', PARIS);
  await house.carrier.wait({ body: 'the text under way' });
  const { output, code } = await queue('discard', 'under way', '--yes');
  expect(output).toContain('is under way: it can not be called back now.');
  expect(code).toBe(1);
  await house.carrier.release();
  await juliet.waitFor(
    (stanza) => child(stanza, 'received', 'urn:xmpp:receipts')?.attrs.id === 'under way',
  );
});

it('a network that asks to wait is named where somebody asks for an attempt', async () => {
  await house.carrier.mode({ to: ROMEO, mode: 'throttle', retryAfterSeconds: 3_600 });
  write('throttled');
  await expect
    .poll(async () => (await queue('retry', 'throttled')).output, { timeout: 30_000 })
    .toContain('The network has asked sms to wait until ');
});

it('a user asks in the chat, and sees his own messages alone', async () => {
  const nurse = await house.client(NURSE);
  expect(await answerTo(juliet, 'queue')).toMatch(
    /^1\. {2}sms {2}juliet@localhost → .*\(\d+ \w+\): /,
  );
  expect(await answerTo(juliet, 'why 1')).toContain('taken from its sender, and stored');
  expect(await answerTo(nurse, 'queue')).toBe('Nothing waits.');
  expect(await answerTo(nurse, 'discard throttled')).toContain('I know no message throttled.');
  expect(await answerTo(nurse, 'queue hold sms')).toContain('for the administrators');
});

it('an administrator asks in the chat for those of all', async () => {
  const ops = await house.client(ADMIN);
  expect(await answerTo(ops, 'queue')).toContain(`1.  sms  ${JULIET.jid} → `);
  expect(await answerTo(ops, 'help')).toContain('hold TRANSPORT');
});

it('without a gateway the queue is there all the same, and what is done holds at its start', async () => {
  await house.gateway.program.end();
  const listed = await queue();
  expect(listed.output).toContain('sms is not served: no gateway is running for it.');
  expect(listed.code).toBe(0);
  expect((await queue('discard', 'throttled', '--yes')).code).toBe(0);
  const why = await postern('why', 'throttled', '-c', house.gateway.config);
  expect(why.output).toContain('taken out of the queue (by the command line)');
  await house.gateway.restart();
  expect((await errorOf('throttled')).text).toContain('The operator took this message out');
});
