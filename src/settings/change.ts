/** What of a configuration that was read again can be in force at once, and what waits for the next start. */

import { isDeepStrictEqual } from 'node:util';
import type { Settings, TransportSettings } from './settings.ts';

export interface Change {
  /** What is in force from now on: the old settings with what can change while they are in use. */
  readonly settings: Settings;
  /** What changes now, each by its name: `transports.sms.accounts`. */
  readonly changed: readonly string[];
  /** What has changed in the file and needs a restart, each by its name. */
  readonly restart: readonly string[];
}

const AT_ONCE = ['admins', 'log'] as const;
const AT_A_START = ['state', 'redis', 'durability', 'http', 'admin'] as const;
const AT_ONCE_OF_TRANSPORT = [
  'accounts',
  'access',
  'dailyLimit',
  'perMinute',
  'unknownOutcome',
] as const;
const AT_A_START_OF_TRANSPORT = [
  'use',
  'domain',
  'xmpp',
  'keepRooms',
  'archiveRooms',
  'deadlineMs',
] as const;

/** As they are written. */
const WRITTEN: Readonly<Record<string, string>> = { deadlineMs: 'deadline' };

/** @param running what is in force; @param read what the file says now, validated */
export function changeOf(running: Settings, read: Settings): Change {
  const changed: string[] = differing(running, read, AT_ONCE);
  const restart: string[] = differing(running, read, AT_A_START);
  const transports = running.transports.map((transport): TransportSettings => {
    const now = read.transports.find(({ id }) => id === transport.id);
    const name = `transports.${transport.id}`;
    if (now === undefined) {
      restart.push(`${name} (taken out: it is served until then, and what waits for it stays)`);
      return transport;
    }
    changed.push(...differing(transport, now, AT_ONCE_OF_TRANSPORT, `${name}.`));
    restart.push(...differing(transport, now, AT_A_START_OF_TRANSPORT, `${name}.`));
    const config = configOf(transport, now, name);
    changed.push(...config.changed);
    restart.push(...config.restart);
    const { accounts, access, dailyLimit, perMinute, unknownOutcome } = now;
    return {
      ...{ ...transport, accounts, access, dailyLimit, perMinute, unknownOutcome },
      config: config.merged,
    };
  });
  for (const { id } of read.transports) {
    const isNew = !running.transports.some((transport) => transport.id === id);
    if (isNew) restart.push(`transports.${id} (new)`);
  }
  const { admins, log, warnings } = read;
  // What needs a restart is still in use in its old form: it must not be in the log either.
  const secrets = [...new Set([...running.secrets, ...read.secrets])];
  const settings = { ...running, admins, log, warnings, secrets, transports };
  return { settings, changed, restart };
}

/** Key by key: an adapter says which of its keys it can change. */
function configOf(
  { config: running, definition }: TransportSettings,
  { config: read }: TransportSettings,
  name: string,
): { merged: unknown; changed: string[]; restart: string[] } {
  const changed: string[] = [];
  const restart: string[] = [];
  if (!isBlock(running) || !isBlock(read)) {
    if (!isDeepStrictEqual(running, read)) restart.push(`${name}.config`);
    return { merged: running, changed, restart };
  }
  const merged = { ...running };
  for (const key of new Set([...Object.keys(running), ...Object.keys(read)])) {
    if (isDeepStrictEqual(running[key], read[key])) continue;
    const atOnce = definition.changeable?.includes(key) === true;
    (atOnce ? changed : restart).push(`${name}.config.${key}`);
    if (atOnce) merged[key] = read[key];
  }
  return { merged: changed.length === 0 ? running : merged, changed, restart };
}

function differing<T extends object>(
  running: T,
  read: T,
  keys: readonly (keyof T & string)[],
  prefix = '',
): string[] {
  return keys
    .filter((key) => !isDeepStrictEqual(plain(running[key]), plain(read[key])))
    .map((key) => prefix + (WRITTEN[key] ?? key));
}

/** A URL has no properties of its own to be compared by. */
function plain(value: unknown): unknown {
  if (value instanceof URL) return value.href;
  if (!isBlock(value) || value instanceof Map) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
