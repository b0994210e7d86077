import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createTransport } from 'nodemailer';
import type {
  Acknowledgement,
  InboundSample,
  NetworkBehaviour,
  NetworkUnderTest,
} from 'postern/adapter/testing';
import { DROP, HANG, ScriptedServer } from './scripted-server.ts';

const DOMAIN = 'gateway.example.org';
const PASSWORD = 'canary-password';

/** A smarthost on the one side of the adapter, and servers that bring mail on the other. */
export class Exchange implements NetworkUnderTest {
  readonly config: unknown;
  readonly account = { address: 'juliet' };
  readonly secrets = [
    PASSWORD,
    Buffer.from(PASSWORD).toString('base64'),
    Buffer.from(`\0juliet\0${PASSWORD}`).toString('base64'),
  ];
  readonly peer = 'romeo@example.com';
  readonly text = 'Good night, good night!';
  readonly #smarthost: ScriptedServer;
  readonly #port: number;
  /** Mails whose end was seen and taken, though nobody was told. */
  readonly #unanswered: string[] = [];

  private constructor(smarthost: ScriptedServer, port: number) {
    this.#smarthost = smarthost;
    this.#port = port;
    this.config = {
      listen: `127.0.0.1:${port}`,
      verify: 'off',
      smarthost: `smtp://127.0.0.1:${smarthost.port}`,
      login: { user: 'juliet', password: PASSWORD },
    };
  }

  static async start(): Promise<Exchange> {
    const smarthost = await ScriptedServer.start({ offers: ['AUTH PLAIN', '8BITMIME', 'DSN'] });
    return new Exchange(smarthost, await freePort());
  }

  get connections(): number {
    return this.#smarthost.connections;
  }

  get taken(): readonly string[] {
    const answered = this.#smarthost.mails.map(({ message }) => textOf(message.toString('utf8')));
    return [...answered, ...this.#unanswered];
  }

  async behave(how: NetworkBehaviour): Promise<void> {
    const smarthost = this.#smarthost;
    const lose = () => {
      this.#unanswered.push(this.text);
    };
    switch (how) {
      case 'accepts':
        smarthost.script = { ...smarthost.script, answers: {} };
        break;
      case 'refuses':
        smarthost.script = { ...smarthost.script, answers: { rcpt: '550 5.1.1 no such user' } };
        break;
      case 'throttles':
        smarthost.script = { ...smarthost.script, answers: { rcpt: '451 4.7.1 come again' } };
        break;
      case 'unreachable':
        await smarthost.close();
        break;
      case 'drops-untaken':
        smarthost.script = { ...smarthost.script, answers: { dot: DROP } };
        break;
      case 'drops-taken':
        smarthost.script = {
          ...smarthost.script,
          answers: {
            dot: (socket) => {
              lose();
              socket.destroy();
            },
          },
        };
        break;
      case 'hangs':
        smarthost.script = { ...smarthost.script, answers: { dot: HANG } };
        break;
    }
  }

  async listening(): Promise<boolean> {
    const socket = connect(this.#port, '127.0.0.1');
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    return connected;
  }

  onFirstBytes(listener: () => void): void {
    this.#smarthost.onPhase((phase) => {
      if (phase === 'begun') listener();
    });
  }

  async inbound({ id, text }: InboundSample): Promise<Acknowledgement> {
    const head = `From: Romeo <${this.peer}>\r\nMessage-ID: <${id}@example.com>\r\n`;
    return await this.#send(`juliet@${DOMAIN}`, `${head}\r\n${text}\r\n`);
  }

  async forge(): Promise<readonly { readonly how: string; readonly answer: Acknowledgement }[]> {
    const from = `From: ${this.peer}\r\n`;
    const forged = [
      ['to somebody elsewhere', 'romeo@elsewhere.example', from],
      ['to nobody', `nobody@${DOMAIN}`, from],
      [
        'to a bounce address that we never wrote',
        `b=${'0'.repeat(26)}.aaaaaaaaaaaa@${DOMAIN}`,
        from,
      ],
      ['by percent', `romeo%elsewhere.example@${DOMAIN}`, from],
      ['from two', `juliet@${DOMAIN}`, `${from}From: paris@example.com\r\n`],
      ['from nobody', `juliet@${DOMAIN}`, 'Subject: hi\r\n'],
    ] as const;
    const answers: { how: string; answer: Acknowledgement }[] = [];
    for (const [how, to, head] of forged) {
      answers.push({ how, answer: await this.#send(to, `${head}\r\nhi\r\n`) });
    }
    return answers;
  }

  async close(): Promise<void> {
    await this.#smarthost.close();
  }

  async #send(to: string, raw: string): Promise<Acknowledgement> {
    const transport = createTransport({ host: '127.0.0.1', port: this.#port, ignoreTLS: true });
    try {
      await transport.sendMail({ raw, envelope: { from: this.peer, to: [to] } });
      return 'acknowledged';
    } catch (error) {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'responseCode') : undefined;
      if (typeof code !== 'number') throw error;
      return code < 500 ? 'try-again' : 'refused';
    } finally {
      transport.close();
    }
  }
}

/** As far as it is needed: what we send is one part of text. */
function textOf(mail: string): string {
  return mail.slice(mail.indexOf('\r\n\r\n') + 4).trimEnd();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
