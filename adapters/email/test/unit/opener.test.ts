import { expect, test } from 'vitest';
import { type EmailConfig, config as schema } from '../../config.ts';
import { writeEnvelope } from '../../listener/envelope.ts';
import openMail, { type OpenedMail } from '../../opener.ts';
import { multipart, plain } from './mime/letter.ts';
import { KEPT, opened } from './opened.ts';

/** So everybody is confirmed, and no name server is asked. */
const config: EmailConfig = schema.parse({
  listen: '127.0.0.1:2525',
  smarthost: 'smtp://127.0.0.1:587',
  verify: 'off',
});

async function open(head: string, body: string): Promise<OpenedMail> {
  const raw = Buffer.from(`${head}\n${body}`.replaceAll('\n', '\r\n'));
  const envelope = writeEnvelope(opened().envelope);
  return (await openMail({ ...KEPT, raw, envelope }, config)) as OpenedMail;
}

test('a mail that looks like a bounce is from whom it is proved to be, since it may be shown', async () => {
  const mail = await open(
    'From: Postmaster <postmaster@example.com>\nSubject: Undelivered mail',
    multipart(
      'report; report-type=delivery-status',
      plain('Your mail could not be delivered.'),
      'Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: rfc822; c@example.net\nAction: failed\nStatus: 5.1.1',
    ),
  );
  expect(mail.bounce?.recipients).toMatchObject([{ address: 'c@example.net', outcome: 'failed' }]);
  expect(mail.authenticity).toEqual({ is: 'confirmed' });
});
