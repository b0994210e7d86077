import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import type { Letter } from '../../../../demo/mailbox/letter.ts';
import { startMailbox } from '../../../../demo/mailbox/server.ts';

/** A mail that the gateway was sent, with its envelope. */
interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/** What the control can say; a test reads what it expects. */
interface Told {
  readonly messages: readonly Letter[];
  readonly reply: string;
  readonly error: string;
}

/** A mailbox for one test, the listener of a gateway behind it, and the ways to speak to both. */
export async function runningMailbox() {
  const gateway = await gatewayListener();
  const mailbox = await startMailbox({
    ...{ host: '127.0.0.1', port: gateway.port, authservId: 'mx.localhost' },
    ...{ controlPort: 0, smtpPort: 0 },
  });
  const client = createTransport(mailbox.smarthost);
  onTestFinished(async () => {
    client.close();
    await mailbox.stop();
  });
  return {
    gateway,
    /** Hands a mail over, as the gateway does. */
    submit: client.sendMail.bind(client),
    control: async (method: string, path: string, body?: object) => {
      const response = await fetch(`${mailbox.url}/control/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const told: Told = JSON.parse(await response.text());
      return { status: response.status, body: told };
    },
  };
}

async function gatewayListener() {
  const received: Received[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _, callback) =>
      callback(address.startsWith('nobody@') ? new Error('unknown here') : null),
    onData: (stream, { envelope }, callback) => {
      void buffer(stream).then((raw) => {
        received.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          raw: raw.toString('utf8'),
        });
        callback();
        smtp.emit('received');
      });
    },
  });
  const server = smtp.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => new Promise((resolve) => smtp.close(() => resolve())));
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    /** Resolves with the mail of this ordinal number, from 1. */
    mail: async (ordinal: number): Promise<Received> => {
      for (;;) {
        const found = received[ordinal - 1];
        if (found !== undefined) return found;
        await once(smtp, 'received');
      }
    },
  };
}
