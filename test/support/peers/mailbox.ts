/** A smarthost on 127.0.0.1 that keeps what it takes, and answers as it is told to. */

import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerEnvelope, type SMTPServerSession } from 'smtp-server';
import { Inbox } from '../clients/inbox.ts';

/** Where a reply can be another than the usual. `dot`: after the mail was read. */
type Phase = 'connect' | 'mail' | 'rcpt' | 'dot';

/**
 * What is usual, or a reply, `451 4.7.1 Come again.`, or a broken connection, or none at all: of the
 * last two, after the dot, the mail has been taken.
 */
type Conduct = 'usual' | (string & {}) | 'drop' | 'hang';

export interface TakenMail {
  /** Empty for `<>`. */
  readonly from: string;
  readonly to: readonly string[];
  /** `ENVID` (RFC 3461 §4.4). */
  readonly envelopeId: string | undefined;
  /** `NOTIFY` of the first recipient (RFC 3461 §4.1), in upper case. */
  readonly notify: readonly string[];
  readonly raw: Buffer;
  readonly content: ParsedMail;
}

export interface MailboxPeer {
  readonly port: number;
  /** `smtp://127.0.0.1:<port>` */
  readonly url: string;
  /** All that it took, in order. */
  readonly mails: readonly TakenMail[];
  /** How often a phase was reached. */
  count(phase: Phase): number;
  /** The first mail that fits, of those that came or will come. Each is given once. */
  mail(wanted?: (mail: TakenMail) => boolean): Promise<TakenMail>;
  /** The next that come to this phase meet these, one each; then all is as usual. */
  next(phase: Phase, ...conducts: readonly Conduct[]): void;
  /** All that come to this phase from now on meet this, or what is usual. */
  always(phase: Phase, conduct?: Conduct): void;
  /** Whoever writes to this address meets this at RCPT from now on, or what is usual. */
  for(recipient: string, conduct?: Conduct): void;
  stop(): Promise<void>;
}

/** It offers DSN, and neither TLS nor login. @param port 0 lets the system choose */
export async function startMailbox(port = 0): Promise<MailboxPeer> {
  const mails: TakenMail[] = [];
  const inbox = new Inbox<TakenMail>();
  const script = new Script();
  const recipients = new Map<string, Conduct | undefined>();
  const smtp = new SMTPServer({
    name: 'mailbox.localhost',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideDSN: false,
    onConnect: (session, done) => end(script.reach('connect'), session, done),
    onMailFrom: (_, session, done) => end(script.reach('mail'), session, done),
    onRcptTo: ({ address }, session, done) =>
      end(script.reach('rcpt') ?? recipients.get(address), session, done),
    onData: (stream, session, done) => {
      const { envelope } = session;
      const take = async (raw: Buffer) => {
        const conduct = script.reach('dot');
        if (conduct === undefined || conduct === 'drop' || conduct === 'hang') {
          const mail = await taken(raw, envelope);
          mails.push(mail);
          inbox.add(mail);
        }
        end(conduct, session, done);
      };
      // One that has no end was never there.
      void buffer(stream).then(take, () => undefined);
    },
  });
  const end = (
    conduct: Conduct | undefined,
    session: SMTPServerSession,
    done: (error?: Error) => void,
  ) => {
    if (conduct === 'hang') return;
    if (conduct !== 'drop') return done(conduct === undefined ? undefined : refusal(conduct));
    for (const connection of smtp.connections) {
      if (connection.session === session) connection._socket.destroy();
    }
  };
  // A client that breaks its connection is no fault of ours.
  smtp.on('error', () => undefined);
  const server = smtp.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    mails,
    count: (phase) => script.count(phase),
    mail: (wanted = () => true) => inbox.take(wanted),
    next: (phase, ...conducts) => script.next(phase, conducts),
    always: (phase, conduct) => script.always(phase, conduct),
    for: (recipient, conduct) => void recipients.set(recipient, conduct),
    async stop() {
      for (const { _socket } of smtp.connections) _socket.destroy();
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      inbox.end(new Error('the mailbox has ended'));
    },
  };
}

/** What is due in a phase, and how often it was reached. */
class Script {
  readonly #counts = new Map<Phase, number>();
  readonly #next = new Map<Phase, Conduct[]>();
  readonly #always = new Map<Phase, Conduct | undefined>();

  reach(phase: Phase): Conduct | undefined {
    this.#counts.set(phase, this.count(phase) + 1);
    const conduct = this.#next.get(phase)?.shift() ?? this.#always.get(phase);
    return conduct === 'usual' ? undefined : conduct;
  }

  count(phase: Phase): number {
    return this.#counts.get(phase) ?? 0;
  }

  next(phase: Phase, conducts: readonly Conduct[]): void {
    this.#next.set(phase, [...conducts]);
  }

  always(phase: Phase, conduct: Conduct | undefined): void {
    this.#always.set(phase, conduct);
  }
}

async function taken(raw: Buffer, envelope: SMTPServerEnvelope): Promise<TakenMail> {
  return {
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    envelopeId: envelope.dsn?.envid ?? undefined,
    notify: envelope.rcptTo[0]?.dsn?.notify ?? [],
    raw,
    content: await new Promise((resolve, reject) =>
      simpleParser(raw, { skipTextToHtml: true }).then(resolve, reject),
    ),
  };
}

/** The server writes the code itself; what follows it is the message. */
function refusal(reply: string): Error {
  const [code = '', ...words] = reply.split(' ');
  return Object.assign(new Error(words.join(' ')), { responseCode: Number(code) });
}
