import type { DatabaseSync } from 'node:sqlite';
import type { MessageId, TransportId } from '../contract/index.ts';
import { readLines } from './chapter.ts';
import type { Form } from './database.ts';
import type { Step } from './history.ts';

/**
 * One row a message, to which its steps are appended: the smallest file, and one page touched for a
 * message. Ids begin with their time, so that new rows go to the end of the tree and old ones are cut
 * from its beginning.
 */
export const STORIES: Form = {
  version: 1,
  schema: `
    CREATE TABLE story (
      message TEXT PRIMARY KEY,
      transport TEXT NOT NULL,
      steps TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
  `,
  synchronous: 'NORMAL',
  holds: 'stories, no messages',
};

/** Prepares the reading of one story, in the order in which it was written. */
export function storyQuery(database: DatabaseSync): (message: MessageId) => Step[] {
  const query = database.prepare('SELECT transport, steps FROM story WHERE message = ?');
  return (message) => {
    const row = query.get(message);
    return row === undefined
      ? []
      : readLines(message, String(row.transport) as TransportId, String(row.steps));
  };
}
