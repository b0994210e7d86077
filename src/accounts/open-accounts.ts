import { isDeepStrictEqual } from 'node:util';
import { type AccountLink, refused } from '../contract/index.ts';
import { Mutex } from '../mutex.ts';
import type { Store } from '../store/store.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { Accounts } from './accounts.ts';
import { Forms } from './forms.ts';
import { Owners } from './owners.ts';
import { type AccountsSource, linkOf, type ReadAccounts, readAccounts } from './read-accounts.ts';
import { REGISTER, UNREGISTER } from './scripts.ts';

export interface AccountsOptions extends AccountsSource {
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

/** What is stored, and not in force yet. One of the two has to be called: nothing else goes on until then. */
export interface Prepared {
  apply(): void;
  /** Nothing of it comes into force. What was stored of it is put back as far as the store lets us. */
  discard(): void;
}

export interface OpenAccounts extends Accounts {
  /**
   * Whether `prepare` could be.
   * @throws AccountConflictError
   */
  check(configured: ReadonlyMap<BareJid, unknown>): Promise<void>;
  /**
   * This is what the operator has written, once it is applied. Who stays as he is keeps his session.
   * @throws AccountConflictError as `openAccounts`, or an error of the store; then nothing changes.
   */
  prepare(configured: ReadonlyMap<BareJid, unknown>): Promise<Prepared>;
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

  const key = `own:${transport}`;
  const hset = (entries: Iterable<readonly [string, string]>) => {
    const pairs = [...entries].flat();
    return pairs.length === 0 ? undefined : store.command('HSET', partition, key, ...pairs);
  };
  const putBack = async ({ stored, settled: { changes } }: ReadAccounts) => {
    const before = [...changes.keys()].map((address) => [address, stored.get(address)] as const);
    const unknown = before.flatMap(([address, owner]) => (owner === undefined ? [address] : []));
    const owned = before.flatMap(([address, owner]) =>
      owner === undefined ? [] : [[address, owner] as const],
    );
    // Both are on their way before whatever is asked for next.
    await Promise.all([
      unknown.length === 0 ? undefined : store.command('HDEL', partition, key, ...unknown),
      hset(owned),
    ]);
  };
  const written = async (next = configured): Promise<Prepared> => {
    const read = await readAccounts(options, next, now());
    const discard = () => void putBack(read).catch(onError);
    try {
      await hset(read.settled.changes);
    } catch (error) {
      // It may have been written.
      discard();
      throw error;
    }
    return { apply: () => apply(next, read), discard };
  };
  const apply = (next: typeof configured, { found, unfit, settled }: ReadAccounts) => {
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
  const load = async () => (await written()).apply();
  await Promise.all([load(), forms.load()]);

  /** So that two users never choose the same free address. */
  const turns = new Mutex();

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
      const account = linkOf(transport, jid, accountSchema.parse(settings));
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
    register: (jid) => turns.run(() => register(jid)),
    unregister: (jid) => turns.run(() => unregister(jid)),
    formOf: (jid, peer) => forms.of(jid, peer),
    noteForm: (jid, peer, local) => forms.note(jid, peer, local),
    check: async (next) => void (await readAccounts(options, next, now())),
    async prepare(next) {
      const end = await turns.take();
      try {
        const { apply, discard } = await written(next);
        const ending = (decide: () => void) => () => {
          try {
            decide();
          } finally {
            end();
          }
        };
        return { apply: ending(apply), discard: ending(discard) };
      } catch (error) {
        end();
        throw error;
      }
    },
    refresh: () => turns.run(async () => void (await Promise.all([load(), forms.load()]))),
  };
}
