import type { Kept, MessageId } from 'postern/adapter';
import type { OpenedMail } from '../../opener.ts';

export const DOMAIN = 'mail.example.org';
export const BOB = { name: 'Bob', address: 'bob@example.com' };

export const KEPT: Kept = {
  id: '01KEPT00000000000000000000' as MessageId,
  raw: new Uint8Array(),
  envelope: '',
  keptAt: 1_700_000_000_000,
};

/** A mail as the opener gives it: from Bob to Juliet, confirmed. */
export function opened(more: Partial<OpenedMail> = {}, recipients?: string[]): OpenedMail {
  return {
    envelope: {
      v: 1,
      mailFrom: BOB.address,
      recipients: recipients ?? [`juliet@${DOMAIN}`],
      remoteAddress: '192.0.2.1',
      helo: 'mx.example.com',
      protocol: 'smtp',
      tls: false,
      receivedAt: KEPT.keptAt,
      smtputf8: false,
    },
    from: BOB,
    claims: 'Bob <bob@example.com>',
    authenticity: { is: 'confirmed' },
    subject: 'Invoice 42',
    messageId: 'm1@example.com',
    inReplyTo: [],
    references: [],
    sentAt: undefined,
    body: { text: 'Thanks.', fresh: 'Thanks.', trimmed: false },
    attachments: [],
    furtherAttachments: 0,
    replyTo: [],
    others: [{ name: '', address: `juliet@${DOMAIN}` }],
    automatic: undefined,
    damaged: undefined,
    bounce: undefined,
    bodyDigest: 'digest',
    ...more,
  };
}
