/** Redis is not the one from before: the administrators are told, for nobody reads the log every day. */

import { join } from 'node:path';
import { say } from '../inbound/say.ts';
import { channelOf } from '../lanes/lane.ts';
import { watchEpoch } from '../store/epoch.ts';
import { HELPER } from '../xmpp/port.ts';
import type { Ending } from './ending.ts';
import type { Shared } from './shared.ts';

export async function watchForLostData(shared: Shared, ending: Ending): Promise<void> {
  const { settings, store, log } = shared;
  const watch = await watchEpoch(store, join(settings.state, 'epoch'), {
    async onWiped(text) {
      await tellAdmins(shared, text);
      log.error({}, text);
    },
    onDamaged: (text) => log.warn({}, text),
  });
  ending.add(() => watch.stop());
}

/** All processes of a state directory notice it, and take the same transport: it is said once. */
async function tellAdmins({ settings, lanes, wake }: Shared, text: string): Promise<void> {
  const [first] = settings.transports;
  if (first === undefined) return;
  const { id: transport } = first;
  const channel = channelOf(transport, 'inbound');
  const nudge = (partition: number) => wake.schedule(channel, partition, 0);
  const words = settings.admins.map((to) => ({ to, from: HELPER, text, once: 'redis-lost' }));
  await say({ transport, lanes, nudge, now: Date.now }, words);
}
