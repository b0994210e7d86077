/** What no setting can be wrong about by itself. */

import type { Path } from './document.ts';
import { type Endpoint, isLoopback } from './endpoint.ts';
import { openHosts, toRedisSettings } from './redis.ts';
import { DEFAULT_CONNECT, type settingsSchema, type transportSchema } from './schema.ts';
import type { Parts, Validation } from './validation.ts';

export type SettingsParts = Parts<typeof settingsSchema.shape>;
export type TransportParts = Parts<typeof transportSchema.shape>;
type XmppParts = Parts<typeof settingsSchema.shape.xmpp.shape>;

/** A block that may lack what is required: `Text` is `string` once it is known to be valid. */
interface XmppBlock<Text> {
  readonly server: Text;
  readonly secret: Text;
  readonly connect?: Endpoint | undefined;
  readonly tls?: boolean | undefined;
  readonly insecure?: string | undefined;
}

/** The keys of the transport's own block, over those of the gateway's. */
export function effectiveXmpp<Text extends string | undefined>(
  gateway: XmppBlock<Text>,
  own: Partial<XmppBlock<string | undefined>> | undefined,
): Required<XmppBlock<Text | string>> & { readonly connect: Endpoint; readonly tls: boolean } {
  return {
    server: own?.server ?? gateway.server,
    connect: own?.connect ?? gateway.connect ?? DEFAULT_CONNECT,
    tls: own?.tls ?? gateway.tls ?? false,
    secret: own?.secret ?? gateway.secret,
    insecure: own?.insecure ?? gateway.insecure,
  };
}

/** Notes what is wrong between the settings. Those that are invalid by themselves are left out. */
export function crossCheck(
  validation: Validation,
  xmpp: XmppParts,
  { http, admin, redis }: Pick<SettingsParts, 'http' | 'admin' | 'redis'>,
  transports: readonly TransportParts[],
): void {
  checkTwice(validation, 'id', transports);
  checkTwice(validation, 'domain', transports);
  checkPlainTcp(validation, ['xmpp'], effectiveXmpp(xmpp, undefined));
  const servers = new Set(
    [xmpp, ...transports.map((each) => each.xmpp)].map((each) => each?.server),
  );
  for (const [index, { domain, xmpp: own }] of transports.entries()) {
    const path = ['transports', index];
    if (domain !== undefined && servers.has(domain)) {
      validation.note([...path, 'domain'], "is the server's own. Give the component another one.");
    }
    if (own !== undefined) checkPlainTcp(validation, [...path, 'xmpp'], effectiveXmpp(xmpp, own));
  }
  if (redis !== undefined) checkRedis(validation, redis);
  if (admin !== undefined) checkAdmin(validation, admin);
  if (admin !== undefined && http !== undefined && isSame(admin.listen, http.listen)) {
    validation.note(['admin', 'listen'], 'is where http listens already.');
  }
}

function checkTwice(
  validation: Validation,
  key: 'id' | 'domain',
  transports: readonly TransportParts[],
): void {
  const seen = new Set<string>();
  for (const [index, transport] of transports.entries()) {
    const value = transport[key];
    if (value === undefined) continue;
    if (seen.has(value)) {
      validation.note(['transports', index, key], `is ${value}, as that of a transport above.`);
    }
    seen.add(value);
  }
}

function checkPlainTcp(
  validation: Validation,
  path: Path,
  { connect, tls, insecure }: ReturnType<typeof effectiveXmpp>,
): void {
  if (tls || isLoopback(connect.host)) return;
  const words = `allow plain TCP to ${connect.host}`;
  if (insecure === words) return;
  validation.note(
    [...path, 'connect'],
    `leads to another machine without TLS. Write  tls: true  or, on a network that you trust,  insecure: ${words}`,
  );
}

function checkRedis(validation: Validation, redis: NonNullable<SettingsParts['redis']>): void {
  const hosts = openHosts(toRedisSettings(redis, ''));
  if (hosts.length === 0) return;
  const words = `allow open Redis at ${hosts.join(' ')}`;
  if (typeof redis === 'object' && 'address' in redis && redis.insecure === words) return;
  validation.note(
    ['redis'],
    `is on another machine, without TLS or without a password. Write  rediss://:PASSWORD@HOST  or, on a network that you trust,  { address: …, insecure: ${words} }`,
  );
}

function checkAdmin(
  validation: Validation,
  { listen, insecure }: NonNullable<SettingsParts['admin']>,
): void {
  const words = `allow everyone who reaches ${listen.host}`;
  if (isLoopback(listen.host) || insecure === words) return;
  validation.note(
    ['admin', 'listen'],
    `is open to other machines, without a password. Use 127.0.0.1 or, behind something that guards it, write  insecure: ${words}`,
  );
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.host === b.host && a.port === b.port && a.port !== 0;
}
