import { isatty } from 'node:tty';
import { startGateway } from '../main.ts';
import { type Log, openLog } from '../telemetry/log.ts';
import { EXIT } from './exit.ts';
import { killedAfter } from './last-means.ts';
import { lastWordsTo } from './last-words.ts';
import { Reloads } from './reloads.ts';
import { settingsOf } from './settings.ts';
import type { Verb } from './verb.ts';
import { versionOfPostern } from './version.ts';

/**
 * Whatever hangs: what was accepted is in the store, and the next start goes on with it. Beyond the first
 * it is cut short; where not even that ends it, it is killed.
 */
const LONGEST_STOP_MS = { ordered: 14_000, any: 15_000 } as const;
/** For an exit that nobody has asked for. */
const LONGEST_EXIT_MS = 5_000;

const STDIN = 0;

/** `postern start`: serves until it is told to end. */
export const start: Verb = {
  form: '',
  summary:
    'runs the gateway; SIGTERM or Ctrl-C ends it, a second one at once; SIGHUP reads FILE again',
  async run(args) {
    const reloads = new Reloads(() => settingsOf(args));
    const hasTerminal = isatty(STDIN);
    // A terminal that closes sends it too, and is none any more by then.
    process.on('SIGHUP', () => {
      if (hasTerminal && !isatty(STDIN)) process.kill(process.pid, 'SIGTERM');
      else reloads.ask();
    });
    const settings = await settingsOf(args);
    process.on('exit', () => killedAfter(LONGEST_EXIT_MS));
    const { level } = settings.log;
    const log = openLog({ level, secrets: settings.secrets });
    lastWordsTo(log);
    for (const warning of settings.warnings) log.warn({}, warning);

    // Also while it starts: that may take as long as a Redis needs to read its file.
    const told = toldToEnd(log);
    const gateway = await startGateway(settings, log, versionOfPostern());
    log.info({ transports: settings.transports.map(({ id }) => id).join(' ') }, 'started');
    reloads.started(gateway, log, settings.secrets);
    await told;
    reloads.end();
    try {
      await gateway.stop();
    } catch (error) {
      log.error({ error }, 'not everything ended well; nothing that was accepted is lost');
      return EXIT.no;
    }
    log.info({}, 'ended');
    return EXIT.ok;
  },
};

/** Resolves at the first signal; from then on there is so long, or until the second. */
function toldToEnd(log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isTold = false;
  const listen = (signal: NodeJS.Signals) => {
    if (isTold) process.exit(EXIT.no);
    isTold = true;
    log.info({ signal }, 'ending');
    killedAfter(LONGEST_STOP_MS.any);
    setTimeout(() => {
      log.error({}, 'the end took too long and was cut short; nothing that was accepted is lost');
      process.exit(EXIT.no);
    }, LONGEST_STOP_MS.ordered).unref();
    resolve();
  };
  process.on('SIGTERM', listen).on('SIGINT', listen);
  return promise;
}
