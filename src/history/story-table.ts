import type { DatabaseSync } from 'node:sqlite';
import type { MessageId, TransportId } from '../contract/index.ts';
import { readLines } from './chapter.ts';
import type { Form } from './database.ts';
import type { Step } from './history.ts';
import { INDEX } from './story-index.ts';

/**
 * One row a message, to which its steps are appended: the smallest file, and one page touched for a
 * message. Ids begin with their time, so that new rows go to the end of the tree and old ones are cut
 * from its beginning.
 */
const STORY = `
  CREATE TABLE story (
    message TEXT PRIMARY KEY,
    transport TEXT NOT NULL,
    steps TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export const STORIES: Form = {
  version: 2,
  schema: `${STORY} ${INDEX} PRAGMA user_version = 2;`,
  // A process of the old version that still runs writes on beside the new tables.
  upgrades: { 1: `${INDEX} PRAGMA user_version = 2;` },
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

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The ten characters with which the ids of this moment begin (ULID: 48 bits of milliseconds). */
export function firstIdOf(at: number): string {
  let text = '';
  for (let rest = Math.max(at, 0), i = 0; i < 10; i++) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
