/** Tells what a server has lost by itself from what the gateway has lost. Pure. */

import { type Course, coursesOf } from './course.ts';
import type { Ledger, MessageKey } from './ledger.ts';

/** A message that the gateway had, and of which nothing was ever seen again. */
export interface Loss {
  readonly key: MessageKey;
  /**
   * So many milliseconds before its server was killed that had answered for it, which is longer than it is
   * kept for such a server: it is the server's own loss. Undefined: it is ours.
   */
  readonly answeredMs: number | undefined;
}

/** When the server had answered for a message, by the ledger's clock, in any order; never: none. */
export type AnswersFor = (course: Course) => readonly number[];

/**
 * What the server had answered for is given to it again where it was killed less than `graceMs` later, and
 * then it answers for it once more. So its last answer counts, and the next time at which it was killed.
 */
export function lossesIn(
  { records, faults }: Pick<Ledger, 'records' | 'faults'>,
  answersFor: AnswersFor,
  graceMs: number,
): readonly Loss[] {
  const kills = faults
    .filter(({ what, how }) => what === 'server' && how === 'killed')
    .map(({ at }) => at);
  const lost = [...coursesOf(records).values()].flat().filter(({ isLost }) => isLost);
  return lost.map((course) => {
    const last = Math.max(...answersFor(course));
    const killed = kills.find((at) => at >= last);
    const answeredMs = killed === undefined ? 0 : killed - last;
    const isOfServer = Number.isFinite(answeredMs) && answeredMs > graceMs;
    return { key: course.key, answeredMs: isOfServer ? answeredMs : undefined };
  });
}

/** In one line: how many, of which directions, and how long before its death it had answered for them. */
export function wordsOf(losses: readonly Loss[]): string {
  const times = losses.flatMap(({ answeredMs }) => answeredMs ?? []);
  if (times.length === 0) return 'lost by the server itself: 0';
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const own = losses.filter(({ answeredMs }) => answeredMs !== undefined);
  const each = Object.entries(Object.groupBy(own, ({ key }) => key.direction))
    .map(([direction, those]) => `${direction} ${those?.length ?? 0}`)
    .join(', ');
  const span = `${seconds(Math.min(...times))} to ${seconds(Math.max(...times))} s`;
  return `lost by the server itself: ${own.length} (${each}), answered for ${span} before it was killed`;
}
