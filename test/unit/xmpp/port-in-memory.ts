/** A port over a stream that is an array: what it is told, and what it writes, is all there is. */

import { type OpenPort, type OpenPortOptions, openPort } from '../../../src/xmpp/open-port.ts';
import type { IncomingMessage, XmppListener } from '../../../src/xmpp/port.ts';
import type { StreamOptions } from '../../../src/xmpp/stream.ts';
import type { Element } from '../../../src/xmpp/xml/element.ts';
import { parse } from '../../support/clients/xml.ts';

export interface PortInMemory {
  readonly port: OpenPort;
  /** What the listener was told. */
  readonly heard: IncomingMessage[];
  /** What was logged, each line as JSON. */
  readonly logged: string[];
  /** The stream's side: for going offline. */
  readonly stream: StreamOptions['listener'];
  /** What comes in on the stream. @returns what is written at once */
  receive(xml: string): Element[];
  /** What was written since it was last asked. */
  written(): Element[];
  /** The server reads nothing any more. @returns it goes on */
  fill(): () => void;
}

/** @param write may refuse a stanza, or (false) have no place for it */
export function portInMemory(
  options: Partial<OpenPortOptions> = {},
  listener: Partial<XmppListener> = {},
  write: (stanza: Element) => unknown = () => undefined,
): PortInMemory {
  const heard: IncomingMessage[] = [];
  const logged: string[] = [];
  const sent: Element[] = [];
  const log = (fields: object, message: string): void => {
    logged.push(JSON.stringify({ ...fields, message }));
  };
  let stream: StreamOptions['listener'] | undefined;
  let full: Promise<void> | undefined;
  const port = openPort(
    {
      ...{ domain: 'gw.example', secret: 's', host: '127.0.0.1', port: 1, tls: false },
      ...{ gatewayType: 'irc', title: 'Chat', version: '1.2.3' },
      knows: (local) => local === 'romeo',
      ...options,
    },
    {
      message: (message) => void heard.push(message),
      online() {},
      offline() {},
      unsaid() {},
      ...listener,
    },
    { debug: log, info: log, warn: log, error: log },
    (given) => {
      stream = given.listener;
      return {
        online: true,
        certainAt: undefined,
        get full() {
          return full;
        },
        send(stanza) {
          if (write(stanza) === false) return false;
          sent.push(stanza);
          return true;
        },
        deliver: async (stanza) => void sent.push(stanza),
        start() {},
        stop: async () => undefined,
      };
    },
  );
  if (stream === undefined) throw new Error('The port opened no stream.');
  const { stanza } = stream;
  const written = (): Element[] => sent.splice(0);
  return {
    ...{ port, heard, logged, stream, written },
    fill() {
      const { promise, resolve } = Promise.withResolvers<void>();
      full = promise;
      return () => {
        full = undefined;
        resolve();
      };
    },
    receive(xml) {
      stanza(parse(xml.replace(/^<\w+/, "$& xmlns='jabber:component:accept'")));
      return written();
    },
  };
}
