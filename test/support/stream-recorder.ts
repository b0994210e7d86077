/** A listener of a component stream that remembers, and can be waited for. */

import type { StreamListener, StreamLog } from '../../src/xmpp/stream.ts';
import type { Element } from '../../src/xmpp/xml/element.ts';
import { Watched } from './watched.ts';

export class StreamRecorder extends Watched implements StreamListener {
  readonly stanzas: Element[] = [];
  readonly reasons: string[] = [];
  /** Level and text of each line. */
  readonly lines: string[] = [];
  onlines = 0;
  lastCertainAt: number | undefined;

  readonly log: StreamLog = {
    debug: (_, text) => this.#line('debug', text),
    info: (_, text) => this.#line('info', text),
    warn: (_, text) => this.#line('warn', text),
    error: (_, text) => this.#line('error', text),
  };

  stanza(stanza: Element): void {
    this.stanzas.push(stanza);
    this.changed();
  }

  online(): void {
    this.onlines++;
    this.changed();
  }

  offline(reason: string, lastCertainAt: number | undefined): void {
    this.reasons.push(reason);
    this.lastCertainAt = lastCertainAt;
    this.changed();
  }

  #line(level: string, text: string): void {
    this.lines.push(`${level} ${text}`);
  }
}
