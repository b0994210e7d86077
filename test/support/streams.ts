/** Streams of the tests, and what is written into them. */

import {
  type ComponentStream,
  openStream,
  type StreamOptions,
  type StreamTiming,
} from '../../src/xmpp/stream.ts';
import { child, type Element, element, NS_COMPONENT, textOf } from '../../src/xmpp/xml/element.ts';
import { StreamRecorder } from './stream-recorder.ts';

export interface WatchedStream {
  readonly stream: ComponentStream;
  readonly seen: StreamRecorder;
}

/** A stream to a port of this machine, started. */
export function startStream(
  domain: string,
  secret: string,
  port: number,
  options: Partial<Pick<StreamOptions, 'host' | 'server' | 'tls' | 'beforeLive'>> & {
    timing?: Partial<StreamTiming>;
  } = {},
): WatchedStream {
  const seen = new StreamRecorder();
  const stream = openStream({
    ...{ domain, secret, port, host: '127.0.0.1', tls: false, listener: seen, log: seen.log },
    ...options,
  });
  stream.start();
  return { stream, seen };
}

export function chat(from: string, to: string, id: string, text = 'hello'): Element {
  const body = element('body', NS_COMPONENT, {}, [text]);
  return element('message', NS_COMPONENT, { from, to, id, type: 'chat' }, [body]);
}

export function bodyOf(stanza: Element): string | undefined {
  const body = child(stanza, 'body', NS_COMPONENT);
  return body && textOf(body);
}
