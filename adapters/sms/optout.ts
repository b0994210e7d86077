import type { AdapterMemory, OwnAddress, PeerId, Refusal } from 'postern/adapter';
import { describePeer } from './address.ts';

const STOP_WORDS = new Set(
  'stop stopall unsubscribe cancel end quit revoke optout opt-out'.split(' '),
);
const START_WORDS = new Set(['start', 'unstop', 'yes']);

/** What a text says about further texts: only the word alone counts, as it does for carriers. */
export function optOutWord(text: string): 'stop' | 'start' | undefined {
  const word = text.trim().toLowerCase();
  if (STOP_WORDS.has(word)) return 'stop';
  return START_WORDS.has(word) ? 'start' : undefined;
}

/** Who does not want texts from which of our numbers. */
export class OptOuts {
  readonly #memory: AdapterMemory;

  constructor(memory: AdapterMemory) {
    this.#memory = memory;
  }

  has(own: OwnAddress, peer: PeerId): boolean {
    return this.#memory.get(key(own, peer)) !== undefined;
  }

  async add(own: OwnAddress, peer: PeerId): Promise<void> {
    if (!this.has(own, peer)) await this.#memory.set(key(own, peer), 'stop');
  }

  async lift(own: OwnAddress, peer: PeerId): Promise<void> {
    if (this.has(own, peer)) await this.#memory.delete(key(own, peer));
  }
}

export function optOutRefusal(peer: PeerId): Refusal {
  const text = `${describePeer(peer)} opted out by STOP. Only a START from there undoes it.`;
  return { condition: 'not-allowed', type: 'cancel', text };
}

function key(own: OwnAddress, peer: PeerId): string {
  return `optout:${own}:${peer}`;
}
