/**
 * `npm run demo [-- --once] [--json] [--limit SECONDS]`: a real message over every network, both
 * ways, through a real XMPP server, with everything on this machine. `--once` exits after the
 * crossings: 0 if all crossed, 1 otherwise; else it stays up to be played with.
 */

import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { email } from './crossings/email.ts';
import { irc } from './crossings/irc.ts';
import type { Crossing } from './crossings/network.ts';
import { sms } from './crossings/sms.ts';
import { play } from './play.ts';
import { Screen } from './screen.ts';
import { Stage } from './stage.ts';

const NETWORKS = [sms, email, irc];
const CROSSING_LIMIT_MS = 20_000;

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** Seconds for the start and all crossings. */
    limit: { type: 'string', default: '120' },
  },
});
const screen = new Screen(values.json);
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopped.abort(new Error(`stopped by ${signal}`)));
}
process.exitCode = await demo();

async function demo(): Promise<number> {
  const stage = await Stage.make();
  const ended = AbortSignal.any([stopped.signal, stage.fell]);
  const late = AbortSignal.timeout(Number(values.limit) * 1000);
  const signal = AbortSignal.any([ended, late]);
  let code = 1;
  try {
    screen.say('Postern demo: everything runs on this machine; nothing is sent outside.');
    await stage.setUp(NETWORKS, screen, signal);
    const crossed = await crossAll(stage, signal);
    if (values.once || !crossed) {
      code = crossed ? 0 : 1;
    } else {
      await play(stage, screen, ended);
      stage.fell.throwIfAborted();
      code = 0;
    }
  } catch (error) {
    screen.say(`The demo failed: ${reasonOf(signal.aborted ? signal.reason : error)}`);
  }
  if (code !== 0 && !stopped.signal.aborted) explain(stage);
  await stage.stop();
  if (code === 0 || stopped.signal.aborted) await stage.remove();
  else screen.say(`All logs and the configuration are kept in ${stage.dir}`);
  return code;
}

async function crossAll(stage: Stage, signal: AbortSignal): Promise<boolean> {
  let all = true;
  for (const [network, standIn] of stage.standIns) {
    for (const crossing of standIn.crossings) {
      all = (await cross(network, crossing, stage, signal)) && all;
    }
  }
  return all;
}

async function cross(
  network: string,
  crossing: Crossing,
  stage: Stage,
  signal: AbortSignal,
): Promise<boolean> {
  const { direction, what } = crossing;
  const started = performance.now();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CROSSING_LIMIT_MS)]);
  try {
    const ms = Math.round(await crossing.run(stage.juliet, limit));
    screen.crossing({ network, direction, ok: true, ms }, what);
    return true;
  } catch (error) {
    const ms = Math.round(performance.now() - started);
    const reason = reasonOf(limit.aborted ? limit.reason : error);
    screen.crossing({ network, direction, ok: false, ms, reason }, what);
    return false;
  }
}

function explain(stage: Stage): void {
  const { suspect } = stage;
  if (suspect === undefined) return;
  screen.say(
    `The last lines of ${suspect.name}${suspect.how === undefined ? '' : `, which ${suspect.how}`}:`,
  );
  for (const line of suspect.tail) screen.say(`  ${line}`);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'it took too long' : error.message;
}
