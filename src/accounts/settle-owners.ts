/** Who owns what, once the configuration of today is laid over what the store knows. */

import type { AccountLink, Addressing, OwnAddress, TransportId } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';
import { Owners } from './owners.ts';

/** One address would be two users': the configuration has to be changed. */
export class AccountConflictError extends Error {
  override readonly name = 'AccountConflictError';
}

export interface Claims {
  readonly transport: TransportId;
  readonly addressing: Addressing<unknown>;
  /** What the operator wrote. */
  readonly configured: ReadonlyMap<BareJid, unknown>;
  /** Who has registered by words. */
  readonly registered: ReadonlyMap<BareJid, AccountLink<unknown>>;
  /** Registered too, but nobody can say for which addresses. */
  readonly unreadable: ReadonlySet<BareJid>;
  /** Address to owner, as stored; those of the configuration were stored by the last start. */
  readonly stored: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch: from now on rests what nobody is entitled to any more. */
  readonly at: number;
}

/**
 * The configuration wins. An address that it gave to somebody, and does not any more, rests like one
 * that was given back.
 * @returns the owners, and what has to be stored of them
 * @throws AccountConflictError that names the address and both users
 */
export function settleOwners(claims: Claims): {
  readonly owners: Owners;
  readonly changes: ReadonlyMap<OwnAddress, string>;
} {
  const { transport, configured, stored, at } = claims;
  const given = addressesGiven(claims);
  const entitled = entitlement(claims);
  const owners = new Owners(stored);
  const changes = new Map<OwnAddress, string>();
  for (const address of owners.addresses()) {
    const owner = owners.ownerOf(address);
    if (owner === undefined || given.get(address) === owner || entitled(owner, address)) continue;
    owners.release(address, at);
    changes.set(address, owners.asStored(address));
  }
  for (const [address, jid] of given) {
    const other = owners.ownerOf(address);
    if (other !== undefined && other !== jid && !configured.has(other)) {
      throw new AccountConflictError(
        `${transport}: the configuration gives ${address} to ${jid}, but ${other} has registered it. Leave it out of the configuration until ${other} has unregistered.`,
      );
    }
    owners.give(address, jid);
    const text = owners.asStored(address);
    if (stored.get(address) !== text) changes.set(address, text);
  }
  return { owners, changes };
}

function addressesGiven({ transport, addressing, configured }: Claims): Map<OwnAddress, BareJid> {
  const given = new Map<OwnAddress, BareJid>();
  for (const [jid, settings] of configured) {
    for (const address of addressing.ownAddresses(settings)) {
      const other = given.get(address);
      if (other !== undefined && other !== jid) {
        throw new AccountConflictError(
          `${transport}: the configuration gives ${address} to ${other} and to ${jid}. An address is one user's.`,
        );
      }
      given.set(address, jid);
    }
  }
  return given;
}

/** Whether a user has an address by his own registration. */
function entitlement({ addressing, registered, unreadable }: Claims) {
  const own = new Map<OwnAddress, BareJid>();
  for (const [jid, { settings }] of registered) {
    for (const address of addressing.ownAddresses(settings)) own.set(address, jid);
  }
  return (jid: BareJid, address: OwnAddress) => unreadable.has(jid) || own.get(address) === jid;
}
