import type { Addressing, PeerId, TransportId } from '../contract/index.ts';
import type { Store } from '../store/store.ts';
import { type BareJid, jidLocal } from '../xmpp/jid.ts';
import { readHash } from './stored-hash.ts';

export interface FormsOptions {
  readonly transport: TransportId;
  readonly addressing: Addressing<unknown>;
  readonly store: Pick<Store, 'command' | 'partitionFor'>;
  readonly onError: (error: unknown) => void;
  /** How many are remembered; of those over it the one that was used least lately is forgotten. */
  readonly most?: number;
}

/**
 * Under which local part each user writes to a peer, so that answers come from the very contact that
 * he sees. Most write the canonical one, and that is not stored.
 */
export class Forms {
  readonly #options: FormsOptions;
  readonly #partition: number;
  readonly #key: string;
  readonly #most: number;
  /** The last used at the end. */
  #forms = new Map<string, string>();

  constructor(options: FormsOptions) {
    this.#options = options;
    this.#partition = options.store.partitionFor(options.transport);
    this.#key = `frm:${options.transport}`;
    this.#most = options.most ?? 50_000;
  }

  /** Reads what is stored. */
  async load(): Promise<void> {
    this.#forms = await readHash(this.#options.store, this.#partition, this.#key);
  }

  of(jid: BareJid, peer: PeerId): string | undefined {
    return this.#forms.get(field(jid, peer));
  }

  /** Returns at once. What can not be stored is forgotten, and noted again with the next message. */
  note(jid: BareJid, peer: PeerId, local: string): void {
    const name = field(jid, peer);
    const known = this.#forms.get(name);
    if (known !== local && local === this.#canonical(peer)) {
      if (known !== undefined) this.#forget(name);
      return;
    }
    this.#forms.delete(name);
    this.#forms.set(name, local);
    if (known === local) return;
    if (this.#forms.size > this.#most) this.#forget(this.#forms.keys().next().value ?? name);
    this.#write('HSET', name, local).catch((error: unknown) => {
      if (this.#forms.get(name) === local) this.#forms.delete(name);
      this.#options.onError(error);
    });
  }

  #forget(name: string): void {
    this.#forms.delete(name);
    this.#write('HDEL', name).catch(this.#options.onError);
  }

  #write(command: 'HSET' | 'HDEL', ...args: string[]): Promise<unknown> {
    return this.#options.store.command(command, this.#partition, this.#key, ...args);
  }

  #canonical(peer: PeerId): string | undefined {
    try {
      return jidLocal(this.#options.addressing.formatPeer(peer));
    } catch {
      // No local part can be made of it, so that no form of it is the canonical one.
      return undefined;
    }
  }
}

/** A bare JID has no space: the first one ends it. */
function field(jid: BareJid, peer: PeerId): string {
  return `${jid} ${peer}`;
}
