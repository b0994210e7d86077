/**
 * One component stream (XEP-0114): stanzas in, stanzas out, and the proof that the server has them.
 *
 * It connects, proves that it is the only stream of its domain, keeps the window of what is not
 * acknowledged, and begins again when it breaks. The parts are in `stream/`.
 */

import { randomBytes } from 'node:crypto';
import type { AdapterLog } from '../contract/index.ts';
import { parseJid } from './jid.ts';
import { StreamLostError } from './port.ts';
import { Backlog } from './stream/backlog.ts';
import { Barrier } from './stream/barrier.ts';
import { halfOpen, notExclusive, STOPPED, type StreamEnd } from './stream/end.ts';
import { Heartbeat } from './stream/heartbeat.ts';
import { Link } from './stream/link.ts';
import { Reconnect } from './stream/reconnect.ts';
import { answerToSkipped } from './stream/skipped.ts';
import { type ServerAge, type StreamBefore, Uptime } from './stream/uptime.ts';
import { Window } from './stream/window.ts';
import { Writer } from './stream/writer.ts';
import type { Element } from './xml/element.ts';
import type { SkipReason } from './xml/reader.ts';
import { serialise } from './xml/serialise.ts';

/** What a stream tells. Called synchronously, in the order of the stream. */
export interface StreamListener {
  /**
   * A message, presence or iq in `jabber:component:accept`, complete and within the bounds. The first
   * may come shortly before `online`, while the stream proves that it is the only one: they may be
   * answered.
   */
  stanza(stanza: Element): void;
  /** @param server left out: it does not say */
  online(server?: ServerAge): void;
  /**
   * Also when an attempt to connect failed, so that the reason is always the newest.
   * @param reason in words for an operator
   * @param lastCertainAt when the last barrier answered, milliseconds since the epoch
   */
  offline(reason: string, lastCertainAt: number | undefined): void;
}

/** Where a stream writes what an operator must know. Never a body, never a secret. */
export type StreamLog = AdapterLog;

/** All in milliseconds. Tests make them short. */
export interface StreamTiming {
  /** Between two heartbeats on an idle stream. */
  readonly heartbeatMs: number;
  /** A ping without an answer for so long: the link is half open. */
  readonly answerMs: number;
  /** From the first packet to the accepted handshake, and again to the proof of being the only one. */
  readonly negotiateMs: number;
  /** Somebody took the domain from us: so long we leave it to him. */
  readonly standByMs: number;
}

const TIMING: StreamTiming = {
  heartbeatMs: 15_000,
  answerMs: 30_000,
  negotiateMs: 10_000,
  standByMs: 60_000,
};

export interface StreamOptions {
  readonly domain: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  /** Direct TLS. */
  readonly tls: boolean;
  /** The server's own domain, which is asked how long it has been up. Left out: nobody is. */
  readonly server?: string | undefined;
  readonly listener: StreamListener;
  readonly log: StreamLog;
  /** Called right before live stanzas are written, once for all of a tick: what they rest on can be kept first. */
  readonly beforeLive?: (() => void) | undefined;
  readonly timing?: Partial<StreamTiming>;
}

export interface ComponentStream {
  /** The stream is up and is the only one of its domain. */
  readonly online: boolean;
  /**
   * When the last ping that came back was sent, by a monotonic clock; also after that stream. Undefined:
   * there was no stream yet.
   */
  readonly certainAt: number | undefined;
  /**
   * Resolves when the server has processed it. Calls of one tick leave together, in their order.
   * @throws UnserialisableError, StreamLostError (also while there is no stream), PoisonousError
   */
  deliver(stanza: Element): Promise<void>;
  /**
   * Undefined while there is room. Else too much waits to leave: it resolves, and never rejects, when
   * there is room again, or when the stream has ended. Whoever can wait says nothing live until then.
   */
  readonly full: Promise<void> | undefined;
  /**
   * Live or never: dropped while there is no stream, or while far too much waits to leave.
   * @returns whether it was taken
   * @throws UnserialisableError
   */
  send(stanza: Element): boolean;
  /** Connects and keeps connected until `stop`. Returns at once. */
  start(): void;
  /** Closes the stream after what was written has been answered for, at most `capMs`. */
  stop(capMs: number): Promise<void>;
}

