/** The rooms of what is kept first and understood later, put together. */

import type { Adapter, Intake, ToKeep } from '../contract/index.ts';
import { KEEP_WITHIN_MS, keeper } from '../inbound/keep.ts';
import { opener } from '../inbound/open.ts';
import { Patience } from '../inbound/patience.ts';
import type { Receiver } from '../inbound/receive.ts';
import { startDrain } from '../lanes/drain.ts';
import { channelOf } from '../lanes/lane.ts';
import { startOpeners } from '../opening/openers.ts';
import type { StatusDesk } from '../outbound/status.ts';
import type { Parts } from './parts.ts';
import { within } from './within.ts';

/** The first stage; needs neither adapter nor stream. */
export function openKeeper(parts: Parts, intake: () => Intake): (what: ToKeep) => Promise<void> {
  const { shared, settings, onError } = parts;
  return keeper({
    transport: settings.id,
    duplicateWindowMs: settings.definition.capabilities.duplicateWindowMs,
    intake,
    setAside: shared.setAside,
    lanes: shared.lanes,
    history: shared.history,
    nudge: (partition) => parts.drains.kept?.nudge(partition),
    onError,
    now: Date.now,
    patience: new Patience(KEEP_WITHIN_MS),
  });
}

/** The second stage. */
export interface KeptWay {
  /** Nothing more is opened; what is under way is stored, at most `capMs`. */
  stop(capMs: number): Promise<void>;
}

/** Undefined for an adapter that keeps nothing. */
export function openKeptWay(
  parts: Parts,
  adapter: Pick<Adapter, 'opened'>,
  receiver: Receiver,
  desk: StatusDesk,
): KeptWay | undefined {
  const { shared, settings, onError } = parts;
  const { opener: module } = settings.definition;
  if (module === undefined) return undefined;
  const openers = startOpeners({ module, config: settings.config, onError });
  const drain = startDrain({
    channel: channelOf(settings.id, 'kept'),
    store: shared.lanes,
    server: opener({
      open: openers.open,
      eventsOf: async (opened, kept) => (await adapter.opened?.(opened, kept)) ?? [],
      receive: receiver.receiveOpened,
      news: (status) => desk.receive(status),
      note: parts.note,
      parked: parts.parked,
      onError,
      now: Date.now,
    }),
    holder: shared.holder,
    concurrency: openers.concurrency,
    perLane: 1,
    wake: shared.wake,
    onError,
  });
  parts.drains.kept = drain;
  return {
    async stop(capMs) {
      const drained = drain.stop(capMs);
      await within(capMs / 2, drained);
      // What is still open comes again; said in time, it is no crash.
      await openers.stop();
      await drained;
    },
  };
}
