import type { Readable } from 'node:stream';
import { type EventId, type Intake, NotKeptError } from 'postern/adapter';
import type { SMTPServerSession } from 'smtp-server';
import { Body, type Budget } from './body.ts';
import { type Envelope, writeEnvelope } from './envelope.ts';
import { eventIdOf, readHead } from './head.ts';
import type { Rate } from './limits.ts';
import type { ListenerOptions, RcptVerdict } from './options.ts';
import { recipientOf, senderOf } from './path.ts';
import {
  BAD_RECIPIENT,
  BAD_SENDER,
  DOWN,
  FULL,
  NOT_OURS,
  Refusal,
  STOPPING,
  TOO_MANY_MAILS,
  TOO_MANY_RECIPIENTS,
  TOO_MANY_REFUSED,
  UNKNOWN_RECIPIENT,
  UNSIGNED_BOUNCE,
} from './reply.ts';

const MAX_RECIPIENTS = 100;
const MAX_REFUSED = 10;

/** What the library knows of a connection. */
type Session = Pick<
  SMTPServerSession,
  'remoteAddress' | 'hostNameAppearsAs' | 'secure' | 'envelope'
>;

/** What all dialogues of a listener share. */
export interface Shared {
  readonly options: ListenerOptions;
  readonly budget: Budget;
  readonly rate: Rate;
}

/**
 * What is said on one connection. Each method answers one command: with a refusal, or with undefined
 * for a yes.
 */
export class Dialogue {
  /** Who is held to the limits of one address; undefined for this machine. */
  readonly network: string | undefined;
  readonly #shared: Shared;
  #mailFrom = '';
  /** One for each RCPT that got a yes: repeats are in it. */
  #recipients: string[] = [];
  #refused = 0;
  #state: 'idle' | 'receiving' | 'keeping' = 'idle';
  #since = performance.now();

  constructor(shared: Shared, network: string | undefined) {
    this.#shared = shared;
    this.network = network;
  }

  /** No mail is under way whose end would be missed. */
  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  /** How many answers LMTP wants at the end of a mail (RFC 2033 §4.2). */
  get answers(): number {
    return this.#recipients.length;
  }

  /** Whether the other side has taken so long for one mail, or without one. */
  isSlowerThan(ms: number): boolean {
    return this.#state !== 'keeping' && performance.now() - this.#since > ms;
  }

  mailFrom(path: string): Refusal | undefined {
    const { options, rate } = this.#shared;
    const refusal = options.signal.aborted ? STOPPING : refusalOf(options.intake());
    if (refusal !== undefined) return refusal;
    const now = performance.now();
    if (this.network !== undefined && !rate.take(this.network, now)) return TOO_MANY_MAILS;
    const sender = senderOf(path);
    if (sender === undefined) return BAD_SENDER;
    this.#mailFrom = sender;
    this.#recipients = [];
    if (this.network === undefined) this.#refused = 0;
    this.#since = now;
    return undefined;
  }

  rcptTo(path: string): Refusal | undefined {
    const { domain, accepts } = this.#shared.options;
    if (this.#recipients.length >= MAX_RECIPIENTS) return TOO_MANY_RECIPIENTS;
    const recipient = recipientOf(path, domain);
    const refusal = recipient === undefined ? BAD_RECIPIENT : answerTo(accepts(recipient));
    if (recipient !== undefined && refusal === undefined) {
      this.#recipients.push(recipient);
      return undefined;
    }
    return this.#mayAskOn() ? refusal : TOO_MANY_REFUSED;
  }

  /**
   * Takes the mail itself. A yes means that it is stored for all of its recipients. The answer is part
   * of it: until it is given the connection is not idle, and nobody may close it.
   * @throws Error when the connection is gone before its end: then nobody waits for an answer
   */
  async data(
    stream: Readable,
    session: Session,
    answer: (refusal: Refusal | undefined) => void,
  ): Promise<void> {
    const { options, budget } = this.#shared;
    const body = new Body(budget, options.config.maxBytes);
    this.#state = 'receiving';
    try {
      const raw = await body.read(stream);
      this.#state = 'keeping';
      const refusal = raw instanceof Refusal ? raw : await this.#keep(raw, session);
      if (refusal === undefined) this.#refused = 0;
      answer(refusal);
    } finally {
      body.release();
      this.#state = 'idle';
      this.#since = performance.now();
    }
  }

  /**
   * Who asks for addresses until one is there pays for each as for a mail, or a new connection would be a
   * new list. A server of our own is not held to it: what it asks, it asks for others.
   */
  #mayAskOn(): boolean {
    this.#refused += 1;
    if (this.#refused > MAX_REFUSED) return false;
    return this.network === undefined || this.#shared.rate.take(this.network, performance.now());
  }

  async #keep(raw: Buffer, session: Session): Promise<Refusal | undefined> {
    const { options } = this.#shared;
    const head = readHead(raw);
    if (head instanceof Refusal) return head;
    const envelope: Envelope = {
      v: 1,
      mailFrom: this.#mailFrom,
      recipients: [...new Set(this.#recipients)],
      remoteAddress: session.remoteAddress,
      helo: session.hostNameAppearsAs,
      protocol: options.config.protocol,
      tls: session.secure,
      receivedAt: Date.now(),
      smtputf8: session.envelope.smtpUtf8 === true,
    };
    const eventId = eventIdOf(raw, head, envelope);
    try {
      await options.keep({ raw, envelope: writeEnvelope(envelope), ...ifKnown(eventId) });
      return undefined;
    } catch (error) {
      if (error instanceof NotKeptError) return refusalOf(error.intake);
      // The error may quote the mail.
      options.log.error({}, 'a mail could not be stored');
      return DOWN;
    }
  }
}

function ifKnown(eventId: EventId | undefined): { eventId?: EventId } {
  return eventId === undefined ? {} : { eventId };
}

function refusalOf(intake: Intake): Refusal | undefined {
  switch (intake) {
    case 'open':
      return undefined;
    case 'full':
      return FULL;
    case 'down':
      return DOWN;
    case 'stopping':
      return STOPPING;
  }
}

function answerTo(verdict: RcptVerdict): Refusal | undefined {
  switch (verdict) {
    case 'yes':
      return undefined;
    case 'unknown':
      return UNKNOWN_RECIPIENT;
    case 'not-ours':
      return NOT_OURS;
    case 'unsigned-bounce':
      return UNSIGNED_BOUNCE;
  }
}
