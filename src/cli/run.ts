/** Finds the verb that is meant, and runs it. */

import { readArguments, UsageError } from './arguments.ts';
import { EXIT } from './exit.ts';
import { failureOf } from './failure.ts';
import { queue, why } from './messages.ts';
import { ready } from './ready.ts';
import { reload } from './reload.ts';
import { start } from './start.ts';
import type { Verb } from './verb.ts';
import { version } from './version.ts';

/** By the word that asks for it. */
export const VERBS: Readonly<Record<string, Verb>> = { start, ready, reload, why, queue, version };

/** @param only the verb that is asked for; undefined: all of them */
function usage(only?: string): string {
  const verbs = Object.entries(VERBS).filter(([name]) => only === undefined || name === only);
  const lines = verbs.flatMap(([name, { form, summary, parts = [] }]) => {
    const forms = [
      { word: name, form, summary },
      ...parts.map((part) => ({ ...part, word: `${name} ${part.word}` })),
    ];
    return forms.map((each) => {
      return `  postern ${`${each.word} ${each.form}`.trim().padEnd(48)} ${each.summary}\n`;
    });
  });
  return `Usage:\n${lines.join('')}
Options:
  -c, --config FILE   the configuration (default: config/postern.yaml)
      --json          one JSON object instead of words
      --last N        how many messages at most (why, queue)
      --after ID      the list behind this message (queue)
      --body          the text of the message, too (queue show)
  -y, --yes           do not ask before what can not be undone (queue)
Exit codes: 0 done, 1 not so, 64 wrong usage, 69 something does not answer, 70 a fault of Postern's own, 74 its words could not be written, 78 wrong configuration\n`;
}

/** Resolves to the exit code. */
export async function run([word, ...rest]: readonly string[]): Promise<number> {
  if (word === undefined || ['help', '--help', '-h'].includes(word)) {
    process.stdout.write(usage());
    return word === undefined ? EXIT.usage : EXIT.ok;
  }
  if (word === '--version') return await run(['version']);
  const verb = Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
  if (verb !== undefined && rest.some((each) => each === '--help' || each === '-h')) {
    process.stdout.write(usage(word));
    return EXIT.ok;
  }
  try {
    if (verb === undefined) throw new UsageError(`postern has no verb ${word}.`);
    return await verb.run(readArguments(rest));
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${usage()}`);
      return EXIT.usage;
    }
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    process.stderr.write(`${failure.words}\n`);
    return failure.code;
  }
}
