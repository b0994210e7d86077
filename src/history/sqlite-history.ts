import type { MessageId, TransportId } from '../contract/index.ts';
import { writeLine } from './chapter.ts';
import {
  asError,
  inTransaction,
  isBusy,
  openDatabase,
  openDatabaseToRead,
  versionOf,
} from './database.ts';
import type { History, PastWriters, Step, StoryReader, Whose } from './history.ts';
import { pastWriters } from './past-writers.ts';
import { isMeant, MOST_NAMED, NO_INDEX, storyIndex, storyIndexWriter } from './story-index.ts';
import { firstIdOf, STORIES, storyQuery } from './story-table.ts';

export interface HistoryOptions {
  /** How long a story is kept, counted from the message's id. Default: 30 days. */
  readonly retentionMs?: number;
  /** How many steps wait in memory while the disk takes none; then the oldest are dropped. */
  readonly mostWaiting?: number;
  /** Told once when writing begins to fail, and once when it works again and steps were lost. */
  readonly onError?: (error: Error) => void;
  readonly now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const COMMIT_AFTER_MS = 250;
const RETRY_AFTER_MS = 1_000;
const PRUNE_EVERY_MS = 60 * 60 * 1_000;

/** What one commit takes: 500 steps hold the event loop for less than a millisecond. */
const STEPS_A_COMMIT = 500;
/** A round begins early where so many wait. */
const STEPS_A_ROUND = 10_000;
const ROWS_A_PRUNING = 500;
const MOST_WAITING = 50_000;

/** A message that is tried for ever has a story that ends here. */
const MOST_CHARACTERS = 64 * 1024;

/**
 * Opens the stories in a file that several processes may share.
 * @throws DatabaseError when it can not be opened, is damaged, or was written by a newer version.
 */
export function openHistory(file: string, options: HistoryOptions = {}): History & PastWriters {
  const { retentionMs = 30 * DAY_MS, mostWaiting = MOST_WAITING, now = Date.now } = options;
  const onError = options.onError ?? (() => undefined);
  const { database, written, append, prune, index, indexWriter, writers } = openDatabase(
    file,
    STORIES,
    (opened) => ({
      database: opened,
      written: storyQuery(opened),
      append: opened.prepare(
        `INSERT INTO story VALUES (?, ?, ?) ON CONFLICT (message) DO UPDATE
         SET steps = steps || excluded.steps WHERE length(steps) < ${MOST_CHARACTERS}`,
      ),
      prune: opened.prepare(
        `DELETE FROM story WHERE message IN
         (SELECT message FROM story WHERE message < ? ORDER BY message LIMIT ${ROWS_A_PRUNING})`,
      ),
      index: storyIndex(opened),
      indexWriter: storyIndexWriter(opened, now),
      writers: pastWriters(opened, () => !closed),
    }),
  );

  let waiting: Step[] = [];
  /** How many of them belong to the round that is being written: those behind came later. */
  let due = 0;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  let failing = false;
  /** Whether the operator knows. Of a file that another process holds he need not. */
  let told = false;
  let lost = 0;
  let closed = false;

  const schedule = () => {
    if (waiting.length === 0) return;
    if (due > 0 || waiting.length >= STEPS_A_ROUND) soon ??= setImmediate(commit);
    else timer ??= setTimeout(commit, COMMIT_AFTER_MS).unref();
  };
  const unschedule = () => {
    clearTimeout(timer);
    clearImmediate(soon);
    timer = undefined;
    soon = undefined;
  };
  const commit = (): boolean => {
    unschedule();
    if (due === 0) {
      waiting = storyByStory(waiting);
      due = waiting.length;
    }
    const steps = waiting.slice(0, Math.min(due, STEPS_A_COMMIT));
    try {
      write(steps);
    } catch (error) {
      failing = true;
      if (!told && !isBusy(error)) {
        told = true;
        onError(asError(error));
      }
      timer = setTimeout(commit, RETRY_AFTER_MS).unref();
      return false;
    }
    waiting = waiting.slice(steps.length);
    due -= steps.length;
    if (lost > 0) onError(new Error(`History writes again. ${lost} steps of stories were lost.`));
    failing = false;
    told = false;
    lost = 0;
    schedule();
    return true;
  };
  const write = (steps: readonly Step[]) => {
    const rows = new Map<MessageId, { transport: TransportId; lines: string }>();
    try {
      inTransaction(database, () => {
        for (const step of steps) {
          const row = rows.get(step.message) ?? { transport: step.transport, lines: '' };
          row.lines += writeLine(step) + indexWriter.write(step);
          rows.set(step.message, row);
        }
        for (const [message, { transport, lines }] of rows) append.run(message, transport, lines);
      });
    } catch (error) {
      indexWriter.forgetCached();
      throw error;
    }
  };
  const forgetOld = () => {
    if (closed) return;
    try {
      const at = now() - retentionMs;
      const { changes } = prune.run(firstIdOf(at));
      const more = indexWriter.prune(at);
      if (more || Number(changes) === ROWS_A_PRUNING) setImmediate(forgetOld);
    } catch (error) {
      if (!isBusy(error)) onError(asError(error));
    }
  };
  const pruning = setInterval(forgetOld, PRUNE_EVERY_MS).unref();
  setImmediate(forgetOld);

  return {
    ...writers,
    note: (step) => {
      if (closed) return;
      waiting.push(step);
      if (waiting.length > mostWaiting) {
        // A tenth at once, because each removal moves all that stay.
        const surplus = Math.ceil(mostWaiting / 10);
        waiting = waiting.slice(surplus);
        due = Math.max(due - surplus, 0);
        lost += surplus;
      }
      if (!failing) schedule();
    },
    story: (message) => {
      const fresh = waiting.filter((step) => step.message === message);
      return inOrder([...written(message), ...fresh]);
    },
    named: (name) => {
      const fresh = waiting.filter(({ names }) => names?.includes(name) === true);
      return latestOf(fresh, index.named(name), MOST_NAMED);
    },
    latest: (filter, most) => {
      const fresh = waiting.filter((step) => {
        const whose = conversationIn(step);
        return whose !== undefined && isMeant(whose, filter);
      });
      return latestOf(fresh, index.latest(filter, most), most);
    },
    conversationOf: (message) => {
      const said = waiting.find((step) => step.message === message && step.conversation);
      return (said && conversationIn(said)) ?? index.conversationOf(message);
    },
    close: () => {
      if (closed) return;
      closed = true;
      clearInterval(pruning);
      while (waiting.length > 0 && commit());
      unschedule();
      database.close();
    },
  };
}

/**
 * Opens the stories for reading alone: `postern why` while the gateway runs.
 * @throws DatabaseError when the file is missing or damaged, or was written by a newer version.
 */
export function readHistory(file: string): StoryReader {
  const { database, written, index } = openDatabaseToRead(file, STORIES, (opened) => ({
    database: opened,
    written: storyQuery(opened),
    // A gateway of the version before may still write it.
    index: versionOf(opened) === STORIES.version ? storyIndex(opened) : NO_INDEX,
  }));
  return {
    ...index,
    story: (message) => inOrder(written(message)),
    close: () => database.close(),
  };
}

/** The steps of a message side by side: to write them together costs little more than to write one. */
function storyByStory(steps: readonly Step[]): Step[] {
  return [...Map.groupBy(steps, ({ message }) => message).values()].flat();
}

/** Those that are not written yet, and those that are. */
function latestOf(
  fresh: readonly Step[],
  written: readonly MessageId[],
  most: number,
): readonly MessageId[] {
  const all = new Set([...fresh.map(({ message }) => message), ...written]);
  return [...all].sort().reverse().slice(0, Math.max(most, 0));
}

function conversationIn({ transport, conversation }: Step): Whose | undefined {
  return conversation && { transport, ...conversation };
}

/** Several processes append to one story, each when it commits. */
function inOrder(steps: Step[]): Step[] {
  return steps.sort((a, b) => a.at - b.at);
}
