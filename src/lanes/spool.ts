import { mkdir } from 'node:fs/promises';
import type { MessageId } from '../contract/index.ts';
import type {
  Claim,
  ClaimedEntry,
  Entry,
  LaneStore,
  NewEntry,
  Settled,
  Settlement,
  SettleRequest,
} from './lane-store.ts';
import { type SpoolFiles, spoolFiles } from './spool-files.ts';

/** A lane store whose large events lie in files. */
export interface SpooledLaneStore extends LaneStore {
  /**
   * Writes a large event to disk now, and gives the entry to push in its place. Pushes wait for each
   * other: so one that alone is its lane, and may be late, holds up none. What is never pushed is
   * removed as an orphan.
   */
  setAside(entry: NewEntry): Promise<NewEntry>;
  /** Removes the files that no message has needed for a week. Runs by itself at the start and once an hour. */
  sweep(): Promise<void>;
  /** It does so no more. */
  stop(): void;
}

/** An event of more bytes than this lies in a file. */
const LARGE_BYTES = 64 * 1024;
/** Stands for the event in the record. No event is stored like this: they are JSON. */
const POINTER = '@spool';
/** So much is read for one claim; at least its head, whatever that is. */
const CLAIM_BYTES = 1024 * 1024;
const SWEEP_MS = 3_600_000;
/** One that the disk does not give waits so long, unless somebody tries it now. */
const UNREADABLE_MS = 30_000;
/**
 * A younger file may be of a message that is just being stored; or Postern was started by mistake
 * with a Redis that is not its own, and an operator needs some days to see it.
 */
const ORPHAN_MS = 7 * 24 * 3_600_000;

/**
 * Keeps events of more than 64 KiB out of the memory of `store`: each lies in a file of its message's
 * name, on disk before the record that points to it, and is removed when the message has ended. Where
 * a file is missing or damaged the event reads as empty, so that whoever reads it parks the message. Where
 * the disk does not give it the message waits, and holds up its own lane alone.
 *
 * Files that no message has needed for a week, left by a crash, are removed at the start and once an hour.
 *
 * @param directory `<state>/spool`, of one host; made if missing
 * @param sweeps whether this process is one that removes them
 * @param onError told of each file that the disk does not give
 */
