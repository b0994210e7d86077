import type { SettingsDocument } from './document.ts';
import { isLoopback, parseEndpoint } from './endpoint.ts';
import { formatProblem } from './problem.ts';
import { passwordsIn } from './redis.ts';
import type { Settings } from './settings.ts';

/** What is allowed, and probably not meant. */
export function settingsWarnings(
  document: SettingsDocument,
  { redis, transports }: Pick<Settings, 'redis' | 'transports'>,
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
  if (isOpenRedis(redis)) {
    const text = 'Redis is on another machine, without TLS or without a password.';
    warnings.push(formatProblem({ place: document.place(['redis']), text }));
  }
  return warnings;
}

function isOpenRedis(redis: Settings['redis']): boolean {
  if (redis.kind === 'embedded') return false;
  if (redis.kind === 'cluster') {
    return redis.nodes.some((node) => !isLoopback(parseEndpoint(node)?.host ?? ''));
  }
  if (redis.url.startsWith('unix:')) return false;
  const { protocol, hostname } = new URL(redis.url);
  const local = isLoopback(hostname.replace(/^\[|\]$/g, ''));
  return !local && (protocol !== 'rediss:' || passwordsIn(redis).length === 0);
}
