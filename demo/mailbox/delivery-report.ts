import { randomUUID } from 'node:crypto';
import type { Recipient, Submission } from './smarthost.ts';

/** The report of a delivery (RFC 3464, RFC 6522), with the header of the mail that it is about. */
export function deliveryReport(
  { from, envelopeId, raw }: Submission,
  recipient: Recipient,
): string {
  const boundary = `report-${randomUUID()}`;
  const header = raw.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  return [
    'From: Mail Delivery System <mailer-daemon@smarthost.localhost>',
    `To: <${from}>`,
    'Subject: Delivered',
    `Date: ${mailDate()}`,
    `Message-ID: <${randomUUID()}@smarthost.localhost>`,
    // RFC 3834 §5: nobody's program answers it.
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `Your mail to ${recipient.address} lies in the mailbox.`,
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; smarthost.localhost',
    ...(envelopeId === undefined ? [] : [`Original-Envelope-Id: ${envelopeId}`]),
    '',
    `Final-Recipient: rfc822; ${recipient.address}`,
    'Action: delivered',
    'Status: 2.0.0',
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    header,
    '',
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

/** RFC 5322 §3.3 */
function mailDate(): string {
  return new Date().toUTCString().replace('GMT', '+0000');
}
