import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type AdapterDefinition, CONTRACT } from '../contract/index.ts';
import { fold, nearest } from '../settings/nearest.ts';

/** The adapter can not be used. The message says what to write under `use:`, or what to install. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** The adapters that come with Postern: next to `src`, in the source tree as in a build. */
const OURS = new URL('../../adapters/', import.meta.url);

/**
 * Loads the adapter that a transport names: one of ours by its folder's name, a file by `./path`
 * relative to the configuration, else an npm package as it is installed beside the configuration.
 *
 * @param folder where the configuration file lies
 * @throws AdapterError
 */
export async function loadAdapter(use: string, folder: string): Promise<AdapterDefinition> {
  const url = locate(use, folder);
  let module: unknown;
  try {
    module = await import(url.href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AdapterError(`The adapter ${use} can not be loaded: ${reason}`, { cause });
  }
  return checked(use, (module as { readonly default?: unknown }).default);
}

function locate(use: string, folder: string): URL {
  if (use.startsWith('./') || use.startsWith('../') || use.startsWith('/')) {
    const path = resolve(folder, use);
    if (!existsSync(path)) throw new AdapterError(`There is no adapter at ${path}.`);
    return pathToFileURL(path);
  }
  if (/^[a-z][a-z0-9-]*$/.test(use)) {
    const ours = new URL(`${use}/index${extname(fileURLToPath(import.meta.url))}`, OURS);
    if (existsSync(ours)) return ours;
  }
  try {
    return pathToFileURL(createRequire(resolve(folder, 'postern.yaml')).resolve(use));
  } catch (cause) {
    throw new AdapterError(
      `There is no adapter ${use}: neither one of Postern's own${meant(use)} nor an npm package installed in ${folder}.`,
      { cause },
    );
  }
}

/** Which of ours there are, and which of them was meant. */
function meant(use: string): string {
  const index = `index${extname(fileURLToPath(import.meta.url))}`;
  const names = readdirSync(OURS).filter((name) => existsSync(new URL(`${name}/${index}`, OURS)));
  // Who writes `mail` means the one whose name has it in it.
  const one = nearest(use, names) ?? names.find((name) => name.includes(fold(use)));
  const list = names.join(', ');
  return one === undefined ? ` (${list})` : ` (${list}; did you mean ${one}?)`;
}

function checked(use: string, exported: unknown): AdapterDefinition {
  if (typeof exported !== 'object' || exported === null || !('contract' in exported)) {
    throw new AdapterError(`${use} is not an adapter: its default export is not defineAdapter(…).`);
  }
  if (exported.contract !== CONTRACT) {
    throw new AdapterError(
      `The adapter ${use} is made for contract ${String(exported.contract)}; this Postern has ${CONTRACT}.`,
    );
  }
  const wanted = ['name', 'title', 'gatewayType', 'sends', 'capabilities', 'config', 'account'];
  const missing = [...wanted, 'addressing', 'create'].filter((key) => !(key in exported));
  if (missing.length > 0) throw new AdapterError(`The adapter ${use} lacks ${missing.join(', ')}.`);
  return exported as AdapterDefinition;
}
