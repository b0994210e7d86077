/**
 * One component stream (XEP-0114): stanzas in, stanzas out, and the proof that the server has them.
 */

import type { AdapterLog } from '../contract/index.ts';
import type { Element } from './xml/element.ts';

/** What a stream tells. Called synchronously, in the order of the stream. */
export interface StreamListener {
  /** A message, presence or iq in `jabber:component:accept`, complete and within the bounds. */
  stanza(stanza: Element): void;
  online(): void;
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
}

export interface StreamOptions {
  readonly domain: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  /** Direct TLS. */
  readonly tls: boolean;
  readonly listener: StreamListener;
  readonly log: StreamLog;
  readonly timing?: Partial<StreamTiming>;
}

export interface ComponentStream {
  /** The stream is up and is the only one of its domain. */
  readonly online: boolean;
  /**
   * Resolves when the server has processed it. Calls of one tick leave together, in their order.
   * @throws UnserialisableError, StreamLostError (also while there is no stream), PoisonousError
   */
  deliver(stanza: Element): Promise<void>;
  /**
   * Live or never: dropped while there is no stream.
   * @throws UnserialisableError
   */
  send(stanza: Element): void;
  /** Connects and keeps connected until `stop`. Returns at once. */
  start(): void;
  /** Closes the stream after what was written has been answered for, at most `capMs`. */
  stop(capMs: number): Promise<void>;
}

/** Nothing is connected before `start`. */
export function openStream(options: StreamOptions): ComponentStream {
  throw new Error(`The stream of ${options.domain} is not written yet.`);
}
