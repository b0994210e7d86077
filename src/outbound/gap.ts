/**
 * What users wrote into a stream that died unread is gone, and XEP-0114 has no way to ask for it.
 * Those who were writing then are told once, so that they look at their ticks.
 */

import { dropOldest } from '../bounded-map.ts';
import type { BareJid } from '../xmpp/jid.ts';

/** Who wrote so shortly before the last certain moment may have written again after it. */
const ACTIVE_MS = 120_000;

const REMEMBERED = 10_000;

export class RecentWriters {
  readonly #last = new Map<BareJid, number>();

  wrote(jid: BareJid, at: number): void {
    this.#last.delete(jid);
    this.#last.set(jid, at);
    dropOldest(this.#last, REMEMBERED);
  }

  /** @param lastCertainAt until when everything that was written has certainly been read */
  around(lastCertainAt: number): BareJid[] {
    const active = [...this.#last].filter(([, at]) => at >= lastCertainAt - ACTIVE_MS);
    return active.map(([jid]) => jid);
  }
}

export const GAP_NOTICE =
  'The connection to the gateway was broken for a moment. What you wrote in that moment may be lost: please look at your last messages, and repeat what is missing.';
