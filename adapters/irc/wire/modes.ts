/** `+ov-k alice bob key`: RFC 2812 §3.2.3, with the letters that the server has. */

import type { ModeChange } from './events.ts';
import type { Features } from './features.ts';

/** @param words the letters, and their parameters in order */
export function readModes(
  words: readonly string[],
  features: Features,
  ofChannel: boolean,
): ModeChange[] {
  const [letters = '', ...params] = words;
  const changes: ModeChange[] = [];
  let set = true;
  for (const mode of letters) {
    if (mode === '+' || mode === '-') {
      set = mode === '+';
      continue;
    }
    const param = ofChannel && hasParam(mode, set, features) ? params.shift() : undefined;
    changes.push(param === undefined ? { set, mode } : { set, mode, param });
  }
  return changes;
}

function hasParam(mode: string, set: boolean, { channelModes, ranks }: Features): boolean {
  if (channelModes.list.includes(mode) || channelModes.always.includes(mode)) return true;
  return ranks.some((rank) => rank.mode === mode) || (set && channelModes.set.includes(mode));
}
