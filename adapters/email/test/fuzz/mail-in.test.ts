import { expect, test } from 'vitest';
import { type EmailConfig, config as schema } from '../../config.ts';
import { writeEnvelope } from '../../listener/envelope.ts';
import openMail, { type OpenedMail } from '../../opener.ts';
import { KEPT, opened } from '../unit/opened.ts';
import { chance, damage, RUNS, SEED } from './damage.ts';
import { SAMPLES } from './samples.ts';

/** No name server is asked. */
const config: EmailConfig = schema.parse({
  listen: '127.0.0.1:2525',
  smarthost: 'smtp://127.0.0.1:587',
  verify: 'off',
});
/** Each is a whole mail and its text: about so many are as dear as a hundred stanzas. */
const MAILS = Math.ceil(RUNS / 8);

function check(mail: OpenedMail): void {
  const { body, subject, attachments, from, messageId, inReplyTo, references, sentAt } = mail;
  for (const text of [body.text, body.fresh, subject, mail.claims]) {
    if (typeof text !== 'string' || !text.isWellFormed()) throw new Error('A text is none.');
  }
  if (/[\r\n]/.test(subject)) throw new Error(`The subject has lines: ${JSON.stringify(subject)}`);
  for (const { name } of attachments) {
    if (/[/\\\p{Cc}]/u.test(name ?? '')) throw new Error(`A name: ${JSON.stringify(name)}`);
  }
  const address = from?.address ?? '';
  if (/[\s<>,]/.test(address) || address.split('@').length > 2) throw new Error(`From ${address}`);
  for (const id of [messageId ?? '', ...inReplyTo, ...references]) {
    if (/[\s<>\p{Cc}]/u.test(id)) throw new Error(`An id: ${JSON.stringify(id)}`);
  }
  if (sentAt !== undefined && !Number.isFinite(sentAt)) throw new Error(`Sent at ${sentAt}`);
}

test(`whatever a mail is, it is opened into what the chat can have (seed ${SEED})`, {
  timeout: 60_000 + RUNS * 20,
}, async () => {
  const envelope = writeEnvelope(opened().envelope);
  let withText = 0;
  for (let index = 0; index < MAILS; index++) {
    const below = chance(SEED ^ index);
    const raw = damage(below, SAMPLES[below(SAMPLES.length)] ?? Buffer.alloc(0));
    try {
      const mail = (await openMail({ ...KEPT, raw, envelope }, config)) as OpenedMail;
      check(structuredClone(mail));
      if (mail.body.text.trim() !== '') withText++;
    } catch (cause) {
      throw new Error(`Mail ${index} of seed ${SEED}: ${cause}: ${JSON.stringify(String(raw))}`, {
        cause,
      });
    }
  }
  expect('x' in {} || 'polluted' in {}).toBe(false);
  expect(withText).toBeGreaterThan(MAILS / 2);
});
