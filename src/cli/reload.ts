import { reloadBeside } from '../main/reload-beside.ts';
import { EXIT } from './exit.ts';
import { settingsOf } from './settings.ts';
import type { Verb } from './verb.ts';

/** `postern reload`: has the running gateway read its configuration again. */
export const reload: Verb = {
  form: '',
  summary: 'checks the configuration, and has the running gateway read it again',
  async run(args) {
    const outcomes = await reloadBeside(await settingsOf(args));
    if (args.json) process.stdout.write(`${JSON.stringify(outcomes)}\n`);
    else process.stdout.write(outcomes.map((each) => `${wordsFor(each)}\n`).join(''));
    return outcomes.every(({ problems }) => problems === undefined) ? EXIT.ok : EXIT.no;
  },
};

type Outcome = Awaited<ReturnType<typeof reloadBeside>>[number];

function wordsFor({ pid, changed = [], restart = [], problems }: Outcome): string {
  if (problems !== undefined) {
    return `Process ${pid} goes on with the configuration before:\n${problems.join('\n')}`;
  }
  const now = changed.length === 0 ? 'nothing changes' : `changed: ${changed.join(', ')}`;
  const later = restart.map((setting) => `\nneeds a restart: ${setting}`);
  return `Process ${pid} has read it: ${now}.${later.join('')}`;
}
