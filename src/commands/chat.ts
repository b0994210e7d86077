import { RefusedError } from '../contract/index.ts';
import { type Asked, commandsFor } from './commands.ts';

/** More than any command has a use for. */
const MOST_WORDS = 64;

/**
 * Answers what a user wrote to the gateway itself: the first word is the command, whatever its case.
 * Never rejects: what goes wrong is an answer, too.
 */
export async function answer(
  text: string,
  asked: Asked,
  onError: (error: unknown) => void,
): Promise<string> {
  const [, word = '', rest = ''] = /^\s*[/!]?(\p{L}+)(.*)/su.exec(text) ?? [];
  const commands = commandsFor(asked);
  const command = commands.find((each) => each.word === word.toLowerCase());
  if (command === undefined) {
    return `I do not know that word, and sent it to nobody. I know: ${commands.map((each) => each.word).join(', ')}.`;
  }
  try {
    return await command.run(asked, wordsOf(rest));
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal.text;
    onError(error);
    return 'That did not work, because of a fault on our side. Please try again later.';
  }
}

function wordsOf(rest: string): readonly string[] {
  return rest
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
}
