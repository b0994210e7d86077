import type { ConversationKey } from '../lanes/lane.ts';
import type { Archive, Entry, PageQuery } from './archive.ts';
import { Contents } from './archive-page.ts';
import type { ArchiveBounds } from './archive-pruning.ts';
import { ARCHIVES, archiveTable } from './archive-table.ts';
import { type Appended, archiveWriter } from './archive-writer.ts';
import { asError, flushLog, isBusy, openDatabase } from './database.ts';

export interface ArchiveOptions extends Partial<ArchiveBounds> {
  /** What may wait in memory while the disk takes none, in characters; what comes then is lost. */
  readonly mostWaiting?: number;
  /** How long another process may hold the file before that is an error too, milliseconds. */
  readonly mostHeldMs?: number;
  /** Told once when writing begins to fail, and once when it works again and entries were lost. */
  readonly onError?: (error: Error) => void;
  readonly now?: () => number;
}

const DEFAULTS: ArchiveBounds = {
  retentionMs: 30 * 24 * 60 * 60 * 1_000,
  mostEntries: 50_000,
  mostBytes: 1024 ** 3,
};
const MOST_WAITING = 8 * 1024 * 1024;
/** Shorter than a lane's lease: what is being handed over waits so long. */
const MOST_HELD_MS = 5_000;

const COMMIT_AFTER_MS = 10;
const RETRY_AFTER_MS = 250;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;

/** What one commit takes: some hundred lines hold the event loop for two milliseconds. */
const CHARACTERS_A_COMMIT = 96 * 1024;
/** What an entry counts for beside its body. */
const CHARACTERS_AN_ENTRY = 256;

/**
 * Opens the archives in a file that several processes may share, as long as each archive is appended
 * to by one of them alone.
 * @throws DatabaseError when it can not be opened, is damaged, or was written by a newer version.
 */
