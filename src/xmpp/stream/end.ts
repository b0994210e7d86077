/** Why a stream, or an attempt at one, ended: in words for an operator. Pure. */

import { type Element, NS_COMPONENT, NS_STREAMS } from '../xml/element.ts';

export interface StreamEnd {
  /**
   * - `unreachable`: nobody there, or the link broke: it comes back by itself.
   * - `refused`: a setting is wrong on one of the two sides.
   * - `taken`: somebody else holds the domain.
   * - `stopped`: we wanted it.
   */
  readonly cause: 'unreachable' | 'refused' | 'taken' | 'stopped';
  readonly reason: string;
  readonly suspicion: Suspicion;
}

/**
 * How much speaks for it that what we wrote ended the stream. `strong`: the server complained.
 * `weak`: it vanished without a word, as one does that falls over a stanza, or that is restarted.
 */
export type Suspicion = 'none' | 'weak' | 'strong';

/** Where the server is said to be, and as whom we go there. */
export interface Destination {
  readonly domain: string;
  readonly host: string;
  readonly port: number;
}

export const STOPPED: StreamEnd = {
  cause: 'stopped',
  reason: 'The stream was closed by us.',
  suspicion: 'none',
};

/** A stream error, RFC 6120 §4.9. */
export function endByStreamError(error: Element, { domain, host, port }: Destination): StreamEnd {
  const condition = streamCondition(error);
  switch (condition) {
    case 'not-authorized':
      return refused(
        `The server refused the secret of ${domain} (not-authorized): it differs from the server's own setting, or the server does not know ${domain}.`,
      );
    case 'host-unknown':
    case 'host-gone':
      return refused(
        `The server does not know a component ${domain} (${condition}): add it to the server's configuration.`,
      );
    case 'conflict':
      return {
        cause: 'taken',
        reason: `Another connection holds ${domain} (conflict).`,
        suspicion: 'none',
      };
    case 'invalid-namespace':
    case 'unsupported-version':
      return refused(`${host}:${port} does not take components (${condition}).`);
    case 'system-shutdown':
    case 'reset':
    case 'connection-timeout':
    case 'remote-connection-failed':
    case 'resource-constraint':
    case 'see-other-host':
      return unreachable(`The server ended the stream (${condition}).`);
    default:
      return unreachable(`The server ended the stream with an error (${condition}).`, 'strong');
  }
}

/** What a socket or TLS reports before or after it was connected. */
export function endBySocketError(error: Error, { host, port }: Destination): StreamEnd {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  switch (code) {
    case 'ECONNREFUSED':
      return unreachable(`Nothing listens on ${host}:${port} (${code}).`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unreachable(`The name ${host} was not found (${code}).`);
    case 'ECONNRESET':
    case 'EPIPE':
      return unreachable(`${host}:${port} broke the connection (${code}).`, 'weak');
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return refused(`${host}:${port} does not speak TLS (${code}).`);
    default:
      return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
        ? refused(`The certificate of ${host}:${port} is not trusted (${code}).`)
        : unreachable(`The connection to ${host}:${port} failed (${code}).`);
  }
}

/**
 * The stream header is not that of a component stream. Undefined: it is.
 * @param inner the namespace of its stanzas
 */
export function endByWrongHeader(
  root: Element,
  inner: string,
  { host, port }: Destination,
): StreamEnd | undefined {
  if (root.name !== 'stream' || root.ns !== NS_STREAMS) return foreign({ host, port });
  if (inner === NS_COMPONENT) return undefined;
  const whose = inner === 'jabber:client' ? 'It is the port for clients.' : 'It has another use.';
  return refused(`${host}:${port} does not take components. ${whose}`);
}

/** It answered, but not with XML. */
export function foreign({ host, port }: Pick<Destination, 'host' | 'port'>): StreamEnd {
  return refused(`${host}:${port} answers with something that is not XMPP.`);
}

export function noAnswer({ host, port }: Destination, ms: number): StreamEnd {
  return unreachable(`${host}:${port} did not answer within ${seconds(ms)}.`);
}

export function closedByServer(): StreamEnd {
  return unreachable('The server closed the stream.', 'weak');
}

export function unreadable(why: string): StreamEnd {
  return unreachable(`The server sent what can not be read: ${why}`);
}

export function halfOpen(ms: number): StreamEnd {
  return unreachable(
    `The server did not answer a ping within ${seconds(ms)}: the link is half open.`,
  );
}

export function notExclusive(domain: string): StreamEnd {
  return {
    cause: 'taken',
    reason: `The stream is not exclusive: another connection shares the traffic of ${domain}.`,
    suspicion: 'none',
  };
}

function streamCondition(error: Element): string {
  for (const inner of error.children) {
    if (typeof inner !== 'string' && inner.ns === NS_STREAM_ERROR && inner.name !== 'text') {
      return inner.name.slice(0, 64);
    }
  }
  return 'undefined-condition';
}

const NS_STREAM_ERROR = 'urn:ietf:params:xml:ns:xmpp-streams';

function unreachable(reason: string, suspicion: Suspicion = 'none'): StreamEnd {
  return { cause: 'unreachable', reason, suspicion };
}

function refused(reason: string): StreamEnd {
  return { cause: 'refused', reason, suspicion: 'none' };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
