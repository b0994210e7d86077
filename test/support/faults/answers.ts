/** The gateway's stories, read for when the server had answered for a message. */

import { join } from 'node:path';
import { readHistory } from '../../../src/history/sqlite-history.ts';
import type { FaultHouse } from './fault-house.ts';
import type { AnswersFor } from './losses.ts';

/**
 * Calls `look` with what the stories say so far, by the ledger's clock. A message is found by the id that
 * its network gave it, and is its own there: nothing is guessed from times.
 * @throws DatabaseError where they can not be read
 */
export function withAnswers<T>(house: FaultHouse, look: (answersFor: AnswersFor) => T): T {
  const history = readHistory(join(house.gateway.dir, 'state/history.sqlite'));
  try {
    return look(({ networkId }) => {
      const messages = networkId === undefined ? [] : history.named(networkId);
      return messages
        .flatMap((message) => history.story(message))
        .filter(({ what }) => what === 'handed')
        .map(({ at }) => at - house.ledger.begunAt);
    });
  } finally {
    history.close();
  }
}
