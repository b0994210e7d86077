/** SIGHUP: the configuration is read again. */

import type { Reloaded } from '../main/holders.ts';
import type { Gateway } from '../main.ts';
import { formatProblem, SettingsError } from '../settings/problem.ts';
import type { Settings } from '../settings/settings.ts';
import type { OpenLog } from '../telemetry/log.ts';

interface Running {
  readonly gateway: Gateway;
  readonly log: OpenLog;
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

  started(gateway: Gateway, log: OpenLog): void {
    this.#running = { gateway, log };
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
      const outcome = await this.#reload(to);
      await gateway.noteReload(outcome).catch((error: unknown) => {
        log.warn({ error }, 'what became of the reload can not be written');
      });
    }
    this.#isBusy = false;
  }

  async #reload({ gateway, log }: Running): Promise<Reloaded> {
    try {
      const { settings, changed, restart } = await gateway.reload(await this.#read());
      log.change({ level: settings.log.level, secrets: settings.secrets });
      for (const warning of settings.warnings) log.warn({}, warning);
      log.info({ changed: changed.join(' ') }, 'the configuration was read again');
      for (const setting of restart) log.warn({ setting }, 'needs a restart');
      return { changed, restart };
    } catch (error) {
      if (!(error instanceof SettingsError)) {
        log.error({ error }, STAYS);
        return { problems: [error instanceof Error ? error.message : 'an error'] };
      }
      const problems = error.problems.map(formatProblem);
      for (const problem of problems) log.error({ problem }, STAYS);
      return { problems };
    }
  }
}
