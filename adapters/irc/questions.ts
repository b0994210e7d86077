/** What the server is asked, and waited for: each for a little while, and not too many at once. */

import type { Ban, RoomDescription } from 'postern/adapter';
import { sent } from './sent.ts';
import { shownWords } from './shown-text.ts';
import type { Wire } from './wire/client.ts';
import type { ServerError, WireEvent } from './wire/events.ts';

/** Something that the server may refuse; whatever it has against it comes before the PONG. */
interface Wish {
  /** Folded. */
  readonly targets: readonly string[];
  readonly token: string;
  readonly settle: (outcome: Answer) => void;
}

/** `unsent`: too much waits, or no line can say it. `unknown`: it was sent, and no answer came. */
export type Answer = ServerError | 'done' | 'unsent' | 'unknown';

const MOST_OPEN = 20;
const MOST_BANS = 1_000;

export class Questions {
  readonly #wishes: Wish[] = [];
  /** LIST of one channel, by its folded name. */
  readonly #lists = new Map<string, ((found: RoomDescription | undefined) => void)[]>();
  /** MODE +b of one channel, by its folded name: what has come so far, and the end of it. */
  readonly #bans = new Map<string, { readonly found: Ban[]; readonly answer: Promise<Answer> }>();
  #count = 0;

  /**
   * @param targets what an error would name
   * @param send the lines; false where one of them is not sent
   */
  async wish(
    wire: Wire,
    targets: readonly string[],
    send: () => boolean,
    signal: AbortSignal,
  ): Promise<Answer> {
    if (this.#wishes.length >= MOST_OPEN || signal.aborted) return 'unsent';
    this.#count += 1;
    const token = `wish${this.#count}`;
    if (!sent(send) || !wire.send('PING', token)) return 'unsent';
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const folded = targets.map((target) => wire.fold(target));
    const open: Wish = { targets: folded, token, settle: resolve };
    this.#wishes.push(open);
    const giveUp = (): void => resolve('unknown');
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
      const at = this.#wishes.indexOf(open);
      if (at >= 0) this.#wishes.splice(at, 1);
    }
  }

  /** What the server tells of a channel that one is not in; undefined where it does not. */
  async describe(
    wire: Wire,
    channel: string,
    signal: AbortSignal,
  ): Promise<RoomDescription | undefined> {
    const key = wire.fold(channel);
    const known = this.#lists.get(key);
    if (signal.aborted || (known === undefined && this.#lists.size >= MOST_OPEN)) return undefined;
    if (known === undefined && !sent(() => wire.send('LIST', channel))) return undefined;
    const { promise, resolve } = Promise.withResolvers<RoomDescription | undefined>();
    this.#lists.set(key, [...(known ?? []), resolve]);
    const giveUp = (): void => resolve(undefined);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Who may not come in. @returns why the server does not tell */
  async bans(
    wire: Wire,
    channel: string,
    signal: AbortSignal,
  ): Promise<readonly Ban[] | Exclude<Answer, 'done'>> {
    const key = wire.fold(channel);
    const send = (): boolean => wire.send('MODE', channel, '+b');
    const asked = this.#bans.get(key) ?? {
      found: [],
      answer: this.wish(wire, [channel], send, signal),
    };
    this.#bans.set(key, asked);
    try {
      const answer = await asked.answer;
      return answer === 'done' ? asked.found : answer;
    } finally {
      this.#bans.delete(key);
    }
  }

  /** @returns whether it was the answer to a wish */
  error(event: ServerError, wire: Wire): boolean {
    const about = event.target === undefined ? undefined : wire.fold(event.target);
    const wish = this.#wishes.find(({ targets }) => about !== undefined && targets.includes(about));
    wish?.settle(event);
    return wish !== undefined;
  }

  pong(token: string): void {
    this.#wishes.find((wish) => wish.token === token)?.settle('done');
  }

  /**
   * 322 names a channel, 323 ends a list, 263 says "later": answers come in the order of the questions.
   * 367 names a ban.
   */
  reply({ code, params }: Extract<WireEvent, { is: 'reply' }>, wire: Wire): void {
    const [name = '', count = '', topic = ''] = params;
    if (code === 367) this.#banned(wire.fold(name), count, topic);
    if (code === 322) {
      const occupants = /^\d{1,7}$/.test(count) ? { occupants: Number(count) } : {};
      // Some servers put the modes of the channel before its topic.
      const subject = shownWords(topic.replace(/^\[[^\]]*\] ?/, ''), 3_000);
      this.#listed(wire.fold(name), { name, ...occupants, subject });
    } else if (code === 323 || (code === 263 && name.toUpperCase() === 'LIST')) {
      const [oldest] = this.#lists.keys();
      if (oldest !== undefined) this.#listed(oldest, undefined, true);
    }
  }

  /** The connection is gone. */
  close(): void {
    for (const { settle } of [...this.#wishes]) settle('unknown');
    for (const key of [...this.#lists.keys()]) this.#listed(key, undefined, true);
  }

  /** @param by `nick` or `nick!user@host`, where the server tells it */
  #banned(key: string, who: string, by: string): void {
    const found = this.#bans.get(key)?.found;
    if (found === undefined || found.length >= MOST_BANS) return;
    const [nick = ''] = by.split('!');
    found.push(nick === '' ? { who } : { who, by: nick });
  }

  #listed(key: string, found: RoomDescription | undefined, isEnd = false): void {
    for (const settle of this.#lists.get(key) ?? []) settle(found);
    if (isEnd) this.#lists.delete(key);
  }
}
