/** What a server means by the words with which it closes a connection. No standard has them. */

import type { Ending } from './events.ts';

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

/** @param words of an ERROR line */
export function endingOf(words: string): Ending {
  return MEANINGS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'lost';
}
