/** The desk at which commands about messages are answered, put together: the same in a gateway and without one. */

import type { Desk, DeskTransport } from '../commands/desk.ts';
import { Listings } from '../commands/listings.ts';
import type { History, StoryReader } from '../history/history.ts';
import type { LaneStore } from '../lanes/lane-store.ts';
import type { Wake } from '../lanes/serving.ts';
import { reportsOf } from '../outbound/reports.ts';
import type { Settings } from '../settings/settings.ts';
import { hasOwner } from '../store/lease.ts';
import type { Store } from '../store/store.ts';

export interface DeskParts {
  readonly settings: Pick<Settings, 'transports'>;
  readonly store: Store;
  readonly lanes: LaneStore;
  readonly stories: StoryReader;
  readonly note: History['note'];
  readonly wake: Pick<Wake, 'schedule'>;
}

export function deskTransports({
  transports,
}: Pick<Settings, 'transports'>): readonly DeskTransport[] {
  return transports.map(({ id, domain, definition, config, xmpp, deadlineMs }) => ({
    id,
    domain,
    addressing: definition.addressing(config, { domain, server: xmpp.server }),
    reports: reportsOf(id, Date.now),
    deadlineMs: deadlineMs ?? definition.capabilities.deadlineMs,
  }));
}

export function openDesk({ settings, store, lanes, stories, note, wake }: DeskParts): Desk {
  return {
    transports: deskTransports(settings),
    stories,
    lanes,
    note,
    // Whichever process serves it, this one too, is told in the same way.
    wake: (channel, partition) => wake.schedule(channel, partition, 0),
    isServed: (transport) => hasOwner(store, transport),
    listings: new Listings(),
    now: Date.now,
  };
}
