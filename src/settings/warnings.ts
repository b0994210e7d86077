import type { SettingsDocument } from './document.ts';
import { formatProblem } from './problem.ts';
import type { Settings } from './settings.ts';

/** What is allowed, and probably not meant. */
export function settingsWarnings(
  document: SettingsDocument,
  { transports }: Pick<Settings, 'transports'>,
): string[] {
  const warnings: string[] = [];
  for (const [index, { accounts, access }] of transports.entries()) {
    for (const jid of accounts.keys()) {
      const domain = jid.slice(jid.indexOf('@') + 1);
      if (access.includes(jid) || access.includes(domain)) continue;
      const place = document.place(['transports', index, 'accounts']);
      const text = `${jid} has an account, but access does not let him use it.`;
      warnings.push(formatProblem({ place, text }));
    }
  }
  return warnings;
}
