/** May this user do this now. */

import type { Refusal } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';

export interface Policy {
  /** Undefined: he may use the transport. `forbidden` outside `access`. */
  refuses(jid: BareJid): Refusal | undefined;
  isAdmin(jid: BareJid): boolean;
  /**
   * Counts one message of a minute's, and units of the user's daily allowance: 0 for what costs
   * nothing on the network. Synchronous; the count is kept durably.
   * @returns undefined, or why not: then nothing was counted
   */
  spend(jid: BareJid, units: number): Refusal | undefined;
  /** What was counted for a message that was not stored after all. */
  giveBack(jid: BareJid, units: number): void;
}
