/** Answers to questions of CTCP: some, and not many. What is not answered here never is. */

import type { Wire } from './wire/client.ts';
import type { WireEvent } from './wire/events.ts';

const A_MINUTE_MS = 60_000;
const MOST_A_MINUTE = 3;
const MAX_ECHO = 64;

export class Courtesy {
  #answered: number[] = [];

  answer(wire: Wire, { from, tag, text }: Extract<WireEvent, { is: 'ctcp' }>, now: number): void {
    if (tag !== 'VERSION' && tag !== 'PING') return;
    this.#answered = this.#answered.filter((at) => now - at < A_MINUTE_MS);
    if (this.#answered.length >= MOST_A_MINUTE) return;
    this.#answered.push(now);
    wire.answerCtcp(from.nick, tag, tag === 'VERSION' ? 'Postern' : text.slice(0, MAX_ECHO));
  }
}
