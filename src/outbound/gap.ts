/**
 * What users wrote into a stream that died unread is gone, and XEP-0114 has no way to ask for it.
 * Those who were writing then are told once, so that they look at their ticks: by the process whose
 * stream it was, or, where that died, by the next one.
 */

import { dropOldest } from '../bounded-map.ts';
import type { OpenMark } from '../store/open-mark.ts';
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

/** So that a process that dies at each start tells nobody at each start. */
const AFTER_A_DEATH = { once: 'gap after a death', onceMs: 600_000 };

/** How often it is noted that the stream is whole, and at most how often that is tried again. */
const EVERY_MS = 10_000;

export interface GapOptions {
  readonly mark: OpenMark;
  /** Who wrote to other processes between two moments, milliseconds since the epoch. */
  readonly wroteBetween: (from: number, until: number) => Promise<readonly BareJid[]>;
  /** Resolves when it is stored: one word of a key to a user within `onceMs` (default: an hour). */
  readonly tell: (
    to: readonly BareJid[],
    limit: { readonly once: string; readonly onceMs?: number },
  ) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/** The gaps of one domain's stream while this process owns it. */
export interface Gaps {
  wrote(jid: BareJid): void;
  /** The stream is up: who has to be told of one before it is told. */
  online(): void;
  /** @param lastCertainAt see `XmppListener.offline` */
  offline(lastCertainAt: number | undefined): void;
  /** Called about once a second. */
  tick(): void;
  /** Before the stream is ended: it has ended well where its last barrier is answered after that. */
  ending(): void;
  /** Resolves when the next process knows whether it has to tell somebody. */
  ended(): Promise<void>;
}

/** Before the stream is opened. Reads how the one of the process before has ended. */
export async function openGaps(options: GapOptions): Promise<Gaps> {
  const { mark, wroteBetween, tell, onError, now } = options;
  const writers = new RecentWriters();
  const openedAt = now();
  /** Until when the stream was whole of a process that died, while not all have been told. */
  let before = await mark.found();
  /** The same, of a stream of this process. */
  let own: number | undefined;
  let isOnline = false;
  let triedAt = Number.NEGATIVE_INFINITY;
  let endingSince: number | undefined;
  let turn: Promise<void> | undefined;

  const tellOfOthers = async (since: number) => {
    const to = await wroteBetween(since - ACTIVE_MS, openedAt);
    if (to.length > 0) await tell(to, AFTER_A_DEATH);
    before = undefined;
  };
  const tellOfOwn = async (since: number) => {
    own = undefined;
    try {
      await tell(writers.around(since), { once: `gap ${since}` });
    } catch (error) {
      // Told with the next one, who has not been told yet.
      own = since;
      throw error;
    }
  };
  const settle = async () => {
    if (before !== undefined) await tellOfOthers(before);
    if (own !== undefined) await tellOfOwn(own);
    // Not before they are told: else nobody would where this process dies in between.
    if (isOnline) await mark.set(now());
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    triedAt = performance.now();
    const mine: Promise<void> = (turn ?? Promise.resolve())
      .then(work)
      .catch(onError)
      .finally(() => {
        if (turn === mine) turn = undefined;
      });
    turn = mine;
    return mine;
  };

  return {
    wrote: (jid) => writers.wrote(jid, now()),
    online() {
      isOnline = true;
      void inTurn(settle);
    },
    offline(lastCertainAt) {
      isOnline = false;
      const endedWell =
        endingSince !== undefined && lastCertainAt !== undefined && lastCertainAt >= endingSince;
      if (!endedWell) own ??= lastCertainAt;
    },
    tick() {
      const isDue = performance.now() - triedAt >= EVERY_MS;
      if (isOnline && isDue && turn === undefined) void inTurn(settle);
    },
    ending() {
      endingSince = now();
    },
    ended: () =>
      inTurn(async () => {
        if (!isOnline && before === undefined && own === undefined) await mark.remove();
      }),
  };
}
