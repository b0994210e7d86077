/** The commands about messages as verbs of the command line. */

import type { Answer, Asker, MessageCommand, Request, StoryDesk } from '../commands/desk.ts';
import { QUEUE_PARTS, queue as queueCommand } from '../commands/queue.ts';
import { why as whyCommand } from '../commands/why.ts';
import { RefusedError } from '../contract/index.ts';
import { type Beside, deskBeside, storiesBeside } from '../main/beside.ts';
import type { Settings } from '../settings/settings.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { isConfirmed } from './confirm.ts';
import { EXIT } from './exit.ts';
import { settingsOf } from './settings.ts';
import type { Verb } from './verb.ts';

const OPERATOR: Asker = { is: 'operator', name: 'the command line', inChat: false };

/** `postern why`: what became of a message. */
export const why: Verb = verbOf(whyCommand, storiesBeside);

/** `postern queue`: what waits, and what may be done to it. */
export const queue: Verb = {
  ...verbOf(queueCommand, (settings) => deskBeside(settings, (text) => tell(`${text}\n`))),
  parts: QUEUE_PARTS,
};

function verbOf<D extends StoryDesk>(
  command: MessageCommand<D>,
  open: (settings: Settings) => Promise<Beside<D>>,
): Verb {
  const { form, summary } = command;
  return {
    ...{ form, summary },
    async run(args) {
      const request = requestOf(args);
      const question = args.yes ? undefined : command.danger?.(request);
      if (question !== undefined && !(await isConfirmed(question))) return EXIT.no;
      const { desk, close } = await open(await settingsOf(args));
      try {
        return print(args, await command.run(desk, OPERATOR, request));
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        return refuse(args, error);
      } finally {
        await close();
      }
    },
  };
}

function requestOf({ words, body, last, after }: Arguments): Request {
  return {
    ...{ words, body },
    ...(last === undefined ? {} : { most: last }),
    ...(after === undefined ? {} : { after }),
  };
}

function print({ json }: Arguments, { text, data, done }: Answer): number {
  process.stdout.write(`${json ? JSON.stringify(data) : text}\n`);
  return done ? EXIT.ok : EXIT.no;
}

/** @throws UsageError for what can not be understood */
function refuse({ json }: Arguments, { refusal }: RefusedError): number {
  if (refusal.type === 'modify') throw new UsageError(refusal.text);
  if (json) process.stdout.write(`${JSON.stringify({ error: refusal.text })}\n`);
  else tell(`${refusal.text}\n`);
  return EXIT.no;
}

function tell(text: string): void {
  process.stderr.write(text);
}
