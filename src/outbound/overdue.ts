/**
 * What is on hold is tried by nobody, and its time passes: its sender is told of that all the same, and
 * not only when somebody releases it.
 */

import type { MessageId } from '../contract/index.ts';
import type { StepKind } from '../history/history.ts';
import { ALL_PARTITIONS, type Channel, type Lane } from '../lanes/lane.ts';
import type { Entry, LaneStore } from '../lanes/lane-store.ts';
import type { Standing } from '../lanes/queue.ts';
import { readOutbound, type StoredOutbound, UnreadableError } from '../lanes/stored.ts';
import type { Reports } from './reports.ts';
import { overdue } from './texts.ts';

/** So many conversations are looked at together, and so many messages of one. */
const LANES = 256;
const MESSAGES = 64;

export interface OverdueOptions {
  readonly channel: Channel;
  readonly lanes: Pick<LaneStore, 'held' | 'messagesOf' | 'look' | 'read' | 'withdraw'>;
  /** See `deadlines`. */
  readonly deadlineOf: (entry: Pick<Entry, 'id' | 'deadlineAt'>) => number;
  readonly reports: Pick<Reports, 'failed'>;
  readonly note: (message: MessageId, what: StepKind) => void;
  readonly nudgeInbound: (partition: number) => void;
  readonly now: () => number;
}

/** Ends what is on hold and past its deadline. What may be under way, or may have been sent, is left alone. */
export async function endOverdue(options: OverdueOptions): Promise<void> {
  const { lanes, channel } = options;
  for (const partition of ALL_PARTITIONS) {
    let skip = 0;
    for (let more = true; more; ) {
      const page = await lanes.held({ channel, partition, skip, limit: LANES });
      const emptied = await endOverdueHeads(options, page.heads);
      skip += page.lanes - emptied;
      more = page.more;
    }
  }
}

/** @returns how many lanes are empty by that */
async function endOverdueHeads(
  options: OverdueOptions,
  heads: readonly MessageId[],
): Promise<number> {
  if (heads.length === 0) return 0;
  let emptied = 0;
  for (const head of await options.lanes.look(heads)) {
    if (isOver(options, head) && (await endOverdueIn(options, head.lane))) emptied += 1;
  }
  return emptied;
}

/**
 * From the head on: who comes behind one whose time is not over has come later.
 * @returns whether nothing is left
 */
async function endOverdueIn(options: OverdueOptions, lane: Lane): Promise<boolean> {
  const { lanes } = options;
  for (let ended = MESSAGES; ended === MESSAGES; ) {
    ended = 0;
    for (const standing of await lanes.look(await lanes.messagesOf(lane, MESSAGES))) {
      if (!isOver(options, standing) || !(await end(options, standing))) return false;
      ended += 1;
    }
  }
  return true;
}

function isOver({ deadlineOf, now }: OverdueOptions, standing: Standing): boolean {
  const { state, onHold, served } = standing;
  return state === 'waiting' && onHold && !served && now() >= deadlineOf(standing);
}

/** @returns whether it has ended */
async function end(options: OverdueOptions, standing: Standing): Promise<boolean> {
  const { lanes, reports, note, nudgeInbound } = options;
  const { id, lane, attempts, parts } = standing;
  const event = readable((await lanes.read(id))?.event);
  // Whoever serves it puts it aside.
  if (event === undefined) return false;
  const told = reports.failed(standing, event, overdue(parts.length > 0));
  if ((await lanes.withdraw(id, attempts, told)) !== 'withdrawn') return false;
  note(id, 'expired');
  nudgeInbound(lane.partition);
  return true;
}

function readable(stored = ''): StoredOutbound | undefined {
  try {
    return readOutbound(stored);
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}
