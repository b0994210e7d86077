/**
 * The persisted form, read and written. Whatever is read has been on a disk, was perhaps written by
 * another version, and is checked.
 */

import type { MessageId, NetworkMessageId } from '../../contract/index.ts';
import { type Channel, type Lane, partitionOf } from '../lane.ts';
import {
  type Claim,
  type ClaimedEntry,
  CRASHES_TO_PARK,
  type Entry,
  type NewEntry,
  type Part,
} from '../lane-store.ts';

/** What scripts take: see `store/store.ts`. */
export type Args = (string | number)[];

/** For so long a message is recognised when it is pushed again, whatever became of it. */
const REPEAT_WINDOW_MS = 120_000;

/** Appends an entry as the scripts read it. */
function writeEntry(args: Args, entry: NewEntry): void {
  const { id, lane, event, acceptedAt, deadlineAt, duplicateKeys } = entry;
  args.push(lane.partition, id, lane.channel, lane.name);
  args.push(Math.trunc(acceptedAt), Math.trunc(deadlineAt), event, duplicateKeys.length);
  for (const { key, windowMs } of duplicateKeys) args.push(key, atLeastOne(windowMs));
}

/** The same for a call that may be repeated when its message is long delivered and forgotten. */
export function writeRepeatable(args: Args, entry: NewEntry): void {
  const recognised = entry.duplicateKeys.some(({ windowMs }) => windowMs >= REPEAT_WINDOW_MS);
  const own = { key: entry.id, windowMs: REPEAT_WINDOW_MS };
  const duplicateKeys = recognised ? entry.duplicateKeys : [...entry.duplicateKeys, own];
  writeEntry(args, { ...entry, duplicateKeys });
}

/** Appends a count and the entries. */
export function writeReports(args: Args, reports: readonly NewEntry[]): void {
  args.push(reports.length);
  for (const report of reports) writeEntry(args, report);
}

/** Redis refuses a window of nothing. */
export const atLeastOne = (ms: number) => Math.max(1, Math.ceil(ms));

const HEADER = /^1 (\d+) (\d+) \d+ (\S+) (\S+)\n/;
const JOURNAL = /^([ASUHD]) (\d+) (\d+) \d+ (\d+) (.+)$/;

const STATES: Readonly<Record<string, Entry['state']>> = {
  A: 'waiting',
  S: 'sending',
  U: 'unknown',
  H: 'handed',
  D: 'dead',
};
const PART_STATES: ReadonlyMap<unknown, Part['state']> = new Map([
  ['a', 'accepted'],
  ['d', 'delivered'],
  ['f', 'failed'],
]);

/** The letter by which a part's state is stored. */
export const partLetter = (state: Part['state']) => state.charAt(0);

/** What is known of the lane of a message whose record can not be read. */
export function unknownLane(id: MessageId): Lane {
  return { channel: 'unknown.o' as Channel, partition: partitionOf(id), name: '' };
}

/** One entry. `lane`: where it was found, for one whose record can not be read. */
export function readEntry(id: MessageId, record: string, journal: string, lane: Lane): Entry {
  const header = HEADER.exec(record);
  const [whole = '', accepted, deadline, channel, name] = header ?? [];
  const legible = header !== null && channel !== undefined && name !== undefined;
  const acceptedAt = legible ? Number(accepted) : 0;
  return {
    id,
    lane: legible ? { channel: channel as Channel, partition: lane.partition, name } : lane,
    event: legible ? record.slice(whole.length) : '',
    acceptedAt,
    deadlineAt: legible ? Number(deadline) : Number.MAX_SAFE_INTEGER,
    ...readJournal(journal, acceptedAt),
  };
}

type Progress = Pick<Entry, 'state' | 'attempts' | 'crashes' | 'since' | 'parts'>;

function readJournal(journal: string, acceptedAt: number): Progress {
  if (journal === '') {
    return { state: 'waiting', attempts: 0, crashes: 0, since: acceptedAt, parts: [] };
  }
  const [, letter = '', attempts, crashes, since, parts = '-'] = JOURNAL.exec(journal) ?? [];
  const state = STATES[letter];
  if (state === undefined) {
    return {
      state: 'unknown',
      attempts: 1,
      crashes: CRASHES_TO_PARK,
      since: acceptedAt,
      parts: [],
    };
  }
  return {
    state,
    attempts: Number(attempts),
    crashes: Number(crashes),
    since: Number(since),
    parts: parts === '-' ? [] : readParts(parts),
  };
}

function readParts(text: string): Part[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.flatMap(readPart) : [];
}

function readPart(value: unknown): Part[] {
  if (!Array.isArray(value)) return [];
  const [part, networkId, letter] = value as readonly unknown[];
  const state = PART_STATES.get(letter);
  if (!Number.isSafeInteger(part) || typeof networkId !== 'string' || state === undefined)
    return [];
  return [{ part: Number(part), networkId: networkId as NetworkMessageId, state }];
}

/** `[partition, lane, token, Redis' time, [id, record, journal]…]` */
export function readClaim(reply: unknown, channel: Channel): Claim {
  const [partition, name, token, time, ...entries] = list(reply);
  const behind = Date.now() - timeOf(time);
  const lane: Lane = { channel, partition: Number(partition), name: text(name) };
  return {
    lane,
    token: Number(token),
    entries: entries.map((each) => readClaimed(each, lane, behind)),
  };
}

function timeOf(reply: unknown): number {
  if (/^\d{1,15}$/.test(text(reply))) return Number(reply);
  throw new TypeError('a script answered without a time');
}

/** @param behind how late it is by our clock when it is 0 by that of Redis */
function readClaimed(reply: unknown, lane: Lane, behind: number): ClaimedEntry {
  const [id, record, journal] = list(reply);
  const entry = readEntry(text(id) as MessageId, text(record), text(journal), lane);
  const since = entry.since + behind;
  return { ...entry, since, interrupted: entry.state === 'unknown' };
}

/** The list that a script answers with; anything else is not one of our scripts. */
export function list(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply as readonly unknown[];
  throw new TypeError('a script answered in a form that this version does not know');
}

export function text(reply: unknown): string {
  return typeof reply === 'string' ? reply : '';
}
