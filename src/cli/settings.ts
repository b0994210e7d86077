import { loadSettings } from '../settings/load.ts';
import type { Settings } from '../settings/settings.ts';
import { loadAdapter } from '../transports/load-adapter.ts';
import type { Arguments } from './arguments.ts';

/** @throws SettingsError */
export async function settingsOf({ config }: Arguments): Promise<Settings> {
  return await loadSettings(config, { environment: process.env, loadAdapter });
}
