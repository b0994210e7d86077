import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { secretMask } from '../telemetry/mask.ts';
import {
  type AdapterSettings,
  type LoadAdapter,
  type LoadedAdapters,
  loadAdapters,
  readAdapterSettings,
} from './adapters.ts';
import { assemble } from './assemble.ts';
import { crossCheck, effectiveXmpp, type TransportParts } from './cross-checks.ts';
import { SettingsDocument } from './document.ts';
import { deepFreeze } from './freeze.ts';
import { SchemaLookup } from './json-schema.ts';
import { applyOverrides, isForAdapter, overridesIn } from './override.ts';
import { inReadingOrder, type Problem, SettingsError } from './problem.ts';
import { settingsSchema, transportSchema } from './schema.ts';
import { findSecrets, secretWarnings } from './secrets.ts';
import type { Settings } from './settings.ts';
import { resolveSources } from './source.ts';
import { Validation } from './validation.ts';
import { settingsWarnings } from './warnings.ts';

const MAX_FILE_BYTES = 1024 ** 2;

export interface LoadOptions {
  /** Its variables override settings (`POSTERN__XMPP__CONNECT`), and are what `{ env: … }` reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly loadAdapter: LoadAdapter;
}

/**
 * Reads the configuration, in this order: the file, what variables override, the adapters that it
 * names, what `{ file: … }` and `{ env: … }` point to, and only then what all of it means.
 *
 * @returns frozen; relative paths in it are resolved against the folder of the file
 * @throws SettingsError with every problem at once, and no secret in any of them
 */
export async function loadSettings(file: string, options: LoadOptions): Promise<Settings> {
  const { text, stats } = readConfiguration(file);
  const document = new SettingsDocument(file, text);
  const lookup = new SchemaLookup();
  const problems: Problem[] = [];

  const overrides = overridesIn(options.environment);
  const forGateway = overrides.filter((override) => !isForAdapter(override));
  problems.push(...applyOverrides(document, forGateway, lookup));
  const adapters = await loadAdapters(document, dirname(resolve(file)), options.loadAdapter);
  for (const [index, { definition }] of adapters) {
    if (definition !== undefined) lookup.attach(index, definition);
  }
  problems.push(...applyOverrides(document, overrides.filter(isForAdapter), lookup));
  const sources = resolveSources(document, options.environment);
  problems.push(...sources.problems);

  const validation = new Validation(document, lookup, sources.unread);
  const adapterSettings = validate(validation, adapters);
  problems.push(...validation.problems);
  const secrets = findSecrets(document, lookup);
  const secretTexts = [...new Set(secrets.flatMap(({ texts }) => texts))];
  if (problems.length > 0) throw masked(problems, secretTexts);

  const settings = assemble(file, settingsSchema.parse(document.root), adapterSettings);
  const warnings = [
    ...secretWarnings(document, secrets, sources.elsewhere, stats),
    ...settingsWarnings(document, settings),
  ];
  return deepFreeze({ ...settings, secrets: secretTexts, warnings });
}

/** Notes every problem. What the adapters made of their parts is by position of the transport. */
function validate(
  validation: Validation,
  adapters: LoadedAdapters,
): ReadonlyMap<number, AdapterSettings> {
  validation.noteUnknownKeys();
  const { transports: list, xmpp, ...shape } = settingsSchema.shape;
  const gateway = validation.parts(shape, []);
  const gatewayXmpp = validation.parts(xmpp.shape, ['xmpp']);
  const written = validation.document.get(['transports']);
  if (!Array.isArray(written) || written.length === 0) validation.parse(list, ['transports']);

  const read = new Map<number, AdapterSettings>();
  const transports: TransportParts[] = [];
  for (const index of Array.isArray(written) ? written.keys() : []) {
    const path = ['transports', index];
    const transport = validation.parts(transportSchema.shape, path);
    transports.push(transport);
    if (transport.use === undefined) continue;
    // Adapters are loaded before sources are read, because they say which of them are secrets.
    const { definition, reason = 'Write its name here itself.' } = adapters.get(index) ?? {};
    if (definition === undefined) {
      validation.note([...path, 'use'], `can not be used. ${reason}`);
      continue;
    }
    const settings = readAdapterSettings(validation, path, definition, {
      domain: transport.domain ?? '',
      server: effectiveXmpp(gatewayXmpp, transport.xmpp).server ?? '',
    });
    if (settings !== undefined) read.set(index, settings);
  }
  crossCheck(validation, gatewayXmpp, gateway, transports);
  return read;
}

function masked(problems: readonly Problem[], secrets: readonly string[]): SettingsError {
  const mask = secretMask(secrets);
  return new SettingsError(
    inReadingOrder(problems).map(({ place, text }) => ({ place, text: mask(text) })),
  );
}

function readConfiguration(file: string): { readonly text: string; readonly stats: Stats } {
  const refuse = (text: string): never => {
    throw new SettingsError([{ place: { file, line: 1, column: 1 }, text }]);
  };
  try {
    const stats = statSync(file);
    if (!stats.isFile()) refuse('This is not a file.');
    if (stats.size > MAX_FILE_BYTES) refuse('The configuration is larger than 1 MiB.');
    return { text: readFileSync(file, 'utf8'), stats };
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return refuse(`The configuration can not be read (${code}).`);
  }
}
