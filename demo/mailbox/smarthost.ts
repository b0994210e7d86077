import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

const MAX_BYTES = 25 * 1024 * 1024;

export interface Recipient {
  readonly address: string;
  /** He wants to hear of the delivery: `NOTIFY=SUCCESS` (RFC 3461 §4.1). */
  readonly reportSuccess: boolean;
}

/** A mail with its envelope. */
export interface Submission {
  /** Empty for `<>`. */
  readonly from: string;
  readonly recipients: readonly Recipient[];
  /** `ENVID` (RFC 3461 §4.4). */
  readonly envelopeId: string | undefined;
  readonly raw: Buffer;
}

export interface Smarthost {
  readonly port: number;
  stop(): Promise<void>;
}

/** Takes every mail to everybody, on 127.0.0.1, without TLS or login. @param port 0 lets the system choose. */
export async function startSmarthost(
  port: number,
  take: (submission: Submission) => Promise<void>,
): Promise<Smarthost> {
  const smtp = new SMTPServer({
    name: 'smarthost.localhost',
    size: MAX_BYTES,
    rejectOversized: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    hideDSN: false,
    hideENHANCEDSTATUSCODES: false,
    disableReverseLookup: true,
    onData: (stream, session, callback) => {
      receive(stream, session, take).then(
        () => callback(),
        (error: Error) => callback(error),
      );
    },
  });
  // A client that breaks its connection is no matter of ours.
  smtp.on('error', (error) => process.stderr.write(`${error.message}\n`));
  const server = smtp.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    stop: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
}

async function receive(
  stream: Readable,
  { envelope }: SMTPServerSession,
  take: (submission: Submission) => Promise<void>,
): Promise<void> {
  const raw = await buffer(stream);
  await take({
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    recipients: envelope.rcptTo.map(({ address, dsn }) => ({
      address,
      reportSuccess: dsn?.notify?.includes('SUCCESS') ?? false,
    })),
    envelopeId: envelope.dsn?.envid ?? undefined,
    raw,
  });
}