/**
 * Nothing is connected before `start`.
 * @throws JidError
 */
export function openStream(options: StreamOptions): ComponentStream {
  return new Stream({ ...options, domain: parseJid(options.domain).domain });
}

/** Pings that must all come back before the stream counts as the only one of its domain. */
const PROBES = 16;
/** If they do not, another ping shows whether they are late or went elsewhere. */
const PROBE_AGAIN_MS = 1_000;

class Stream implements ComponentStream {
  readonly #options: StreamOptions;
  readonly #timing: StreamTiming;
  readonly #window = new Window();
  readonly #reconnect: Reconnect;
  readonly #id = randomBytes(9).toString('base64url');
  #links = 0;
  #barrier: Barrier | undefined;
  #uptime: Uptime | undefined;
  #link: Link | undefined;
  #writer: Writer | undefined;
  #heartbeat: Heartbeat | undefined;
  #retry: NodeJS.Timeout | undefined;
  #running = false;
  #online = false;
  #lastCertainAt: number | undefined;
  /** The stream that is up, or was last. */
  #before: StreamBefore | undefined;
  #lastReason = '';
  #stopped: (() => void) | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#reconnect = new Reconnect(this.#timing.standByMs);
  }

  get online(): boolean {
    return this.#online;
  }

  get certainAt(): number | undefined {
    return this.#before?.certainAt;
  }

  get full(): Promise<void> | undefined {
    return this.#writer?.full;
  }

  async deliver(stanza: Element): Promise<void> {
    const xml = serialise(stanza, this.#options.domain);
    if (!this.#online || !this.#running) throw new StreamLostError('There is no stream.');
    const delivered = this.#window.add(xml, stanza.attrs.id);
    this.#writer?.flushSoon();
    return delivered;
  }

  send(stanza: Element): boolean {
    return this.#writer?.send(serialise(stanza, this.#options.domain)) ?? false;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  async stop(capMs: number): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    clearTimeout(this.#retry);
    const link = this.#link;
    if (link === undefined) return;
    const ended = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    const cap = setTimeout(() => link.end(STOPPED), capMs);
    if (this.#online) {
      this.#writer?.flush();
      this.#window.refuseWaiting();
      this.#writer?.ping();
    } else {
      link.finish(STOPPED);
    }
    await ended;
    clearTimeout(cap);
  }

  #connect(): void {
    const { domain, server, beforeLive = () => undefined } = this.#options;
    const { negotiateMs } = this.#timing;
    const barrier = new Barrier(domain, this.#id, this.#links++);
    this.#barrier = barrier;
    const questionId = randomBytes(9).toString('base64url');
    this.#uptime = server === undefined ? undefined : new Uptime(domain, questionId, server);
    this.#link = new Link(
      { ...this.#options, negotiateMs },
      {
        ready: () => this.#probe(),
        stanza: (stanza) => this.#onStanza(stanza),
        skipped: (header, why) => this.#onSkipped(header, why),
        drained: () => this.#writer?.flushSoon(),
        ended: (end) => this.#onEnd(end),
      },
    );
    const backlog = new Backlog(this.#options.log, domain);
    this.#writer = new Writer(this.#link, this.#window, barrier, backlog, {
      domain,
      beforeLive: () => this.#tell(beforeLive),
    });
  }

  /** Where a second connection is accepted silently, some of these go to it, or its pings come to us. */
  #probe(): void {
    if (this.#uptime !== undefined) this.#writer?.ask(this.#uptime.question());
    for (let i = 0; i < PROBES; i++) this.#writer?.ping();
    const { heartbeatMs, answerMs, negotiateMs } = this.#timing;
    this.#heartbeat = new Heartbeat({
      everyMs: () => (this.#online ? heartbeatMs : Math.min(heartbeatMs, PROBE_AGAIN_MS)),
      answerMs: () => (this.#online ? answerMs : negotiateMs),
      unansweredSince: () => this.#window.unansweredSince,
      pingedAt: () => this.#window.pingedAt,
      ping: () => this.#writer?.ping(),
      silent: () => this.#onSilence(),
    });
  }

  #onSilence(): void {
    const { answerMs, negotiateMs } = this.#timing;
    this.#link?.end(halfOpen(this.#online ? answerMs : negotiateMs));
  }

  #onStanza(stanza: Element): void {
    const ping = this.#barrier?.read(stanza);
    if (ping === undefined) this.#onOther(stanza);
    else if (ping === 'foreign') this.#link?.end(notExclusive(this.#options.domain));
    else if (ping !== 'stale') this.#acknowledged(ping);
  }

  #onOther(stanza: Element): void {
    if (this.#uptime?.read(stanza, performance.now()) === true) return;
    this.#tell(() => this.#options.listener.stanza(stanza));
  }

  #acknowledged(ping: number): void {
    if (!this.#window.acknowledge(ping)) {
      this.#link?.end(notExclusive(this.#options.domain));
      return;
    }
    this.#lastCertainAt = Date.now();
    if (this.#online) this.#remember(this.#before?.upSince);
    if (!this.#online && this.#running && this.#window.oldestPing >= PROBES) this.#goOnline();
    if (this.#running) {
      this.#writer?.flushSoon();
    } else {
      this.#writer?.flush();
      if (this.#window.unansweredSince === undefined) this.#link?.finish(STOPPED);
    }
  }

  #goOnline(): void {
    this.#online = true;
    const age = this.#uptime?.age(performance.now(), this.#before);
    this.#remember(this.#uptime?.upSince);
    this.#writer?.open();
    this.#lastReason = '';
    this.#reconnect.succeeded();
    this.#options.log.info({ domain: this.#options.domain }, 'The stream is up.');
    this.#tell(() => this.#options.listener.online(age));
  }

  #remember(upSince: number | undefined): void {
    const { certainAt } = this.#window;
    if (certainAt !== undefined) this.#before = { upSince, certainAt };
  }

  #onSkipped(header: Element, why: SkipReason): void {
    this.#options.log.debug({ stanza: header.name, why }, 'A stanza was skipped.');
    const answer = answerToSkipped(header, why, this.#options.domain);
    if (answer !== undefined) this.send(answer);
  }

  #onEnd(end: StreamEnd): void {
    const wasOnline = this.#online;
    this.#online = false;
    this.#link = undefined;
    const unsure = (this.#writer?.end() ?? 0) + this.#window.liveUncertain;
    this.#writer = undefined;
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    this.#window.lose(end.suspicion);
    this.#report(end, unsure);
    this.#tell(() => this.#options.listener.offline(end.reason, this.#lastCertainAt));
    this.#stopped?.();
    if (!this.#running) return;
    const delay = this.#reconnect.delay(end, wasOnline, performance.now());
    this.#retry = setTimeout(() => this.#connect(), delay);
  }

  /**
   * The first time aloud: an outage is one event, however often it is tried.
   * @param unsure live stanzas that the server may have or not
   */
  #report({ cause, reason }: StreamEnd, unsure: number): void {
    const { log, domain } = this.#options;
    const isNews = reason !== this.#lastReason;
    this.#lastReason = reason;
    const fields = unsure === 0 ? { domain } : { domain, unsure };
    if (!isNews) log.debug(fields, reason);
    else if (cause === 'stopped') log.info(fields, reason);
    else if (cause === 'unreachable') log.warn(fields, reason);
    else log.error(fields, reason);
  }

  /** A listener that throws must not end the stream of everybody else. */
  #tell(event: () => void): void {
    try {
      event();
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      this.#options.log.error({ domain: this.#options.domain, name }, 'A listener failed.');
    }
  }
}
