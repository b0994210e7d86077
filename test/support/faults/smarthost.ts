/** A smarthost that notes which mails it took, and keeps nothing of them. */

import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface Smarthost {
  readonly port: number;
  /** Breaks all connections, and listens no more. */
  kill(): Promise<void>;
  /** On the same port as before. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param took called before it answers for a mail */
export async function startSmarthost(took: (mail: string) => void): Promise<Smarthost> {
  const open = async (port: number): Promise<SMTPServer> => {
    const smtp = new SMTPServer({
      name: 'smarthost.localhost',
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      hideDSN: false,
      onData: (stream, _session, done) => {
        const take = (mail: string): void => {
          took(mail);
          done();
        };
        // One that has no end was never there.
        void text(stream).then(take, () => undefined);
      },
    });
    // A client that breaks its connection is no fault of ours.
    smtp.on('error', () => undefined);
    await once(smtp.listen(port, '127.0.0.1'), 'listening');
    return smtp;
  };
  let smtp = await open(0);
  const address = smtp.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kill = async (): Promise<void> => {
    for (const { _socket } of smtp.connections) _socket.destroy();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  };
  return {
    port,
    kill,
    async restart() {
      smtp = await open(port);
    },
    stop: kill,
  };
}
