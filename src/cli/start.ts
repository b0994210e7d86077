import { startGateway } from '../main.ts';
import { openLog } from '../telemetry/log.ts';
import { EXIT } from './exit.ts';
import { settingsOf } from './settings.ts';
import type { Verb } from './verb.ts';
import { versionOfPostern } from './version.ts';

/** Whatever hangs: what was accepted is in the store, and the next start goes on with it. */
const LONGEST_STOP_MS = 15_000;

/** `postern start`: serves until it is told to end. */
export const start: Verb = {
  form: '',
  summary: 'runs the gateway; SIGTERM or Ctrl-C ends it, a second one at once',
  async run(args) {
    const settings = await settingsOf(args);
    const { level } = settings.log;
    const log = openLog({ level, secrets: settings.secrets });
    for (const warning of settings.warnings) log.warn({}, warning);

    const told = toldToEnd();
    const gateway = await startGateway(settings, log, versionOfPostern());
    log.info({ transports: settings.transports.map(({ id }) => id).join(' ') }, 'started');
    const signal = await told;
    log.info({ signal }, 'ending');
    process.once('SIGTERM', () => process.exit(EXIT.no));
    process.once('SIGINT', () => process.exit(EXIT.no));
    setTimeout(() => process.exit(EXIT.no), LONGEST_STOP_MS).unref();
    await gateway.stop();
    log.info({}, 'ended');
    return EXIT.ok;
  },
};

function toldToEnd(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
  return promise;
}
