/**
 * The one owner of @xmpp/component: it says the stream header and the handshake (XEP-0114 §3).
 *
 * Nothing else of it is used. It decodes each chunk by itself, resolves sends that failed, knows no
 * bounds and no back-pressure, reconnects at a fixed pace, and its parser is quadratic in small
 * chunks. So it gets a socket of which it hears nothing, and a parser that only repeats to it what
 * ours has read.
 */

import { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import { component } from '@xmpp/component';
import type { Element } from '../xml/element.ts';

export interface Negotiation {
  /** The server's stream header has come. */
  opened(root: Element): void;
  /** The server's answer to the handshake has come. */
  accepted(handshake: Element): void;
  /** It is not needed any more. */
  abandon(): void;
}

export interface NegotiationOptions {
  readonly domain: string;
  readonly secret: string;
  readonly timeoutMs: number;
}

/** Begins on a connected socket. */
export function negotiate(
  socket: Writable,
  { domain, secret, timeoutMs }: NegotiationOptions,
): Negotiation {
  // It hashes one byte a character, the servers hash UTF-8.
  const entity = component({ domain, password: Buffer.from(secret).toString('latin1') });
  entity.reconnect.stop();
  // Its middleware would answer stanzas.
  entity.removeAllListeners('element');
  entity.socket = socket;
  entity.Parser = EventEmitter;
  entity.timeout = timeoutMs;
  // Its failures are silence, or an error that the reader sees itself and can name.
  entity.on('error', ignore);
  entity.open({ domain, timeout: timeoutMs }).catch(ignore);
  return {
    opened: (root) => entity.parser?.emit('start', root),
    accepted: (handshake) => entity.emit('element', handshake),
    abandon: () => entity.emit('error', new Error('The link has ended.')),
  };
}

function ignore(): void {}
