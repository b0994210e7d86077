/** SIGHUP: the configuration is read again. */

import { monotonic, type Reloaded } from '../main/holders.ts';
import type { Gateway } from '../main.ts';
import { formatProblem, SettingsError } from '../settings/problem.ts';
import type { Settings } from '../settings/settings.ts';
import { serialiseError } from '../telemetry/error.ts';
import type { OpenLog } from '../telemetry/log.ts';
import { secretMask } from '../telemetry/mask.ts';
import { failureOf } from './failure.ts';

interface Running {
  readonly gateway: Gateway;
  readonly log: OpenLog;
  /** Of all that was read so far. */
  secrets: readonly string[];
}

const STAYS = 'the configuration could not be read again; the one before stays in force';

/** One reload after the other. What is asked for while one is under way is one more after it. */
export class Reloads {
  readonly #read: () => Promise<Settings>;
  #running: Running | undefined;
  #isAsked = false;
  #isBusy = false;

  constructor(read: () => Promise<Settings>) {
    this.#read = read;
  }

  /** Returns at once. Before the gateway has started, it is kept in mind. */
  ask(): void {
    this.#isAsked = true;
    void this.#run();
  }

  /** @param secrets of the configuration that is in force */
  started(gateway: Gateway, log: OpenLog, secrets: readonly string[]): void {
    this.#running = { gateway, log, secrets };
    void this.#run();
  }

  /** From now on nothing is read any more. */
  end(): void {
    this.#running = undefined;
  }

  async #run(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let to = this.#running; this.#isAsked && to !== undefined; to = this.#running) {
      const { gateway, log } = to;
      this.#isAsked = false;
      const begun = monotonic();
      const outcome = await this.#reload(to);
      await gateway.noteReload(begun, outcome).catch((error: unknown) => {
        log.warn({ error }, 'what became of the reload can not be written');
      });
    }
    this.#isBusy = false;
  }

  async #reload(running: Running): Promise<Reloaded> {
    const { gateway, log } = running;
    try {
      const read = await this.#read();
      running.secrets = [...new Set([...running.secrets, ...read.secrets])];
      const { settings, changed, restart } = await gateway.reload(read);
      log.change({ level: settings.log.level, secrets: settings.secrets });
      for (const warning of settings.warnings) log.warn({}, warning);
      log.info({ changed: changed.join(' ') }, 'the configuration was read again');
      for (const setting of restart) log.warn({ setting }, 'needs a restart');
      return { changed, restart };
    } catch (error) {
      if (!(error instanceof SettingsError)) {
        log.error({ error }, STAYS);
        const mask = secretMask(running.secrets);
        const { message } = serialiseError(error, mask, false);
        return { problems: [mask(failureOf(error)?.words ?? message)] };
      }
      const problems = error.problems.map(formatProblem);
      for (const problem of problems) log.error({ problem }, STAYS);
      return { problems };
    }
  }
}