export function openArchive(file: string, options: ArchiveOptions = {}): Archive {
  const { mostWaiting = MOST_WAITING, mostHeldMs = MOST_HELD_MS } = options;
  const { onError = () => undefined, now = Date.now } = options;
  const { database, table, writer } = openDatabase(file, ARCHIVES, (opened) => {
    const read = archiveTable(opened);
    const write = archiveWriter(opened, read, { ...DEFAULTS, ...options });
    return { database: opened, table: read, writer: write };
  });

  /** In the order in which they came. */
  let waiting: Appended[] = [];
  let characters = 0;
  /** Accounts that are no more, of which the file does not know yet. */
  const gone = new Map<string, Pick<ConversationKey, 'transport' | 'account'>>();
  /** How much was written since it was looked whether there is too much. */
  let unlooked = 0;
  let timer: NodeJS.Timeout | undefined;
  let pruning: NodeJS.Immediate | undefined;
  /** Since when nothing can be written, by a monotonic clock. */
  let failingSince: number | undefined;
  /** Resolved when something was written, or never will be. */
  let change = Promise.withResolvers<void>();
  /** Whether the operator knows. Of a file that another process holds for a moment he need not. */
  let told = false;
  let lost = 0;
  let closed = false;

  const isFailing = () => failingSince !== undefined;
  const changed = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  const schedule = () => {
    timer ??= setTimeout(commitSome, isFailing() ? RETRY_AFTER_MS : COMMIT_AFTER_MS);
  };
  const commitSome = (): boolean => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting.slice(0, batchLength(waiting));
    try {
      for (const [owner, { transport, account }] of gone) {
        writer.forget(transport, account);
        gone.delete(owner);
        unlooked = Number.POSITIVE_INFINITY;
      }
      writer.write(batch);
    } catch (error) {
      fail(error);
      return false;
    }
    waiting = waiting.slice(batch.length);
    const size = sizesOf(batch);
    characters -= size;
    unlooked += size;
    if (lost > 0) onError(new Error(`The archive is written again. ${lost} entries were lost.`));
    failingSince = undefined;
    told = false;
    lost = 0;
    changed();
    if (waiting.length > 0) schedule();
    if (unlooked > CHARACTERS_A_COMMIT) pruneSoon();
    return true;
  };
  const fail = (error: unknown) => {
    failingSince ??= performance.now();
    schedule();
    tell(error);
    // Where the disk is full, this is what may help.
    if (!isBusy(error)) pruneSoon();
  };
  const tell = (error: unknown) => {
    const heldMs = failingSince === undefined ? 0 : performance.now() - failingSince;
    if (told || (isBusy(error) && heldMs < mostHeldMs && !closed)) return;
    told = true;
    onError(asError(error));
    changed();
  };

  const commit = (): boolean => {
    // While the disk takes nothing it is not tried more often: it may be slow to say so.
    while (waiting.length > 0 && !isFailing() && commitSome());
    return waiting.length === 0;
  };

  const prune = () => {
    pruning = undefined;
    unlooked = 0;
    try {
      if (writer.prune(now())) pruneSoon();
    } catch (error) {
      tell(error);
    }
  };
  const pruneSoon = () => {
    if (!closed) pruning ??= setImmediate(prune);
  };
  const hourly = setInterval(pruneSoon, PRUNE_EVERY_MS).unref();
  pruneSoon();

  const page = (room: ConversationKey, query: PageQuery) => {
    const name = nameOf(room);
    const fresh = waiting.filter((one) => one.name === name).map(({ entry }) => entry);
    const known = gone.has(ownerOf(room)) ? undefined : table.known(room);
    return new Contents(table, known, fresh).page(query);
  };

  return {
    keeps: true,
    append(room, entry) {
      if (closed) return;
      const size = sizeOf(entry);
      if (characters + size > mostWaiting) {
        lost++;
        return;
      }
      waiting.push({ room, name: nameOf(room), entry: notAhead(entry, now()) });
      characters += size;
      // What comes faster than a timer fires is written as it comes: memory stays bounded, nothing is lost.
      if (characters >= CHARACTERS_A_COMMIT && !isFailing()) commitSome();
      else schedule();
    },
    commit,
    async written() {
      while (!commit()) {
        if (told || closed) return false;
        await change.promise;
      }
      try {
        await flushLog(file);
        return true;
      } catch (error) {
        tell(error);
        return false;
      }
    },
    forget(transport, account) {
      if (closed) return;
      const owner = ownerOf({ transport, account });
      waiting = waiting.filter(({ room }) => ownerOf(room) !== owner);
      characters = sizesOf(waiting);
      gone.set(owner, { transport, account });
      if (isFailing()) schedule();
      else commitSome();
    },
    page,
    latest: (room, most, since) =>
      page(room, { max: most, before: '', start: since })?.entries ?? [],
    ends(room) {
      const first = page(room, { max: 1 })?.entries[0];
      const last = page(room, { max: 1, before: '' })?.entries[0];
      return first === undefined || last === undefined ? undefined : { first, last };
    },
    close() {
      if (closed) return;
      closed = true;
      clearInterval(hourly);
      clearImmediate(pruning);
      while ((waiting.length > 0 || gone.size > 0) && commitSome());
      clearTimeout(timer);
      changed();
      database.close();
    },
  };
}

function nameOf(room: ConversationKey): string {
  return `${ownerOf(room)}\0${room.peer}`;
}

function ownerOf({ transport, account }: Pick<ConversationKey, 'transport' | 'account'>): string {
  return `${transport}\0${account}`;
}

function notAhead(entry: Entry, now: number): Entry {
  return entry.at > now ? { ...entry, at: now } : entry;
}

function sizeOf({ body }: Entry): number {
  return CHARACTERS_AN_ENTRY + body.length;
}

function sizesOf(batch: readonly Appended[]): number {
  return batch.reduce((sum, { entry }) => sum + sizeOf(entry), 0);
}

/** As many as one commit takes; at least one. */
function batchLength(waiting: readonly Appended[]): number {
  let characters = 0;
  const end = waiting.findIndex(({ entry }, index) => {
    characters += sizeOf(entry);
    return index > 0 && characters > CHARACTERS_A_COMMIT;
  });
  return end < 0 ? waiting.length : end;
}
