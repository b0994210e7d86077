/**
 * Places at which this process can be made to die, as if its power had failed, or to stand still: for
 * tests, which look whether anything that was accepted is lost. `npm run build` leaves them out.
 *
 * `POSTERN_CRASH_AT=point[:n][@where][ for MS ms][ after SIGUSR2]`: dies when the point is reached for the
 * n-th time (the first, if it is left out), in this transport or channel (any), counted from the start or
 * from the signal; or blocks the event loop for so long, and goes on. What is wrong is refused at the start.
 */

import { writeSync } from 'node:fs';

export const CRASH_POINTS = [
  // A message has come, and is not stored; it is stored, and nobody has been told.
  'accept.before',
  'accept.after',
  // The network is about to be told that we have it; it was told.
  'answer.before',
  'answer.after',
  // Its intent is written.
  'claim.after',
  // It is about to be handed over; its bytes have left; the other side has taken it.
  'send.before',
  'send.left',
  'send.after',
  // The network's id is known to be ours.
  'bind.after',
  // What became of it is about to be stored; it is stored, and nobody acts on it.
  'settle.before',
  'settle.after',
  // A batch and its ping are written; the ping has come back.
  'barrier.before',
  'barrier.after',
  // News of the network end a message, and its sender is to be told.
  'report.before',
  'report.after',
  // Raw bytes are about to be kept; they are kept.
  'keep.before',
  'keep.after',
  // They are about to be understood; they are understood, and nothing of it is stored.
  'open.before',
  'open.after',
  // What is large is about to be written to disk; it is there, and nothing points to it.
  'spool.before',
  'spool.after',
  // Something was said in a room, and is not noted; it is written down; it was shown.
  'hear.before',
  'archive.before',
  'archive.after',
  'show.after',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

interface Wanted {
  readonly point: CrashPoint;
  readonly where: string;
  /** So many more times it is passed. */
  left: number;
  isCounting: boolean;
  /** Undefined: it dies. */
  readonly blockMs: number | undefined;
}

const wanted = wantedIn(process.env.POSTERN_CRASH_AT);

type Reach = (point: CrashPoint, where: string) => void;
const pass: Reach = () => undefined;

/**
 * Dies here, if it is wanted.
 * @param where a transport, its domain or one of its channels; empty where that is not known
 */
export const crashPoint: Reach = wanted === undefined ? pass : reach;

/** Dies when what this tick wrote has left. */
export const crashPointSoon: Reach =
  wanted === undefined ? pass : (point, where) => setImmediate(reach, point, where);

function reach(point: CrashPoint, where: string): void {
  if (wanted?.point !== point || !wanted.isCounting) return;
  if (wanted.where !== '' && !`${where}.`.startsWith(`${wanted.where}.`)) return;
  if (--wanted.left !== 0) return;
  if (wanted.blockMs === undefined) {
    writeSync(process.stderr.fd, `died at ${point} ${where}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wanted.blockMs);
  say('crash point left');
}

function say(msg: string): void {
  writeSync(process.stdout.fd, `${JSON.stringify({ msg })}\n`);
}

function wantedIn(text: string | undefined): Wanted | undefined {
  if (text === undefined) return undefined;
  const [, name, n = '1', where = '', ms, signal] =
    /^([a-z.]+)(?::([1-9]\d{0,8}))?(?:@([\w.-]+))?(?: for (\d{1,6}) ms)?( after SIGUSR2)?$/.exec(
      text,
    ) ?? [];
  const point = CRASH_POINTS.find((each) => each === name);
  if (point === undefined) throw new Error(`POSTERN_CRASH_AT: there is no "${text}"`);
  const found: Wanted = {
    ...{ point, where, left: Number(n), isCounting: signal === undefined },
    blockMs: ms === undefined ? undefined : Number(ms),
  };
  writeSync(process.stderr.fd, `POSTERN_CRASH_AT is set: ${text}. That is for tests alone.\n`);
  if (signal !== undefined) {
    process.once('SIGUSR2', () => {
      found.isCounting = true;
      say('crash point armed');
    });
  }
  return found;
}
