import { z } from 'zod';

/** What is known of a mail beside its bytes. It is stored with them: a changed form is a new version. */
export interface Envelope {
  readonly v: 1;
  /** As it was given, with the domain in its ASCII form; empty for a bounce. */
  readonly mailFrom: string;
  /** Each once, in lower case, the domain in its ASCII form; a `+tag` is kept. */
  readonly recipients: readonly string[];
  /** Of the last server that had the mail. */
  readonly remoteAddress: string;
  /** What that server called itself. */
  readonly helo: string;
  readonly protocol: 'smtp' | 'lmtp';
  readonly tls: boolean;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** RFC 6531: addresses and headers may be in UTF-8. */
  readonly smtputf8: boolean;
}

const envelope = z.strictObject({
  v: z.literal(1),
  mailFrom: z.string(),
  recipients: z.array(z.string()).min(1),
  remoteAddress: z.string(),
  helo: z.string(),
  protocol: z.enum(['smtp', 'lmtp']),
  tls: z.boolean(),
  receivedAt: z.number(),
  smtputf8: z.boolean(),
});

/** At most 64 KiB: every part of it is bounded where it comes in. */
export function writeEnvelope(value: Envelope): string {
  return JSON.stringify(value);
}

/** @throws Error for anything that `writeEnvelope` did not make */
export function readEnvelope(text: string): Envelope {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('this is no envelope of a mail');
  }
  const { data, error } = envelope.safeParse(json);
  if (data !== undefined) return data;
  const where = [...new Set(error.issues.map(({ path }) => path[0] ?? 'all of it'))];
  throw new Error(`this is no envelope of a mail that can be read: ${where.join(', ')}`);
}
