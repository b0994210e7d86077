/** The accounts that a configuration would have with what the store knows now; nothing of it is written. */

import type { z } from 'zod';
import type { AccountId, AccountLink, Addressing, TransportId } from '../contract/index.ts';
import type { Store } from '../store/store.ts';
import type { BareJid } from '../xmpp/jid.ts';
import { settleOwners } from './settle-owners.ts';
import { readHash } from './stored-hash.ts';

export interface AccountsSource {
  readonly transport: TransportId;
  readonly addressing: Addressing<unknown>;
  readonly accountSchema: z.ZodType<unknown>;
  readonly store: Pick<Store, 'command' | 'partitionFor'>;
}

export interface ReadAccounts {
  readonly found: Map<BareJid, AccountLink<unknown>>;
  /** Registered, but what is stored does not fit the adapter's settings any more. */
  readonly unfit: Set<BareJid>;
  /** Address to owner, as it is stored now. */
  readonly stored: ReadonlyMap<string, string>;
  /** Who owns what from then on, and what has to be stored of it. */
  readonly settled: ReturnType<typeof settleOwners>;
}

/**
 * @param configured what the operator wrote, validated
 * @param at milliseconds since the epoch
 * @throws AccountConflictError, or an error of the store
 */
export async function readAccounts(
  { transport, addressing, accountSchema, store }: AccountsSource,
  configured: ReadonlyMap<BareJid, unknown>,
  at: number,
): Promise<ReadAccounts> {
  const partition = store.partitionFor(transport);
  const [registered, stored] = await Promise.all([
    readHash(store, partition, `acc:${transport}`),
    readHash(store, partition, `own:${transport}`),
  ]);
  const found = new Map<BareJid, AccountLink<unknown>>();
  const unfit = new Set<BareJid>();
  for (const [text, json] of registered) {
    const jid = text as BareJid;
    const settings = accountSchema.safeParse(parseJson(json));
    if (settings.success) found.set(jid, linkOf(transport, jid, settings.data));
    else unfit.add(jid);
  }
  const claims = { transport, addressing, configured, registered: found, unreadable: unfit };
  const settled = settleOwners({ ...claims, stored, at });
  for (const [jid, settings] of configured) found.set(jid, linkOf(transport, jid, settings));
  return { found, unfit, stored, settled };
}

/** Its id is the same for ever: lanes and sessions are named by it. */
export function linkOf(
  transport: TransportId,
  jid: BareJid,
  settings: unknown,
): AccountLink<unknown> {
  return { id: `${transport}:${jid}` as AccountId, jid, settings };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
