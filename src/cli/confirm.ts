import { createInterface } from 'node:readline/promises';
import { UsageError } from './arguments.ts';

/**
 * Asks whoever sits at the terminal.
 * @throws UsageError where nobody does: there it has to be said with the command
 */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError(`${question} Nobody can be asked here: say it with --yes.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
