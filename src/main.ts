/**
 * The composition root: builds what the transports share, starts in order, stops in reverse. How one
 * transport is put together is in `main/transport.ts`.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openArchive } from './history/sqlite-archive.ts';
import { openHistory } from './history/sqlite-history.ts';
import { openOriginals } from './history/sqlite-originals.ts';
import { openPrivateHttp } from './http/private.ts';
import { openPublicHttp } from './http/public.ts';
import { historyFile } from './main/beside.ts';
import { changeAll } from './main/change-all.ts';
import { openCustody } from './main/custody.ts';
import { openDesk } from './main/desk.ts';
import { Ending } from './main/ending.ts';
import { enter, type Reloaded } from './main/holders.ts';
import { watchForLostData } from './main/lost-data.ts';
import { type OwnedTransport, own } from './main/owned-transport.ts';
import type { Shared } from './main/shared.ts';
import { type Change, changeOf } from './settings/change.ts';
import type { Settings } from './settings/settings.ts';
import type { Log } from './telemetry/log.ts';
import { errorLog } from './telemetry/repeats.ts';

export interface Gateway {
  /** All domains are up. */
  readonly ready: boolean;
  /** Where the public listener is, if there is one: with port 0 the system has chosen. */
  readonly httpPort: number | undefined;
  /**
   * Puts in force what can change while it runs; nothing is interrupted. Calls come one after the other.
   * @throws AccountConflictError, or an error of the store: then the settings before stay in force
   */
  reload(read: Settings): Promise<Change>;
  /** Leaves word of what came of a reload: see `Holder`. */
  noteReload(begun: number, outcome: Reloaded): Promise<void>;
  /** Resolves when nothing is under way any more, after 15 s at most. Nothing accepted is lost either way. */
  stop(): Promise<void>;
}

/** How often what is over by time is ended. */
const TICK_MS = 1_000;

/**
 * Starts Postern. Resolves when every transport has been tried once; one whose server is down is
 * tried on.
 * @throws StartCheckError, EmbeddedError, RedisUnreachableError, AccountConflictError, or an error of
 *   the system: nothing is left running then
 */
export async function startGateway(
  settings: Settings,
  log: Log,
  version: string,
): Promise<Gateway> {
  const ending = new Ending();
  try {
    return await start(settings, log, version, ending);
  } catch (error) {
    await ending.run().catch((also: unknown) => log.error({ error: also }, 'at the end'));
    throw error;
  }
}

async function start(
  atFirst: Settings,
  log: Log,
  version: string,
  ending: Ending,
): Promise<Gateway> {
  let settings = atFirst;
  await mkdir(settings.state, { recursive: true, mode: 0o700 });
  const custody = await openCustody(settings, log, ending);
  const history = openHistory(historyFile(settings), {
    onError: errorLog(log, 'stories can not be written'),
  });
  ending.add(async () => history.close());
  const originals = openOriginals(join(settings.state, 'originals.sqlite'), {
    onError: errorLog(log, 'originals can not be written'),
  });
  ending.add(async () => originals.close());
  const archive = openArchive(join(settings.state, 'rooms.sqlite'), {
    onError: errorLog(log, 'the archive of rooms can not be written'),
  });
  ending.add(async () => archive.close());

  const transports: OwnedTransport[] = [];
  const isReady = () =>
    transports.length === settings.transports.length &&
    transports.every(({ health }) => health.ready);
  if (settings.admin !== undefined) {
    const http = await openPrivateHttp({
      listen: settings.admin.listen,
      ready: () => ({
        ok: isReady(),
        detail: Object.fromEntries(transports.map(({ id, health }) => [id, health.words])),
      }),
    });
    ending.add(() => http.stop(500));
  }
  const http =
    settings.http === undefined
      ? undefined
      : await openPublicHttp({
          ...settings.http,
          expected: new Set(settings.transports.map(({ id }) => id)),
          log: log.child({ room: 'http' }),
        });

  const stopHttp = async () => await http?.stop(1_000);
  ending.add(stopHttp);

  const holder = await enter(settings.state);
  const shared: Shared = {
    get settings() {
      return settings;
    },
    store: custody.store,
    lanes: custody.lanes,
    history,
    originals,
    archive,
    wake: custody.wake,
    desk: openDesk({
      ...{ settings, store: custody.store, lanes: custody.lanes, wake: custody.wake },
      ...{ stories: history, note: (step) => history.note(step) },
    }),
    webhooks: http?.webhooks,
    admits: custody.admits,
    intake: custody.intake,
    setAside: custody.setAside,
    log,
    holder: holder.name,
    gone: holder.gone,
    version,
  };
  await watchForLostData(shared, ending);
  // Side by side: a server that is slow to answer holds no other domain.
  ending.add(() => Promise.all(transports.map((transport) => transport.stop())));
  const owned = await Promise.allSettled(settings.transports.map((each) => own(shared, each)));
  for (const each of owned) if (each.status === 'fulfilled') transports.push(each.value);
  for (const each of owned) if (each.status === 'rejected') throw each.reason;
  await holder.forgetGone();
  // Once more, and first of all at the end: whoever calls now is sent to another process, or comes again.
  ending.add(stopHttp);

  const ticking = setInterval(() => {
    for (const transport of transports) transport.tick();
  }, TICK_MS);
  ending.add(async () => clearInterval(ticking));
  return {
    get ready() {
      return isReady();
    },
    httpPort: http?.address.port,
    async reload(read) {
      const change = changeOf(settings, read);
      await changeAll(transports, change.settings.transports, () => {
        settings = change.settings;
      });
      return change;
    },
    noteReload: (begun, outcome) => holder.noteReload(begun, outcome),
    stop: () => ending.run(),
  };
}
