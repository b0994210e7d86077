/** Looks once whether the smarthost is there: an operator should not hear it from his users. */

import { connect } from 'node:net';

const PATIENCE_MS = 10_000;

/**
 * Connects, and hangs up before a word. Nothing waits for it.
 * @param onMissing once, in words for the operator, if nobody answers
 * @returns ends it early
 */
export function lookForSmarthost(
  { host, port }: { readonly host: string; readonly port: number },
  onMissing: (words: string) => void,
): () => void {
  const missing = (why: string): void => onMissing(`nobody answers at ${host}:${port} (${why})`);
  const socket = connect({ host, port, timeout: PATIENCE_MS });
  socket.once('connect', () => socket.destroy());
  socket.once('timeout', () => {
    socket.destroy();
    missing(`${PATIENCE_MS / 1_000} s`);
  });
  socket.once('error', (error: NodeJS.ErrnoException) => missing(error.code ?? error.message));
  return () => socket.destroy();
}
