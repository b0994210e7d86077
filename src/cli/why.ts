import { access } from 'node:fs/promises';
import type { MessageId } from '../contract/index.ts';
import type { Step } from '../history/history.ts';
import { readHistory } from '../history/sqlite-history.ts';
import { parseMessageId } from '../lanes/lane.ts';
import { historyFile } from '../main.ts';
import { UsageError } from './arguments.ts';
import { EXIT } from './exit.ts';
import { settingsOf } from './settings.ts';
import type { Verb } from './verb.ts';

/** `postern why ID`: one message's story. */
export const why: Verb = {
  form: 'ID',
  summary: 'tells the story of one message',
  async run(args) {
    const [text = ''] = args.words;
    const id = parseMessageId(text.toUpperCase());
    if (id === undefined)
      throw new UsageError('why takes the id of a message: 26 letters and digits.');
    const settings = await settingsOf(args);
    const steps = await storyIn(historyFile(settings), id);
    if (args.json) process.stdout.write(`${JSON.stringify({ message: id, steps })}\n`);
    else process.stdout.write(steps.length === 0 ? `${id} is not known here.\n` : told(steps));
    return steps.length === 0 ? EXIT.no : EXIT.ok;
  },
};

/** Before the first start there is no file, and no story. */
async function storyIn(file: string, id: MessageId): Promise<readonly Step[]> {
  try {
    await access(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const history = readHistory(file);
  try {
    return history.story(id);
  } finally {
    history.close();
  }
}

function told(steps: readonly Step[]): string {
  return steps
    .map(({ at, transport, what, detail }) => {
      const time = new Date(at).toISOString();
      return `${time}  ${transport}  ${what}${detail === undefined ? '' : `: ${detail}`}\n`;
    })
    .join('');
}
