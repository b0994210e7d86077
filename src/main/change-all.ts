import type { TransportSettings } from '../settings/settings.ts';
import type { OwnedTransport } from './owned-transport.ts';

/**
 * Puts the settings of all transports in force, or of none: what can fail comes first.
 * @param applying what is in force for the whole process from then on
 * @throws AccountConflictError, or an error of the store
 */
export async function changeAll(
  transports: readonly OwnedTransport[],
  next: readonly TransportSettings[],
  applying: () => void,
): Promise<void> {
  const settingsOf = new Map(next.map((each) => [each.id, each]));
  const pairs = transports.flatMap((transport) => {
    const settings = settingsOf.get(transport.id);
    return settings === undefined ? [] : [{ transport, settings }];
  });
  // All that can refuse it, before anything of it is stored.
  await Promise.all(pairs.map(({ transport, settings }) => transport.check(settings)));
  const preparing = pairs.map(({ transport, settings }) => transport.prepare(settings));
  const prepared = await Promise.allSettled(preparing);
  const failed = prepared.find((each) => each.status === 'rejected');
  if (failed === undefined) applying();
  for (const each of prepared) {
    if (each.status === 'rejected') continue;
    if (failed === undefined) each.value.apply();
    else each.value.discard();
  }
  if (failed !== undefined) throw failed.reason;
}
