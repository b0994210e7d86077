/** A strict server for each test of a file, and streams to it that end with the test. */

import { afterEach, beforeEach } from 'vitest';
import type { StreamTiming } from '../../../../src/xmpp/stream.ts';
import { child, type Element, NS_PING } from '../../../../src/xmpp/xml/element.ts';
import { ComponentServer } from '../../../support/component-server.ts';
import { chat, startStream, type WatchedStream } from '../../../support/streams.ts';

export interface StrictServer {
  /** That of the running test. */
  readonly server: ComponentServer;
  /** A stream of `gw.test`, begun. */
  start(timing?: Partial<StreamTiming>, port?: number): WatchedStream;
  /** A stream of `gw.test` that is up. */
  online(timing?: Partial<StreamTiming>): Promise<WatchedStream>;
  /** The messages that came, in order. */
  messages(): Element[];
  /** Another stream, to be stopped after the test. */
  add(stream: WatchedStream): WatchedStream;
}

export function useStrictServer(): StrictServer {
  let current: ComponentServer | undefined;
  const streams: WatchedStream[] = [];
  beforeEach(async () => {
    current = await ComponentServer.start({ 'gw.test': 'geheim', 'b.test': 'other' });
  });
  afterEach(async () => {
    for (const { stream } of streams.splice(0)) await stream.stop(0);
    await current?.close();
  });
  const use: StrictServer = {
    get server() {
      if (current === undefined) throw new Error('There is a server only while a test runs.');
      return current;
    },
    start: (timing = {}, port = use.server.port) =>
      use.add(startStream('gw.test', 'geheim', port, { timing })),
    async online(timing) {
      const watched = use.start(timing);
      await watched.seen.until(({ onlines }) => onlines > 0);
      return watched;
    },
    messages: () => use.server.received.filter(({ name }) => name === 'message'),
    add(stream) {
      streams.push(stream);
      return stream;
    },
  };
  return use;
}

export function toJuliet(id: string, text?: string): Element {
  return chat('+1@gw.test', 'juliet@example.org', id, text);
}

export function isPing(stanza: Element): boolean {
  return child(stanza, 'ping', NS_PING) !== undefined;
}

/** '0', '1', … */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}