export async function spooled(
  store: LaneStore,
  directory: string,
  sweeps = true,
  onError: (error: unknown) => void = () => undefined,
): Promise<SpooledLaneStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = await spoolFiles(directory);
  const sweep = () => removeOrphans(files, store);
  // What fails now is tried again in an hour.
  const sweepNow = () => void sweep().catch(() => undefined);
  if (sweeps) sweepNow();
  const timer = sweeps ? setInterval(sweepNow, SWEEP_MS).unref() : undefined;
  /** What the store has given, by what was passed on of it. */
  const whole = new WeakMap<Claim, Claim>();

  // Few messages are large: all others pass through as they are, without a promise for each.
  const put = async <E extends Pick<NewEntry, 'id' | 'event'>>(
    entries: readonly E[],
  ): Promise<readonly E[]> => {
    if (!entries.some(isLarge)) return entries;
    return Promise.all(
      entries.map(async (entry) => {
        if (!isLarge(entry)) return entry;
        await files.write(entry.id, entry.event);
        return { ...entry, event: POINTER };
      }),
    );
  };

  const setAside = async (entry: NewEntry): Promise<NewEntry> => (await put([entry]))[0] ?? entry;

  const remove = async (ids: readonly MessageId[]): Promise<void> => {
    const there = ids.filter(files.has);
    if (there.length > 0) await Promise.all(there.map(files.remove));
  };

  const resolved = async <E extends Entry>(entry: E): Promise<E> =>
    entry.event === POINTER ? { ...entry, event: (await files.read(entry.id)) ?? '' } : entry;

  const resolvedOrTold = async (entry: ClaimedEntry): Promise<ClaimedEntry | undefined> => {
    try {
      return await resolved(entry);
    } catch (error) {
      onError(error);
      return undefined;
    }
  };

  /** Its head can not be read now: nobody is shown it. */
  const putOff = async (claim: Claim): Promise<void> => {
    const [head] = claim.entries;
    // What may have been sent stays in doubt.
    const kind = head?.interrupted ? 'unknown' : 'later';
    const settlements = [{ kind, afterMs: UNREADABLE_MS }] as const;
    const request = { claim, settlements, reports: [], next: 0, leaseMs: UNREADABLE_MS };
    // Where that fails, too, the lane comes back when its lease is over.
    await store.settle([request]).catch(onError);
  };

  /** Undefined where it was put off. */
  const resolvedClaim = async (claim: Claim): Promise<Claim | undefined> => {
    if (!isSpooled(claim)) return claim;
    const entries: ClaimedEntry[] = [];
    let bytes = 0;
    for (const entry of claim.entries) {
      if (entries.length > 0 && bytes >= CLAIM_BYTES) break;
      const one = await resolvedOrTold(entry);
      if (one === undefined) break;
      bytes += Buffer.byteLength(one.event);
      entries.push(one);
    }
    if (entries.length === 0) {
      await putOff(claim);
      return undefined;
    }
    const passedOn = { ...claim, entries };
    whole.set(passedOn, claim);
    return passedOn;
  };

  const isPlain = ({ claim, reports }: SettleRequest) =>
    !whole.has(claim) && !reports.some(isLarge);

  return {
    ...store,
    sweep,
    setAside,
    stop: () => clearInterval(timer),

    async push(entries, sent) {
      const pushed = await store.push(await put(entries), sent);
      const repeats = entries.filter((_, index) => pushed[index]?.result === 'duplicate');
      await remove(repeats.map(({ id }) => id));
      return pushed;
    },

    async claim(request) {
      const claimed = await store.claim(request);
      if (!claimed.claims.some(isSpooled)) return claimed;
      const claims = await Promise.all(claimed.claims.map(resolvedClaim));
      return { ...claimed, claims: claims.filter((claim) => claim !== undefined) };
    },

    async settle(requests) {
      const settled = await store.settle(
        requests.every(isPlain)
          ? requests
          : await Promise.all(
              requests.map(async (request) => ({
                ...request,
                claim: whole.get(request.claim) ?? request.claim,
                reports: await put(request.reports),
              })),
            ),
      );
      const done = requests.filter((_, index) => settled[index]?.result === 'settled');
      await remove(done.flatMap(({ claim, settlements }) => endedBy(claim, settlements)));
      if (!settled.some(isNextSpooled)) return settled;
      return Promise.all(
        settled.map(async (one) =>
          isNextSpooled(one) ? { ...one, next: await resolvedClaim(one.next) } : one,
        ),
      );
    },

    async confirm(confirmation) {
      const reports = await put(confirmation.reports);
      const confirmed = await store.confirm({ ...confirmation, reports });
      if (confirmed === 'ended') await files.remove(confirmation.id);
      return confirmed;
    },

    async read(id) {
      const entry = await store.read(id);
      return entry && (await resolved(entry));
    },

    async expireHanded(channel, agoMs) {
      const expired = await store.expireHanded(channel, agoMs);
      await remove(expired.ended);
      return expired;
    },

    async bounce(id, verdict) {
      const bounced = await store.bounce(id, verdict);
      if (bounced && verdict.kind === 'terminal' && !verdict.keep) await files.remove(id);
      return bounced;
    },

    async deadLetters(limit) {
      const dead = await store.deadLetters(limit);
      // One that can not be read does not hide the others.
      return Promise.all(
        dead.map((entry) => resolved(entry).catch(() => ({ ...entry, event: '' }))),
      );
    },

    async revive(id, deadlineAt, { event, reports = [] } = {}) {
      const [instead] = event === undefined ? [] : await put([{ id, event }]);
      const changed = instead === undefined ? {} : { event: instead.event };
      return await store.revive(id, deadlineAt, { ...changed, reports: await put(reports) });
    },

    async withdraw(id, seen, reports) {
      const withdrawn = await store.withdraw(id, seen, await put(reports));
      if (withdrawn === 'withdrawn') await files.remove(id);
      return withdrawn;
    },

    async discard(id) {
      const discarded = await store.discard(id);
      if (discarded) await files.remove(id);
      return discarded;
    },
  };
}

function isSpooled(claim: Claim): boolean {
  return claim.entries.some(({ event }) => event === POINTER);
}

function isNextSpooled(settled: Settled): settled is Settled & { readonly next: Claim } {
  return settled.result === 'settled' && settled.next !== undefined && isSpooled(settled.next);
}

function isLarge({ event }: Pick<NewEntry, 'event'>): boolean {
  // No character is more than three bytes for each of its UTF-16 units.
  return event.length * 3 > LARGE_BYTES && Buffer.byteLength(event) > LARGE_BYTES;
}

/** The messages of a claim of which nothing is left. */
function endedBy(claim: Claim, settlements: readonly Settlement[]): MessageId[] {
  return claim.entries.flatMap(({ id }, index) => {
    const settlement = settlements[index];
    const ends =
      (settlement?.kind === 'terminal' && !settlement.keep) ||
      (settlement?.kind === 'handed' && settlement.keepMs === 0);
    return ends ? [id] : [];
  });
}

async function removeOrphans(files: SpoolFiles, store: LaneStore): Promise<void> {
  for (const id of await files.olderThan(ORPHAN_MS)) {
    if ((await store.read(id)) === undefined) await files.remove(id);
  }
}
