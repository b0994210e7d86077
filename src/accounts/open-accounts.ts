import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import {
  type AccountId,
  type AccountLink,
  type Addressing,
  refused,
  type TransportId,
} from '../contract/index.ts';
import type { Store } from '../store/store.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { Accounts } from './accounts.ts';
import { Forms } from './forms.ts';
import { Owners } from './owners.ts';
import { REGISTER, UNREGISTER } from './scripts.ts';
import { settleOwners } from './settle-owners.ts';
import { readHash } from './stored-hash.ts';

export interface AccountsOptions {
  readonly transport: TransportId;
  readonly addressing: Addressing<unknown>;
  readonly accountSchema: z.ZodType<unknown>;
  /** What the operator wrote, validated. It wins over what is stored for the same user. */
  readonly configured: ReadonlyMap<BareJid, unknown>;
  readonly store: Pick<Store, 'command' | 'script' | 'partitionFor'>;
  /** Told of what the operator should know and what stops nothing. */
  readonly onError?: (error: unknown) => void;
  /** Told of an account that is no more, in the moment from which `find` does not know it. */
  readonly unregistered?: (account: AccountLink<unknown>) => void;
  readonly now?: () => number;
  /** How many forms of contacts are remembered. */
  readonly mostForms?: number;
}

export interface OpenAccounts extends Accounts {
  /**
   * Whether `change` could be.
   * @throws AccountConflictError
   */
  check(configured: ReadonlyMap<BareJid, unknown>): Promise<void>;
  /**
   * This is what the operator has written, from now on. Who stays as he is keeps his session.
   * @throws AccountConflictError as `openAccounts`; then nothing changes.
   */
  change(configured: ReadonlyMap<BareJid, unknown>): Promise<void>;
  /**
   * Reads the store anew: another process may have changed it.
   * @throws AccountConflictError as `openAccounts`; then nothing changes.
   */
  refresh(): Promise<void>;
}

/** How long a released address belongs to nobody: its next owner must not read the last one's codes. */
const REST_MS = 90 * 24 * 60 * 60 * 1_000;

const ALREADY = 'You are registered already. Write "whoami" to see your address.';

/** How often a registration is tried where another process took the address meanwhile. */
const MOST_TRIES = 3;

/** The same for ever: lanes and sessions are named by it. */
function accountIdOf(transport: TransportId, jid: BareJid): AccountId {
  return `${transport}:${jid}` as AccountId;
}

/**
 * Reads the accounts of one transport.
 * @throws AccountConflictError
 */
export async function openAccounts(options: AccountsOptions): Promise<OpenAccounts> {
  const { transport, addressing, accountSchema, store } = options;
  const { onError = () => undefined, now = Date.now } = options;
  const partition = store.partitionFor(transport);
  const registering = store.script(REGISTER);
  const unregistering = store.script(UNREGISTER);
  const forms = new Forms({
    transport,
    addressing,
    store,
    onError,
    ...(options.mostForms === undefined ? {} : { most: options.mostForms }),
  });
  let { configured } = options;
  let accounts = new Map<BareJid, AccountLink<unknown>>();
  /** Registered, but what is stored does not fit the adapter's settings any more. */
  let unreadable = new Set<BareJid>();
  let owners = new Owners();

  const link = (jid: BareJid, settings: unknown): AccountLink<unknown> => ({
    id: accountIdOf(transport, jid),
    jid,
    settings,
  });
  const settle = async (configured: ReadonlyMap<BareJid, unknown>) => {
    const [registered, stored] = await Promise.all([
      readHash(store, partition, `acc:${transport}`),
      readHash(store, partition, `own:${transport}`),
    ]);
    const found = new Map<BareJid, AccountLink<unknown>>();
    const unfit = new Set<BareJid>();
    for (const [text, json] of registered) {
      const jid = text as BareJid;
      const settings = accountSchema.safeParse(parseJson(json));
      if (settings.success) found.set(jid, link(jid, settings.data));
      else unfit.add(jid);
    }
    const claims = { transport, addressing, configured, registered: found, unreadable: unfit };
    return { found, unfit, settled: settleOwners({ ...claims, stored, at: now() }) };
  };
  const load = async (next = configured) => {
    const { found, unfit, settled } = await settle(next);
    if (settled.changes.size > 0) {
      await store.command('HSET', partition, `own:${transport}`, ...[...settled.changes].flat());
    }
    for (const [jid, settings] of next) found.set(jid, link(jid, settings));
    for (const [jid, { settings }] of found) {
      const before = accounts.get(jid);
      // The same object: by that a session is known to speak for him still.
      if (before !== undefined && isDeepStrictEqual(before.settings, settings)) {
        found.set(jid, before);
      }
    }
    if (unfit.size > 0) {
      const text = `${transport}: ${unfit.size} registered accounts do not fit the settings of an account any more. Their users have to unregister and register again.`;
      onError(new Error(text));
    }
    const gone = [...accounts].filter(([jid]) => !found.has(jid));
    configured = next;
    accounts = found;
    unreadable = unfit;
    owners = settled.owners;
    for (const [, account] of gone) options.unregistered?.(account);
  };
  await Promise.all([load(), forms.load()]);

  /** One after the other, so that two users never choose the same free address. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const result = turn.then(change);
    turn = result.catch(() => undefined);
    return result;
  };

  const register = async (jid: BareJid): Promise<AccountLink<unknown>> => {
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      if (accounts.has(jid)) throw refused('conflict', 'cancel', ALREADY);
      if (unreadable.has(jid)) {
        const text = 'Your registration can not be used any more. Unregister, then register again.';
        throw refused('conflict', 'cancel', text);
      }
      const free = now() - REST_MS;
      const settings = addressing.registration(
        (address) => owners.isTaken(address, jid, free),
        jid,
      );
      const account = link(jid, accountSchema.parse(settings));
      const addresses = addressing.ownAddresses(account.settings);
      const json = JSON.stringify(settings);
      const result = await registering.run(partition, [transport, jid, json, free, ...addresses]);
      if (result === 'ok') {
        accounts.set(jid, account);
        for (const address of addresses) owners.give(address, jid);
        return account;
      }
      await load();
    }
    throw refused('resource-constraint', 'wait', 'Others register at this moment. Try again.');
  };
  const unregister = async (jid: BareJid): Promise<void> => {
    if (configured.has(jid)) {
      const text = 'Your account was set up by the operator. Only he can remove it.';
      throw refused('not-allowed', 'cancel', text);
    }
    if (!accounts.has(jid) && !unreadable.has(jid)) {
      throw refused('item-not-found', 'cancel', 'You are not registered.');
    }
    const at = now();
    const addresses = owners.of(jid);
    await unregistering.run(partition, [transport, jid, at, ...addresses]);
    const account = accounts.get(jid);
    accounts.delete(jid);
    unreadable.delete(jid);
    for (const address of addresses) owners.release(address, at);
    if (account !== undefined) options.unregistered?.(account);
  };

  return {
    find: (jid) => accounts.get(jid),
    ownerOf: (address) => {
      const owner = owners.ownerOf(address);
      return owner === undefined ? undefined : accounts.get(owner);
    },
    addresses: () => owners.addresses(),
    register: (jid) => inTurn(() => register(jid)),
    unregister: (jid) => inTurn(() => unregister(jid)),
    formOf: (jid, peer) => forms.of(jid, peer),
    noteForm: (jid, peer, local) => forms.note(jid, peer, local),
    check: (next) => inTurn(async () => void (await settle(next))),
    change: (next) => inTurn(() => load(next)),
    refresh: () => inTurn(async () => void (await Promise.all([load(), forms.load()]))),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
