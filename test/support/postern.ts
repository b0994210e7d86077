import { Program } from './processes.ts';

/** Runs the command as an operator would, to its end. */
export async function postern(
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const program = new Program('src/cli/main.ts', words);
  return { code: await program.exited(), output: program.output };
}
