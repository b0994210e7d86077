/** The rooms of what is kept first and understood later, put together. */

import type { Adapter, Intake, ToKeep } from '../contract/index.ts';
import { KEEP_WITHIN_MS, keeper } from '../inbound/keep.ts';
import { opener } from '../inbound/open.ts';
import { Patience } from '../inbound/patience.ts';
import type { Receiver } from '../inbound/receive.ts';
import { startDrain } from '../lanes/drain.ts';
import { channelOf, type KeptDirection } from '../lanes/lane.ts';
import type { Drain } from '../lanes/serving.ts';
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
    nudge: (partition, direction) => parts.drains[direction]?.nudge(partition),
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

/** All that is served is in memory, several times over. */
const LARGE_TOGETHER = 1;

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
  const server = opener({
    open: openers.open,
    eventsOf: async (opened, kept) => (await adapter.opened?.(opened, kept)) ?? [],
    receive: receiver.receiveOpened,
    news: (status) => desk.receive(status),
    note: parts.note,
    parked: parts.parked,
    onError,
    now: Date.now,
  });
  const start = (direction: KeptDirection, concurrency: number): Drain => {
    const { lanes: store, holder, wake } = shared;
    const channel = channelOf(settings.id, direction);
    const served = { channel, store, server, holder, concurrency, perLane: 1, wake, onError };
    const drain = startDrain(served);
    parts.drains[direction] = drain;
    return drain;
  };
  const drains = [
    start('kept', openers.concurrency - LARGE_TOGETHER),
    start('kept-large', LARGE_TOGETHER),
  ];
  return {
    async stop(capMs) {
      const drained = Promise.all(drains.map((drain) => drain.stop(capMs)));
      await within(capMs / 2, drained);
      // What is still open comes again; said in time, it is no crash.
      await openers.stop();
      await drained;
    },
  };
}
