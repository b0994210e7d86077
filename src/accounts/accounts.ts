/** Who is who on one transport. Reading is from memory and synchronous; a change is durable when it resolves. */

import type { AccountLink, OwnAddress, PeerId } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';

export interface Accounts {
  /** The account of a user, from the configuration or by words. */
  find(jid: BareJid): AccountLink<unknown> | undefined;
  /** Who owns an address of the network. */
  ownerOf(address: OwnAddress): AccountLink<unknown> | undefined;
  /** Every address that somebody owns now. */
  addresses(): readonly OwnAddress[];
  /**
   * Gives a user an account with free addresses.
   * @throws RefusedError `conflict` when he has one, or what the network's rules say.
   */
  register(jid: BareJid): Promise<AccountLink<unknown>>;
  /**
   * Takes it away; its addresses rest 90 days before anybody else gets them.
   * @throws RefusedError `item-not-found` without one, `not-allowed` for one of the configuration.
   */
  unregister(jid: BareJid): Promise<void>;
  /** The local part (wire form) under which this user writes to the peer; undefined: the canonical one. */
  formOf(jid: BareJid, peer: PeerId): string | undefined;
  /** The user wrote to the peer under this local part. Returns at once; kept durably. */
  noteForm(jid: BareJid, peer: PeerId, local: string): void;
}
