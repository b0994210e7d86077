/** Postfix's smtp-source: many mails over several sessions, as fast as they are taken. */

import { execFile } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';

export interface MailRun {
  readonly port: number;
  readonly to: string;
  readonly from?: string;
  readonly count?: number;
  /** Side by side. */
  readonly sessions?: number;
  /** Of the body of each. */
  readonly bytes?: number;
  /** A connection for each mail, instead of one for each session. */
  readonly reconnect?: boolean;
  readonly protocol?: 'smtp' | 'lmtp';
  /** Further options: smtp-source(1). */
  readonly args?: readonly string[];
}

/**
 * Resolves when all were taken.
 * @returns milliseconds
 * @throws Error with what it has said, when one is refused or a connection breaks
 */
export async function sendMany(run: MailRun): Promise<number> {
  const { from = 'source@example.com', count = 1, sessions = 1, bytes = 1_000 } = run;
  const started = performance.now();
  await promisify(execFile)(
    'smtp-source',
    [
      ...['-f', from, '-t', run.to, '-M', 'source.example.com'],
      ...['-m', String(count), '-s', String(sessions), '-l', String(bytes)],
      ...(run.reconnect === true ? [] : ['-d']),
      ...(run.protocol === 'lmtp' ? ['-L'] : []),
      ...(run.args ?? []),
      `127.0.0.1:${run.port}`,
    ],
    { env: { PATH: `${process.env.PATH}:/usr/sbin`, MAIL_CONFIG: '/nonexistent' } },
  );
  return performance.now() - started;
}
