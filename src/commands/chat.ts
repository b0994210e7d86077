import { RefusedError } from '../contract/index.ts';
import { type Asked, COMMANDS } from './commands.ts';

/**
 * Answers what a user wrote to the gateway itself: the first word is the command, whatever its case.
 * Never rejects: what goes wrong is an answer, too.
 */
export async function answer(
  text: string,
  asked: Asked,
  onError: (error: unknown) => void,
): Promise<string> {
  const word = /^\s*[/!]?(\p{L}+)/u.exec(text)?.[1]?.toLowerCase() ?? '';
  const command = COMMANDS.find((each) => each.word === word);
  if (command === undefined) {
    return `I do not know that word, and sent it to nobody. I know: ${COMMANDS.map((each) => each.word).join(', ')}.`;
  }
  try {
    return await command.run(asked);
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal.text;
    onError(error);
    return 'That did not work, because of a fault on our side. Please try again later.';
  }
}
