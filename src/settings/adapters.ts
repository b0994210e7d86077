import type { AdapterDefinition, Addressing, OwnAddress, Place } from '../contract/index.ts';
import { RefusedError } from '../contract/index.ts';
import { type BareJid, JidError, parseBareJid } from '../xmpp/jid.ts';
import type { Path, SettingsDocument } from './document.ts';
import { isBlock, type Validation } from './validation.ts';

/** @throws Error that says, in words for the operator, why the adapter can not be used. */
export type LoadAdapter = (use: string, folder: string) => Promise<AdapterDefinition>;

/** By the position of the transport: its adapter, or why that could not be loaded. */
export type LoadedAdapters = ReadonlyMap<number, LoadedAdapter>;

interface LoadedAdapter {
  readonly definition?: AdapterDefinition;
  readonly reason?: string;
}

/** What a transport's adapter makes of its part of the configuration. */
export interface AdapterSettings {
  readonly definition: AdapterDefinition;
  readonly config: unknown;
  readonly accounts: ReadonlyMap<BareJid, unknown>;
}

/** Loads the adapter of every transport. One that can not be loaded is no reason to stop reading. */
export async function loadAdapters(
  document: SettingsDocument,
  folder: string,
  load: LoadAdapter,
): Promise<LoadedAdapters> {
  const transports = document.get(['transports']);
  const loaded = new Map<number, LoadedAdapter>();
  for (const [index, transport] of (Array.isArray(transports) ? transports : []).entries()) {
    const use: unknown = isBlock(transport) ? transport.use : undefined;
    if (typeof use !== 'string' || use === '') continue;
    try {
      loaded.set(index, { definition: await load(use, folder) });
    } catch (error) {
      loaded.set(index, { reason: error instanceof Error ? error.message : 'can not be loaded.' });
    }
  }
  return loaded;
}

/** Holds `config` and `accounts` of one transport against its adapter. */
export function readAdapterSettings(
  validation: Validation,
  path: Path,
  definition: AdapterDefinition,
  place: Place,
): AdapterSettings | undefined {
  const { document } = validation;
  const configPath = [...path, 'config'];
  // A missing block is an empty one: what is required in it is then named.
  if (document.get(configPath) === undefined) {
    document.set(configPath, {}, document.keyPlace(path));
  }
  const config = validation.parse(definition.config, configPath);
  const addressing =
    config && attempt(validation, configPath, () => definition.addressing(config.value, place));
  const accounts = readAccounts(validation, [...path, 'accounts'], definition, addressing);
  return config && { definition, config: config.value, accounts };
}

function readAccounts(
  validation: Validation,
  path: Path,
  definition: AdapterDefinition,
  addressing: Addressing<unknown> | undefined,
): ReadonlyMap<BareJid, unknown> {
  const accounts = new Map<BareJid, unknown>();
  const owners = new Map<OwnAddress, BareJid>();
  const written = validation.document.get(path);
  for (const key of isBlock(written) ? Object.keys(written) : []) {
    const at = [...path, key];
    const jid = accountJid(validation, at, key);
    const account = validation.parse(definition.account, at);
    if (jid === undefined || account === undefined) continue;
    if (accounts.has(jid)) {
      validation.note(at, `is ${jid} once more. Keep one.`, validation.document.keyPlace(at));
      continue;
    }
    accounts.set(jid, account.value);
    const addresses =
      addressing && attempt(validation, at, () => addressing.ownAddresses(account.value));
    for (const address of addresses ?? []) {
      const owner = owners.get(address);
      if (owner !== undefined) validation.note(at, `has an address that belongs to ${owner}.`);
      owners.set(address, jid);
    }
  }
  return accounts;
}

function accountJid(validation: Validation, path: Path, key: string): BareJid | undefined {
  const place = validation.document.keyPlace(path);
  try {
    const jid = parseBareJid(key);
    if (jid.includes('@')) return jid;
    validation.note(path, 'must be the address of a user, like juliet@example.org.', place);
  } catch (error) {
    validation.note(path, error instanceof JidError ? error.message : 'is not valid.', place);
  }
  return undefined;
}

/** Runs a pure function of the adapter. A refusal is meant for people; other errors are its faults. */
function attempt<T>(validation: Validation, path: Path, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error;
    const faulty = `can not be checked: the adapter failed (${name}).`;
    validation.note(path, error instanceof RefusedError ? error.refusal.text : faulty);
    return undefined;
  }
}
