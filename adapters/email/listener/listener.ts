/** The way in up to custody: mail is taken by SMTP or LMTP, and answered when it is stored. */

import { once } from 'node:events';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { type EmailConfig, endpointOf, isLoopback } from '../config.ts';
import { Budget } from './body.ts';
import { Dialogue, type Shared } from './dialogue.ts';
import { networkOf, Rate, Visitors } from './limits.ts';
import type { ListenerOptions } from './options.ts';
import { type Refusal, STOPPING, TOO_MANY_CONNECTIONS, TOO_SLOW } from './reply.ts';

const MIB = 1024 * 1024;
const MEMORY_BYTES = 64 * MIB;
const MAX_COMMAND_BYTES = 4096;
const IDLE_MS = 60_000;
/** For one mail, or without one. */
const SLOW_MS = 10 * 60_000;
const SWEEP_MS = 15_000;
/** How long a mail that is coming in may hold up the end. */
const STOP_MS = 5_000;
/** Sockets that are only waiting to be closed by the other side, which has five seconds. */
const MAX_LEAVING = 200;
const STORED = 'OK: stored';
/** Nobody logs in here. The others are relics. */
const DISABLED = ['AUTH', 'XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'];

export interface Listener {
  readonly port: number;
  /** Who turns to TLS from now on sees this certificate; a limit holds for who comes from now on. */
  change(config: EmailConfig): void;
  /** Resolves when every mail that was taken is stored, within eight seconds. */
  stop(): Promise<void>;
}

/** @throws Error when the port can not be had */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const listener = new OpenListener(options);
  await listener.listen();
  return listener;
}

class OpenListener implements Listener {
  readonly #options: ListenerOptions;
  readonly #server: SMTPServer;
  readonly #shared: Shared;
  readonly #visitors: Visitors;
  /** By the session object, which the library keeps for as long as the connection. */
  readonly #dialogues = new WeakMap<SMTPServerSession, Dialogue>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #dismissIdle = () => this.#dismiss((dialogue) => dialogue.isIdle, STOPPING);
  #sweeper: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    const { maxBytes, connectionsPerAddress, mailsPerMinute } = options.config;
    this.#options = options;
    this.#shared = {
      options,
      // One mail must always find room for itself, and for what its last slab is too long.
      budget: new Budget(Math.max(MEMORY_BYTES, maxBytes + 2 * MIB)),
      rate: new Rate(mailsPerMinute),
    };
    this.#visitors = new Visitors(connectionsPerAddress);
    this.#server = this.#serve();
    this.#limit(options.config);
    this.#server.on('error', (error) => this.#broken(error));
  }

  get port(): number {
    const address = this.#server.server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  async listen(): Promise<void> {
    const { config, signal } = this.#options;
    const endpoint = endpointOf(config.listen);
    const listening = once(this.#server.server, 'listening');
    this.#server.listen(endpoint?.port, endpoint?.host);
    await listening;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
    signal.addEventListener('abort', this.#dismissIdle);
  }

  change(config: EmailConfig): void {
    const { tls } = config;
    this.#server.options.disabledCommands = disabledBy(tls);
    if (tls !== undefined) this.#server.updateSecureContext({ key: tls.key, cert: tls.cert });
    this.#limit(config);
  }

  #limit({ maxConnections, connectionsPerAddress, mailsPerMinute }: EmailConfig): void {
    this.#server.options.maxClients = maxConnections;
    this.#server.server.maxConnections = maxConnections + MAX_LEAVING;
    this.#visitors.most = connectionsPerAddress;
    this.#shared.rate.most = mailsPerMinute;
  }

  get #isStopping(): boolean {
    return this.#options.signal.aborted || this.#stopped !== undefined;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#options.signal.removeEventListener('abort', this.#dismissIdle);
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#dismissIdle();
    await closed;
    await Promise.allSettled(this.#underWay);
  }

  #serve(): SMTPServer {
    const { config, hostname } = this.#options;
    const { tls } = config;
    return new SMTPServer({
      name: hostname,
      heloResponse: '%s',
      lmtp: config.protocol === 'lmtp',
      size: config.maxBytes,
      maxClients: config.maxConnections,
      maxCommandLength: MAX_COMMAND_BYTES,
      socketTimeout: IDLE_MS,
      closeTimeout: STOP_MS,
      disableReverseLookup: true,
      disabledCommands: disabledBy(tls),
      ...(tls === undefined ? {} : { key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2' }),
      onConnect: (session, answer) => answer(this.#greet(session)),
      onMailFrom: ({ address }, session, answer) => {
        const refusal = this.#with(session).mailFrom(address);
        // Not at once: the library loses what is pipelined behind the end of a mail if all up to the
        // end of the next one happens in one go.
        queueMicrotask(() => answer(refusal));
      },
      onRcptTo: ({ address }, session, answer) => answer(this.#with(session).rcptTo(address)),
      onData: (stream, session, answer) => {
        const dialogue = this.#with(session);
        const reply = (refusal: Refusal | undefined): void => {
          if (config.protocol === 'smtp') answer(refusal, STORED);
          else answer(null, Array(dialogue.answers).fill(refusal ?? STORED));
        };
        this.#follow(dialogue.data(stream, session, reply));
      },
      onClose: (session) => this.#farewell(session),
    });
  }

  #greet(session: SMTPServerSession): Refusal | undefined {
    const { remoteAddress } = session;
    const network = isLoopback(remoteAddress) ? undefined : networkOf(remoteAddress);
    if (this.#isStopping) return STOPPING;
    if (network !== undefined && !this.#visitors.enter(network)) return TOO_MANY_CONNECTIONS;
    this.#dialogues.set(session, new Dialogue(this.#shared, network));
    return undefined;
  }

  #with(session: SMTPServerSession): Dialogue {
    const dialogue = this.#dialogues.get(session);
    if (dialogue === undefined) throw new Error('a command before the greeting');
    return dialogue;
  }

  #farewell(session: SMTPServerSession): void {
    const network = this.#dialogues.get(session)?.network;
    if (network !== undefined) this.#visitors.leave(network);
  }

  #follow(mail: Promise<void>): void {
    const end = mail
      .catch(() => this.#options.log.debug({}, 'a connection was gone before the end of its mail'))
      .then(() => {
        this.#underWay.delete(end);
        if (this.#isStopping) this.#dismissIdle();
      });
    this.#underWay.add(end);
  }

  /** One timer for all: what the other side does never starts one. */
  #sweep(): void {
    this.#dismiss((dialogue) => dialogue.isSlowerThan(SLOW_MS), TOO_SLOW);
  }

  #dismiss(which: (dialogue: Dialogue) => boolean, { responseCode, message }: Refusal): void {
    for (const connection of this.#server.connections) {
      const dialogue = this.#dialogues.get(connection.session);
      if (dialogue !== undefined && which(dialogue)) connection.send(responseCode, message);
    }
  }

  #broken(error: Error & { code?: string; remoteAddress?: string }): void {
    const { code = error.name } = error;
    if (error.remoteAddress !== undefined) this.#options.log.debug({ code }, 'a connection broke');
    else this.#options.log.warn({ code }, 'the port for mail has trouble');
  }
}

function disabledBy(tls: EmailConfig['tls']): string[] {
  return tls === undefined ? [...DISABLED, 'STARTTLS'] : [...DISABLED];
}
