/** Who sent a stanza, and to whom. */

import { type Jid, JidError, parseJid } from '../jid.ts';

/** Both are valid; which of them may be ours is the caller's concern. */
export interface Addresses {
  readonly from: Jid;
  readonly to: Jid;
  /** At most 512 bytes; undefined where there was none or a longer one. */
  readonly id: string | undefined;
}

/** What is wrong with it is a value: strangers write addresses, and a bad one is no surprise. */
export function readJid(text: string | undefined): Jid | JidError {
  try {
    return parseJid(text ?? '');
  } catch (error) {
    if (error instanceof JidError) return error;
    throw error;
  }
}
