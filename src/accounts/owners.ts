import type { OwnAddress } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';

interface Owner {
  readonly jid: BareJid;
  /** Milliseconds since the epoch; undefined while the address is his. */
  readonly releasedAt: number | undefined;
}

/** Whose an address is, or was until it was released. */
export class Owners {
  readonly #owners = new Map<OwnAddress, Owner>();

  /** @param stored address to `<jid>` or `<jid> <released at>` */
  constructor(stored: ReadonlyMap<string, string> = new Map()) {
    for (const [address, text] of stored) {
      const [jid = '', released] = text.split(' ');
      this.#owners.set(address as OwnAddress, {
        jid: jid as BareJid,
        releasedAt: released === undefined ? undefined : Number(released),
      });
    }
  }

  /** In the form that the constructor reads; empty for an address that was never anybody's. */
  asStored(address: OwnAddress): string {
    const owner = this.#owners.get(address);
    if (owner === undefined) return '';
    return owner.releasedAt === undefined ? owner.jid : `${owner.jid} ${owner.releasedAt}`;
  }

  /** Undefined where nobody owns it now. */
  ownerOf(address: OwnAddress): BareJid | undefined {
    const owner = this.#owners.get(address);
    return owner?.releasedAt === undefined ? owner?.jid : undefined;
  }

  /** Whether this user can not have it, because it is another's, or was after `free`. */
  isTaken(address: OwnAddress, jid: BareJid, free: number): boolean {
    const owner = this.#owners.get(address);
    if (owner === undefined || owner.jid === jid) return false;
    return owner.releasedAt === undefined || owner.releasedAt >= free;
  }

  /** All that is his now. */
  of(jid: BareJid): OwnAddress[] {
    return this.addresses().filter((address) => this.ownerOf(address) === jid);
  }

  /** All that is somebody's now. */
  addresses(): OwnAddress[] {
    return [...this.#owners.keys()].filter((address) => this.ownerOf(address) !== undefined);
  }

  give(address: OwnAddress, jid: BareJid): void {
    this.#owners.set(address, { jid, releasedAt: undefined });
  }

  release(address: OwnAddress, at: number): void {
    const owner = this.#owners.get(address);
    if (owner !== undefined) this.#owners.set(address, { jid: owner.jid, releasedAt: at });
  }
}
