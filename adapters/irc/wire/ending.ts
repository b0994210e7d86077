/** Why a connection ends, and what a server means by the words with which it does: no standard has them. */

import type { Ending } from './events.ts';
import type { TransportEnd } from './transport.ts';

/**
 * The first that fits. A ban comes first, as its reason may speak of anything; but for InspIRCd's
 * connectban, which bans for minutes.
 */
const MEANINGS: readonly (readonly [Ending, RegExp])[] = [
  ['too-fast', /too many times|wait a while/i],
  ['banned', /\b[dgkqxz][- :]?lined?\b|\bakill|\bbanned\b|blacklist|dnsbl|not welcome|open prox/i],
  ['too-fast', /throttl|too fast|too quickly|connection rate/i],
  ['flood', /excess flood|flooding|recvq|receive buffer/i],
  ['killed', /\bkill(?:ed)?\b/i],
  ['password', /bad password|password (?:incorrect|mismatch|required)/i],
  ['full', /too many|no more connections|server (?:is )?full|max(?:imum)? .*connections|clones/i],
  ['banned', /access denied|not authori[sz]ed|no authori[sz]ation|unauthori[sz]ed/i],
];

/** RFC 2812 §2.3: what is longer is no ERROR that a server sends, and would be searched for long. */
const MOST_WORDS = 512;

/** @param words of an ERROR line */
function endingOf(words: string): Ending {
  const reason = reasonIn(words.slice(0, MOST_WORDS));
  return MEANINGS.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'lost';
}

/**
 * `Closing Link: nick[user@host] (reason)` and its like. Before the reason stand names that users choose,
 * and a nick must not mean a ban of us all.
 */
function reasonIn(words: string): string {
  const [, closing] = /^closing (?:link|connection):?\s+(.*)$/i.exec(words) ?? [];
  if (closing === undefined) return words;
  const group = lastGroup(closing.trim());
  // Without brackets behind it, it is behind the one word that says who we are.
  return group === undefined || /^[^ ]*@[^ ]*$/.test(group) ? closing.replace(/^\S+/, '') : group;
}

/** What the brackets enclose with which it ends; undefined where it does not, or they do not match. */
function lastGroup(text: string): string | undefined {
  const [open, close] = text.endsWith(')') ? ['(', ')'] : ['[', ']'];
  if (!text.endsWith(close)) return undefined;
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === close) depth += 1;
    else if (text[at] === open) depth -= 1;
    if (depth === 0) return text.slice(at + 1, -1);
  }
  return undefined;
}

interface End {
  readonly why: Ending;
  readonly words: string;
}

/** Known before the connection is closed. The first reason is the true one. */
export class EndCause {
  #known: End | undefined;

  get isKnown(): boolean {
    return this.#known !== undefined;
  }

  is(why: Ending, words: string): void {
    this.#known ??= { why, words };
  }

  /** An ERROR line: it says more than a 465 before it. */
  said(words: string): void {
    const why = endingOf(words);
    const isBetter = this.#known?.why === 'banned' && why !== 'lost';
    if (this.#known === undefined || isBetter) this.#known = { why, words };
  }

  /** The connection is closed. @param end by what */
  of(end: TransportEnd): End {
    return this.#known ?? endingBy(end);
  }
}

function endingBy({ why, words }: TransportEnd): End {
  switch (why) {
    case 'unreachable':
    case 'untrusted':
    case 'lost':
      return { why, words };
    case 'ended':
      return { why: 'lost', words };
    case 'line-too-long':
      return { why: 'misbehaved', words };
  }
}
