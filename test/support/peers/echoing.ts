/** Servers that refuse whoever comes, and repeat in their words what they were told: secrets, and what people wrote. */

import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { SMTPServer } from 'smtp-server';

interface EchoingPeer {
  readonly port: number;
  stop(): void;
}

export interface EchoingSmarthost extends EchoingPeer {
  /** From now on whoever logs in may. */
  admit(): void;
}

/** Refuses the password with itself; then, admitting, each mail with its last lines. */
export async function startEchoingSmarthost(): Promise<EchoingSmarthost> {
  let admits = false;
  const smtp = new SMTPServer({
    name: 'echo.localhost',
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    onAuth: ({ username = '', password = '' }, _, done) => {
      const plain = Buffer.from(`\0${username}\0${password}`).toString('base64');
      if (admits) done(null, { user: username });
      else done(refusal(535, `5.7.8 ${username} has not ${password} (AUTH PLAIN ${plain})`));
    },
    onData: async (stream, _, done) => {
      const [last = ''] = (await buffer(stream)).toString().trimEnd().split(/\r\n/).slice(-1);
      done(refusal(554, `5.7.1 spam: ${last}`));
    },
  });
  smtp.on('error', () => undefined);
  const server = smtp.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    admit: () => {
      admits = true;
    },
    stop: () => {
      for (const { _socket } of smtp.connections) _socket.destroy();
      smtp.close(() => undefined);
    },
  };
}

/** IRC by TLS: offers SASL, and refuses with the password of the server and the answer to AUTHENTICATE. */
export async function startEchoingIrc(tls: {
  readonly key: string;
  readonly cert: string;
}): Promise<EchoingPeer & { readonly refused: Promise<void> }> {
  const { promise: refused, resolve } = Promise.withResolvers<void>();
  const server = createTlsServer(tls, (socket) => {
    let pass = '';
    let rest = '';
    const say = (line: string) => socket.write(`:echo.localhost ${line}\r\n`);
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [command = '', ...args] = line.split(' ');
        if (command === 'PASS') pass = args.join(' ');
        if (line.startsWith('CAP LS')) say('CAP * LS :sasl=PLAIN');
        if (command === 'CAP' && args[0] === 'REQ') say(`CAP * ACK ${args.slice(1).join(' ')}`);
        if (line === 'AUTHENTICATE PLAIN') socket.write('AUTHENTICATE +\r\n');
        else if (command === 'AUTHENTICATE') {
          say(`904 * :SASL failed for ${args[0]} after PASS ${pass}`);
          socket.end(`ERROR :Closing Link: PASS ${pass} AUTHENTICATE ${args[0]}\r\n`);
          resolve();
        }
      }
    });
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: portOf(server.address()), refused, stop: () => void server.close() };
}

function portOf(address: unknown): number {
  return typeof address === 'object' && address !== null && 'port' in address
    ? Number(address.port)
    : 0;
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
