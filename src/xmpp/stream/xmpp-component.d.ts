/** The part of @xmpp/component 0.13.1 that is used. The package has no types of its own. */
declare module '@xmpp/component' {
  import type { EventEmitter } from 'node:events';
  import type { Writable } from 'node:stream';

  export interface Component extends EventEmitter {
    socket: Writable | null;
    Parser: new () => EventEmitter;
    /** Made by `open`. The package listens to its `start`, with the root element. */
    readonly parser: EventEmitter | null;
    /** Milliseconds that it waits for the answer to the handshake. */
    timeout: number;
    readonly reconnect: { stop(): void };
    open(options: { domain: string; timeout: number }): Promise<unknown>;
  }

  export function component(options: { domain: string; password: string }): Component;
}
