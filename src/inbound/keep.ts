/** The way network → XMPP in two stages, first: raw bytes are stored before anybody understands them. */

import { type Intake, NotKeptError, type ToKeep, type TransportId } from '../contract/index.ts';
import { crashPoint } from '../crash-point.ts';
import type { History } from '../history/history.ts';
import { duplicateKey, type KeptDirection, newKeptLane } from '../lanes/lane.ts';
import type { LaneStore, NewEntry } from '../lanes/lane-store.ts';
import { storeKept } from '../lanes/stored.ts';
import type { Patience } from './patience.ts';

/** What can not be opened for so long is put aside. */
const OPEN_WITHIN_MS = 24 * 3_600_000;
/** Half a second less than the 2.5 s that are promised. */
export const KEEP_WITHIN_MS = 2_000;
const MAX_ENVELOPE = 64 * 1024;
/** Of what is larger only a few are opened at once. */
const LARGE_BYTES = 512 * 1024;

export interface KeepOptions {
  readonly transport: TransportId;
  /** See `Capabilities`. */
  readonly duplicateWindowMs: number;
  readonly intake: () => Intake;
  /** Writes a large entry to disk before it is pushed. */
  readonly setAside: (entry: NewEntry) => Promise<NewEntry>;
  readonly lanes: Pick<LaneStore, 'push'>;
  readonly history: Pick<History, 'note'>;
  readonly nudge: (partition: number, direction: KeptDirection) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  /** How long a network waits for the store. */
  readonly patience: Pick<Patience, 'with'>;
}

/** See `AdapterContext.keep`. */
export function keeper(options: KeepOptions): (what: ToKeep) => Promise<void> {
  return async (what) => {
    const intake = options.intake();
    if (intake !== 'open') throw new NotKeptError(intake);
    const direction = what.raw.length > LARGE_BYTES ? 'kept-large' : 'kept';
    const entry = entryOf(options, what, direction);
    try {
      await options.patience.with(store(options, entry, direction));
    } catch (cause) {
      options.onError(cause);
      throw new NotKeptError('down', { cause });
    }
  };
}

function entryOf(
  options: KeepOptions,
  { raw, envelope, eventId }: ToKeep,
  direction: KeptDirection,
): NewEntry {
  if (envelope.length > MAX_ENVELOPE) throw new RangeError('an envelope of more than 64 KiB');
  const { transport, duplicateWindowMs: windowMs } = options;
  const acceptedAt = options.now();
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const key = eventId === undefined ? undefined : duplicateKey(transport, 'kept', eventId);
  return {
    ...newKeptLane(transport, direction, acceptedAt, key),
    event: storeKept({ envelope, raw: bytes }),
    acceptedAt,
    deadlineAt: acceptedAt + OPEN_WITHIN_MS,
    duplicateKeys: key === undefined ? [] : [{ key, windowMs }],
  };
}

/** May end well after nobody waits for it any more: then a repeat is recognised. */
async function store(
  options: KeepOptions,
  entry: NewEntry,
  direction: KeptDirection,
): Promise<void> {
  const { transport } = options;
  crashPoint('keep.before', transport);
  const [pushed] = await options.lanes.push([await options.setAside(entry)]);
  crashPoint('keep.after', transport);
  if (pushed?.result !== 'stored') return;
  options.history.note({ message: entry.id, transport, at: entry.acceptedAt, what: 'accepted' });
  options.nudge(entry.lane.partition, direction);
}
