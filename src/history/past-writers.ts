import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { PastWriters } from './history.ts';
import { belongsTo } from './story-index.ts';
import { firstIdOf } from './story-table.ts';

/** So many rows hold the event loop for a few milliseconds. */
const ROWS_A_PAGE = 500;
/** Two minutes of some 800 messages a second. */
const MOST_PAGES = 200;
const MOST_WRITERS = 10_000;
/** Whose a message is stands in one of the first lines of its story. */
const CHARACTERS_READ = 2_000;

/**
 * Stories lie in the order of their ids, which begin with their time: the latest are read without an index.
 * @param isOpen false as soon as the file is closed: nothing more is read then
 */
export function pastWriters(database: DatabaseSync, isOpen: () => boolean): PastWriters {
  const page = database.prepare(
    `SELECT message, transport, substr(steps, 1, ${CHARACTERS_READ}) AS steps FROM story
     WHERE message >= ? AND message < ? ORDER BY message DESC LIMIT ${ROWS_A_PAGE}`,
  );
  const accountOf = database.prepare('SELECT account FROM conversation WHERE number = ?');
  return {
    async wroteBetween(transport, from, until) {
      const accounts = new Set<string>();
      const conversations = new Set<number>();
      const first = firstIdOf(from);
      let before = firstIdOf(until);
      for (let pages = 0; pages < MOST_PAGES && isOpen(); pages++) {
        const rows = page.all(first, before);
        for (const row of rows) {
          before = String(row.message);
          if (row.transport !== transport) continue;
          const belongs = belongsTo(String(row.steps));
          if (belongs?.direction !== 'outbound' || conversations.has(belongs.number)) continue;
          conversations.add(belongs.number);
          const account = accountOf.get(belongs.number)?.account;
          if (typeof account === 'string') accounts.add(account);
        }
        if (rows.length < ROWS_A_PAGE || accounts.size >= MOST_WRITERS) break;
        await setImmediate();
      }
      return accounts;
    },
  };
}
