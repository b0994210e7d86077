/** A listener of a component stream that remembers, and can be waited for. */

import type { LogFields } from '../../src/contract/index.ts';
import type { ServerAge } from '../../src/xmpp/stream/uptime.ts';
import type { StreamListener, StreamLog } from '../../src/xmpp/stream.ts';
import type { Element } from '../../src/xmpp/xml/element.ts';
import { Watched } from './watched.ts';

export class StreamRecorder extends Watched implements StreamListener {
  readonly stanzas: Element[] = [];
  readonly reasons: string[] = [];
  /** Level and text of each line. */
  readonly lines: string[] = [];
  /** How many live stanzas may have been lost with each stream that had any. */
  readonly unsure: unknown[] = [];
  onlines = 0;
  /** What was known of the server, each time. */
  readonly ages: (ServerAge | undefined)[] = [];
  lastCertainAt: number | undefined;

  readonly log: StreamLog = {
    debug: (fields, text) => this.#line('debug', fields, text),
    info: (fields, text) => this.#line('info', fields, text),
    warn: (fields, text) => this.#line('warn', fields, text),
    error: (fields, text) => this.#line('error', fields, text),
  };

  stanza(stanza: Element): void {
    this.stanzas.push(stanza);
    this.changed();
  }

  online(server?: ServerAge): void {
    this.ages.push(server);
    this.onlines++;
    this.changed();
  }

  offline(reason: string, lastCertainAt: number | undefined): void {
    this.reasons.push(reason);
    this.lastCertainAt = lastCertainAt;
    this.changed();
  }

  #line(level: string, { unsure }: LogFields, text: string): void {
    if (unsure !== undefined) this.unsure.push(unsure);
    this.lines.push(`${level} ${text}`);
  }
}
