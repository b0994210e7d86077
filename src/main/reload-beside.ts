/** Asks the processes that run with a configuration to read it again. */

import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';
import { NotHereError } from './beside.ts';
import { monotonic, type Present, presentIn, type Reloaded } from './holders.ts';

const LONGEST_MS = 15_000;
const LOOK_EVERY_MS = 50;

/**
 * Resolves when each of them has said what came of it.
 * @throws NotHereError where none runs on this machine, or one says nothing
 */
export async function reloadBeside({
  state,
}: Pick<Settings, 'state'>): Promise<readonly (Reloaded & { readonly pid: number })[]> {
  const before = await presentIn(state);
  if (before.length === 0) {
    throw new NotHereError(
      `No Postern that runs on this machine uses ${state}. Where  state:  itself has changed, that needs a restart; SIGHUP has one that runs read all the rest again.`,
    );
  }
  const told = monotonic();
  for (const { pid } of before) tell(pid);
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const now = await presentIn(state);
    const said = before.map((process) => answerOf(process, now, told));
    if (said.every((each) => each !== undefined)) return said;
    if (performance.now() > until) {
      const folder = join(state, 'holders');
      throw new NotHereError(`Postern was told, and has not answered in ${folder}: see its log.`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function tell(pid: number): void {
  try {
    process.kill(pid, 'SIGHUP');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = code === 'EPERM' ? 'it runs as another user' : 'it has just ended';
    throw new NotHereError(`Process ${pid} can not be told: ${why}.`);
  }
}

/** What was read before it was told, as for somebody else, is no answer. */
function answerOf({ name, pid }: Present, now: readonly Present[], told: number) {
  const same = now.find((each) => each.name === name);
  if (same === undefined) return { pid, problems: ['It has ended.'] };
  const { reload } = same;
  return reload === undefined || reload.begun < told ? undefined : { pid, ...reload.outcome };
}
