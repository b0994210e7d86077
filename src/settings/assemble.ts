import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { TransportId } from '../contract/index.ts';
import type { AdapterSettings } from './adapters.ts';
import { effectiveXmpp } from './cross-checks.ts';
import { toRedisSettings } from './redis.ts';
import type { settingsSchema, transportSchema } from './schema.ts';
import type { Settings, TransportSettings } from './settings.ts';

type Written = z.output<typeof settingsSchema>;

/**
 * Valid settings in the form in which the rooms use them.
 * @param adapters by position of the transport, one for each
 */
export function assemble(
  file: string,
  written: Written,
  adapters: ReadonlyMap<number, AdapterSettings>,
): Omit<Settings, 'secrets' | 'warnings'> {
  const { admins, durability, http, admin, log } = written;
  const path = resolve(file);
  return {
    file: path,
    state: resolve(dirname(path), written.state),
    admins,
    redis: toRedisSettings(written.redis, dirname(path)),
    durability,
    http: http && { listen: http.listen, publicUrl: http.publicUrl },
    admin: admin && { listen: admin.listen },
    log,
    transports: written.transports.map((transport, index) => {
      const adapter = adapters.get(index);
      if (adapter === undefined) throw new Error(`transport ${index} was not validated`);
      return assembleTransport(written, transport, adapter);
    }),
  };
}

function assembleTransport(
  gateway: Written,
  transport: z.output<typeof transportSchema>,
  { definition, config, accounts }: AdapterSettings,
): TransportSettings {
  const { use, domain, dailyLimit, perMinute, keepRooms, archiveRooms, unknownOutcome } = transport;
  const { insecure: _, ...xmpp } = effectiveXmpp(gateway.xmpp, transport.xmpp);
  return {
    id: transport.id as TransportId,
    use,
    domain,
    definition,
    config,
    accounts,
    access: transport.access ?? gateway.access ?? [xmpp.server],
    xmpp,
    dailyLimit,
    perMinute,
    keepRooms,
    archiveRooms,
    unknownOutcome,
    deadlineMs: transport.deadline,
  };
}
