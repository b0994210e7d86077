import { open } from 'node:fs/promises';
import type { ConversationKey } from '../lanes/lane.ts';
import type { Archive, Entry, PageQuery } from './archive.ts';
import { Contents } from './archive-page.ts';
import { ARCHIVES, archiveTable } from './archive-table.ts';
import { type Appended, type ArchiveBounds, archiveWriter } from './archive-writer.ts';
import { asError, isBusy, openDatabase } from './database.ts';

export interface ArchiveOptions extends Partial<ArchiveBounds> {
  /** What may wait in memory while the disk takes none, in characters; what comes then is lost. */
  readonly mostWaiting?: number;
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

const COMMIT_AFTER_MS = 10;
const RETRY_AFTER_MS = 250;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;

/** What one commit takes: some hundred lines hold the event loop for two milliseconds. */
const CHARACTERS_A_COMMIT = 96 * 1024;
/** What an entry counts for beside its body. */
const CHARACTERS_AN_ENTRY = 256;

/** Somebody who waits until it is durable. */
interface Caller {
  /** How many entries must be in the file. */
  readonly upTo: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the archives in a file that several processes may share, as long as each archive is appended
 * to by one of them alone.
 * @throws Error when it can not be opened, or was written by a newer version.
 */
export function openArchive(file: string, options: ArchiveOptions = {}): Archive {
  const { mostWaiting = MOST_WAITING, onError = () => undefined, now = Date.now } = options;
  const database = openDatabase(file, ARCHIVES);
  const table = archiveTable(database);
  const writer = archiveWriter(database, { ...DEFAULTS, ...options });

  /** In the order in which they came. */
  let waiting: Appended[] = [];
  let characters = 0;
  let appended = 0;
  let written = 0;
  let callers: Caller[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pruning: NodeJS.Immediate | undefined;
  let failing = false;
  /** Whether the operator knows. Of a file that another process holds he need not. */
  let told = false;
  let lost = 0;
  let closed = false;

  const schedule = () => {
    timer ??= setTimeout(commit, failing ? RETRY_AFTER_MS : COMMIT_AFTER_MS);
  };
  const commit = (): boolean => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting.slice(0, batchLength(waiting));
    try {
      writer.write(batch);
    } catch (error) {
      fail(error);
      return false;
    }
    waiting = waiting.slice(batch.length);
    for (const { entry } of batch) characters -= sizeOf(entry);
    written += batch.length;
    if (lost > 0) onError(new Error(`The archive is written again. ${lost} entries were lost.`));
    failing = told = false;
    lost = 0;
    const served = callers.filter(({ upTo }) => upTo <= written);
    callers = callers.slice(served.length);
    for (const { resolve } of served) resolve();
    if (waiting.length > 0) schedule();
    pruneSoon();
    return true;
  };
  const fail = (error: unknown) => {
    failing = true;
    schedule();
    tell(error);
    if (isBusy(error) && !closed) return;
    for (const { reject } of callers.splice(0)) reject(error);
    // Where the disk is full, this is what may help.
    pruneSoon();
  };
  const tell = (error: unknown) => {
    if (told || (isBusy(error) && !closed)) return;
    told = true;
    onError(asError(error));
  };

  const prune = () => {
    pruning = undefined;
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
    return new Contents(table, table.known(room), fresh).page(query);
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
      appended++;
      // What comes faster than a timer fires is written as it comes: memory stays bounded, nothing is lost.
      if (characters >= CHARACTERS_A_COMMIT && !failing) commit();
      else schedule();
    },
    async flushed() {
      if (lost > 0) throw new Error('Entries of the archive were lost.');
      await new Promise<void>((resolve, reject) => {
        if (written === appended) resolve();
        else if (closed) reject(new Error('The archive is closed.'));
        else callers.push({ upTo: appended, resolve, reject });
      });
      await syncLog(file);
    },
    page,
    latest: (room, most, since) =>
      page(room, { max: most, before: '', start: since })?.entries ?? [],
    since: (room, id, most) => page(room, { max: most, after: id })?.entries,
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
      while (waiting.length > 0 && commit());
      clearTimeout(timer);
      database.close();
    },
  };
}

function nameOf({ transport, account, peer }: ConversationKey): string {
  return `${transport}\0${account}\0${peer}`;
}

function notAhead(entry: Entry, now: number): Entry {
  return entry.at > now ? { ...entry, at: now } : entry;
}

function sizeOf({ body }: Entry): number {
  return CHARACTERS_AN_ENTRY + body.length;
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

/**
 * A commit only hands its pages to the system. That the disk has them is waited for here, beside the
 * event loop: by SQLite it would be in front of it.
 */
async function syncLog(file: string): Promise<void> {
  try {
    const log = await open(`${file}-wal`);
    await log.sync().finally(() => log.close());
  } catch (error) {
    // Without a log all is in the file: whoever closed it last has synced it.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
