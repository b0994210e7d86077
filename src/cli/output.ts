/** What a verb has said goes through a pipe that does not wait: the process must not end before it. */

import { EXIT } from './exit.ts';

/**
 * Resolves when all of it is written, or can not be.
 * @param code of the verb
 * @returns the exit code: a verb whose words are lost has not done what it was asked for. Whoever ends
 *   the reader of a pipe, as `head` does, has had enough
 */
export async function written(code: number): Promise<number> {
  const [out] = await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  const isLost = out !== undefined && out !== 'EPIPE';
  return code === EXIT.ok && isLost ? EXIT.output : code;
}

/** Resolves to why it could not be written, a code of the system. */
async function flushed(stream: NodeJS.WriteStream): Promise<string | undefined> {
  if (stream.errored === null)
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  const { errored } = stream;
  if (errored === null) return undefined;
  return 'code' in errored ? String(errored.code) : errored.name;
}
