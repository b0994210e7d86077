import { Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isLoopback, type Smarthost } from '../config.ts';
import { Handover } from './handover.ts';
import type { Accepted, Letter, SendAttempt } from './letter.ts';
import { contentMishap, mishapOf, replyIn } from './library-error.ts';
import { answered, Mishap } from './mishap.ts';
import { offersIn } from './offers.ts';
import { codesOf, parseReply } from './reply.ts';

export interface ConnectionOptions {
  readonly smarthost: Smarthost;
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** Whether a smarthost on another machine may go without TLS, if it offers none. */
  readonly clearText: boolean;
  /** What we call ourselves in EHLO: a domain. */
  readonly name: string;
}

/** Connecting, the greeting and STARTTLS together. */
const SETUP_MS = 15_000;
const LINGER_MS = 1_000;
const MAX_REPLY_BYTES = 64 * 1024;

/** A session with the smarthost in which mails can be handed over, one after the other. */
export class Connection {
  /** How many mails it was given. */
  letters = 0;
  /** `performance.now()` when the last one was over. */
  restsSince = 0;
  readonly #smtp: SMTPConnection;
  #offers = offersIn('');
  #closed = false;
  /** Ends what is under way. */
  #interrupt: (error: unknown) => void = () => {};

  private constructor({ smarthost, clearText, name }: ConnectionOptions) {
    const { host, port, tls } = smarthost;
    const remote = !isLoopback(host);
    this.#smtp = new SMTPConnection({
      host,
      port,
      name,
      // Left to itself, the library gives each address of a name its share of the whole time, so that one
      // that never answers takes seconds. A socket goes on to the next after a quarter of one (RFC 8305).
      socket: new Socket(),
      secure: tls,
      requireTLS: !tls && remote && !clearText,
      // Nobody stands between us and this very machine, whose certificate has another name.
      tls: { rejectUnauthorized: remote, minVersion: 'TLSv1.2' },
      allowInternalNetworkInterfaces: true,
      connectionTimeout: SETUP_MS,
      greetingTimeout: SETUP_MS,
      socketCloseTimeout: LINGER_MS,
      maxResponseSize: MAX_REPLY_BYTES,
    });
    this.#smtp.on('error', (error) => this.#interrupt(error));
    this.#smtp.on('end', () => {
      this.#closed = true;
      // A reply that ended it, and says why, is given a moment later.
      queueMicrotask(() => this.#interrupt(new Error('the connection was closed')));
    });
  }

  /** @throws Mishap */
  static async open(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    const connection = new Connection(options);
    try {
      await connection.#connect(signal);
      if (options.login !== undefined) await connection.#logIn(options.login, signal);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * After an error it must be ended.
   *
   * @throws Mishap, or what `leave` threw
   */
  async send(letter: Letter, { signal, leave }: SendAttempt): Promise<Accepted> {
    this.#check(letter);
    this.letters += 1;
    let stopped: { readonly error: unknown } | undefined;
    const handover = new Handover(letter.message, () => {
      const socket = this.#smtp._socket;
      if (!socket || parseReply(this.#smtp.lastServerResponse || '')?.code !== 354) {
        this.#interrupt(new Error('the smarthost answered something else than 354 to DATA'));
        return;
      }
      try {
        leave();
      } catch (error) {
        stopped = { error };
        this.#interrupt(error);
        return;
      }
      handover.begin(socket);
    });
    const { dsn } = this.#offers;
    let response: string;
    try {
      response = await this.#during<string>(signal, (resolve, reject) => {
        this.#smtp.send(envelopeOf(letter, dsn), handover, (error, info) => {
          if (error) reject(error);
          else resolve(info?.response ?? '');
        });
      });
    } catch (error) {
      if (stopped !== undefined) throw stopped.error;
      const handed = signal.aborted ? handover.handedByNow : handover.handed;
      throw handover.begun ? contentMishap(error, handed) : mishapOf('envelope', error);
    }
    if (!handover.handed) {
      const reason = 'the smarthost took a mail before it had the end of it';
      throw new Mishap('content', reason, { handed: true });
    }
    const reply = parseReply(response);
    return { reply: reply === undefined ? '' : `${codesOf(reply)} ${reply.words}`.trim(), dsn };
  }

  /** Says good-bye, and waits for nothing. */
  dismiss(): void {
    if (this.#closed) return;
    this.#smtp.quit();
    this.#smtp.close();
  }

  /** At once. Nothing that waits here to be sent will be. */
  destroy(): void {
    const socket = this.#smtp._socket;
    if (socket) socket.destroy();
    this.#smtp.close();
  }

  async #connect(signal: AbortSignal): Promise<void> {
    try {
      await this.#during<void>(signal, (resolve, reject) => {
        this.#smtp.connect((error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      throw mishapOf('session', error);
    }
    this.#offers = offersIn(this.#smtp.lastServerResponse || '');
  }

  async #logIn(login: NonNullable<ConnectionOptions['login']>, signal: AbortSignal): Promise<void> {
    if (!this.#offers.auth) {
      throw new Mishap('session', 'the smarthost offers no login', { misconfigured: true });
    }
    try {
      await this.#during<void>(signal, (resolve, reject) => {
        const { user, password: pass } = login;
        this.#smtp.login({ user, pass }, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      const reply = replyIn(error);
      // Its words are not repeated: they may hold what we sent.
      throw reply === undefined
        ? mishapOf('session', error)
        : new Mishap('session', answered(reply, 'the login', false), { reply });
    }
  }

  /** What the server told us before that it would not take. */
  #check({ from, to, message }: Letter): void {
    const { maxSize, smtpUtf8 } = this.#offers;
    if (maxSize > 0 && message.length > maxSize) {
      const reason = `the smarthost takes no mail of more than ${maxSize} bytes`;
      throw new Mishap('envelope', reason, { refusal: { status: '5.3.4' } });
    }
    if (!smtpUtf8 && /[^\x20-\x7e]/.test(`${from}${to}`)) {
      const reason = 'the smarthost does not take internationalized addresses (SMTPUTF8)';
      throw new Mishap('envelope', reason, { refusal: { status: '5.6.7' } });
    }
  }

  /** Runs one step. It ends with its callback, the connection or the signal, whichever is first. */
  async #during<T>(
    signal: AbortSignal,
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timeUp = (): void => reject(new Error('time is up'));
    if (signal.aborted) throw new Error('time is up');
    this.#interrupt = reject;
    signal.addEventListener('abort', timeUp, { once: true });
    try {
      begin(resolve, reject);
      return await promise;
    } finally {
      signal.removeEventListener('abort', timeUp);
      this.#interrupt = () => {};
    }
  }
}

/** @param dsn whether the server takes requests for reports: the library would take any "…-DSN" for it */
function envelopeOf({ from, to, message, envelopeId, wantsDsn }: Letter, dsn: boolean) {
  const notify = wantsDsn ? ['SUCCESS', 'FAILURE', 'DELAY'] : ['FAILURE', 'DELAY'];
  const reports = { dsn: { ret: 'HDRS', envid: envelopeId, notify } };
  return { from, to: [to], size: message.length, ...(dsn ? reports : {}) };
}
