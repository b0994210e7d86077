/** The archive of a gateway under test, looked at from outside. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Resolves when an entry of a room is in the file: a process that is killed loses what it took in the
 * last milliseconds.
 * @param dir the directory of the gateway's configuration
 * @param id the entry's, and the stanza-id of what was shown
 */
export async function archived(dir: string, id: string): Promise<void> {
  const file = join(dir, 'state', 'rooms.sqlite');
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const find = database.prepare('SELECT 1 FROM entry WHERE id = ?');
    while (find.get(id) === undefined) await stat(file);
  } finally {
    database.close();
  }
}
