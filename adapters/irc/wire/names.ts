/** Who is in a channel: collects the lines of 353 until 366 (RFC 2812 §5.1). */

import type { Member, WireEvent } from './events.ts';
import type { Features } from './features.ts';
import { isChannel } from './line.ts';
import { readSource } from './message.ts';

/** Of all lists that are open at once. The largest channels have some thousands. */
const MAX_MEMBERS = 20_000;
const MAX_LISTS = 100;

interface List {
  readonly members: Member[];
  complete: boolean;
}

export class Names {
  /** By the folded name of the channel. */
  readonly #lists = new Map<string, List>();
  #kept = 0;
  /** Whether some list was not begun, because too many were open. */
  #hasDropped = false;

  /** @param params of 353: our nick, perhaps a sign, the channel, the names */
  add(params: readonly string[], features: Features, key: string): void {
    if (!this.#lists.has(key) && this.#lists.size >= MAX_LISTS) {
      this.#hasDropped = true;
      return;
    }
    const list = this.#lists.get(key) ?? { members: [], complete: true };
    this.#lists.set(key, list);
    for (const name of (params.at(-1) ?? '').split(' ')) {
      const member = readMember(name, features);
      if (member === undefined) continue;
      if (this.#kept >= MAX_MEMBERS) {
        list.complete = false;
        return;
      }
      list.members.push(member);
      this.#kept += 1;
    }
  }

  /** @param channel of 366 */
  end(channel: string, key: string, channelTypes: string): WireEvent | undefined {
    const list = this.#lists.get(key);
    const { members, complete } = list ?? { members: [], complete: !this.#hasDropped };
    this.#lists.delete(key);
    this.#kept -= members.length;
    if (this.#lists.size === 0) this.#hasDropped = false;
    return isChannel(channel, channelTypes)
      ? { is: 'names', channel, members, complete }
      : undefined;
  }
}

/** `@+alice!a@host`: all his signs with multi-prefix, else the highest. */
function readMember(name: string, { ranks }: Features): Member | undefined {
  let modes = '';
  let at = 0;
  for (; at < name.length; at++) {
    const rank = ranks.find(({ sign }) => sign === name[at]);
    if (rank === undefined) break;
    modes += rank.mode;
  }
  const source = readSource(name.slice(at));
  if (source === undefined) return undefined;
  const { nick, user, host } = source;
  return host === '' ? { nick, modes } : { nick, modes, user, host };
}
