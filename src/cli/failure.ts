import { AccountConflictError } from '../accounts/settle-owners.ts';
import { DatabaseError } from '../history/database.ts';
import { UnansweredError } from '../lanes/lane-store.ts';
import { NotHereError } from '../main/beside.ts';
import { RedisUnreachableError, unreachable } from '../main/custody.ts';
import { SettingsError } from '../settings/problem.ts';
import { DamagedError, EmbeddedError } from '../store/embedded.ts';
import { StartCheckError } from '../store/start-checks.ts';
import { EXIT } from './exit.ts';

export interface Failure {
  /** For a person: what is wrong, and what to do. */
  readonly words: string;
  /** Exit code. */
  readonly code: number;
}

/** With which ioredis gives a command up, by name or by message. */
const OF_THE_STORE: ReadonlySet<string> = new Set([
  'MaxRetriesPerRequestError',
  'Command timed out',
  'Connection is closed.',
]);

/** What an operator is told of an error; undefined for what he can do nothing about. */
export function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (
    error instanceof SettingsError ||
    error instanceof AccountConflictError ||
    error instanceof StartCheckError
  ) {
    return { words: error.message, code: EXIT.config };
  }
  if (error instanceof DatabaseError) {
    return { words: error.message, code: error.passes ? EXIT.unavailable : EXIT.config };
  }
  if (error instanceof EmbeddedError) {
    const code = error instanceof DamagedError ? EXIT.config : EXIT.unavailable;
    return { words: `Postern's own Redis: ${error.message}`, code };
  }
  if (error instanceof RedisUnreachableError || error instanceof NotHereError) {
    return { words: error.message, code: EXIT.unavailable };
  }
  if (error instanceof UnansweredError) {
    const words = 'Redis does not answer: what was asked for may have been done, or not.';
    return { words, code: EXIT.unavailable };
  }
  // It went away in the middle of something.
  if (OF_THE_STORE.has(error.name) || OF_THE_STORE.has(error.message)) {
    return { words: unreachable(error).message, code: EXIT.unavailable };
  }
  const words = ofTheSystem(error);
  return words === undefined ? undefined : { words, code: EXIT.unavailable };
}

/** A call of the system has failed, as Node tells it. */
function ofTheSystem(error: Error & Partial<NodeJS.ErrnoException>): string | undefined {
  const { code, syscall, message } = error;
  if (code === 'ERR_SQLITE_ERROR') return `The stories of messages can not be read: ${message}.`;
  if (code === undefined || syscall === undefined) return undefined;
  if (syscall !== 'listen') return `The system refused: ${message}.`;
  const { address, port } = error as { readonly address?: unknown; readonly port?: unknown };
  const where = `${String(address)}:${String(port)}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens on ${where} already. Does Postern run twice?`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${where}: look at what is written as  listen:  in the configuration.`;
    case 'EACCES':
      return `Postern may not listen on ${where}: take a port above 1023, or give it CAP_NET_BIND_SERVICE.`;
    default:
      return `Postern can not listen on ${where}: ${message}.`;
  }
}
