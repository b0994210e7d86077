import type { BounceMail } from '../../../bounce/bounce.ts';

interface Written {
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly parts?: Readonly<Record<string, string>>;
}

/** A mail as the reader of bounces is given it; of no server unless the headers say so. */
export function mail({ headers = {}, text = '', parts = {} }: Written): BounceMail {
  return {
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    text,
    parts: Object.entries(parts).map(([type, content]) => ({
      type,
      content: Buffer.from(content),
    })),
  };
}

export const DAEMON = {
  'return-path': '<>',
  from: 'Mail Delivery System <MAILER-DAEMON@mx.example>',
  to: 'juliet@gateway.example',
  subject: 'Undelivered Mail Returned to Sender',
};

export const REPORT = {
  ...DAEMON,
  'content-type': 'multipart/report; report-type=delivery-status; boundary="b"',
};
