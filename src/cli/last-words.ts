/**
 * What is said of an error that nobody has caught: its type, its code, and where it was. Not its message,
 * and none of its properties, which Node would print: they may be what somebody wrote, or a secret.
 */

import { crashOf } from '../telemetry/error.ts';
import type { Log } from '../telemetry/log.ts';
import { EXIT } from './exit.ts';

const WORDS = 'an error that nobody expected: this ends; nothing that was accepted is lost';

let log: Pick<Log, 'error'> | undefined;

/** From now on the last words are a line of this log. */
export function lastWordsTo(lines: Pick<Log, 'error'>): void {
  log = lines;
}

/** Says them, and ends the process. */
export function endBy(error: unknown): never {
  const { type, code, at } = crashOf(error);
  if (log === undefined) {
    const kind = code === undefined ? type : `${type}, ${code}`;
    saySafely(`Postern has met an error that nobody expected (${kind}):\n${at.join('\n')}\n`);
  } else {
    log.error({ type, code, at: at.join(' < ') }, WORDS);
  }
  process.exit(EXIT.software);
}

function saySafely(text: string): void {
  try {
    process.stderr.write(text);
  } catch {
    // There is nobody to be told.
  }
}

/** Errors and promises that nobody looks after end the process by `endBy`. A reader of its output that has ended does not. */
export function listenForCrashes(): void {
  process.on('uncaughtException', endBy).on('unhandledRejection', endBy);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
