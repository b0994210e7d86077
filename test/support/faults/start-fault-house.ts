import type { FakeClock } from '../fake-clock.ts';
import { startGateway } from '../gateway.ts';
import { ADMIN, JULIET, SECRET } from '../house.ts';
import { startEjabberd } from '../peers/ejabberd.ts';
import { startProsody } from '../peers/prosody.ts';
import { startRedis } from '../peers/redis.ts';
import { freePorts } from '../peers/xmpp-server.ts';
import { allOf, openDirections, openDoors } from './doors/doors.ts';
import { FaultHouse } from './fault-house.ts';
import { DIRECTIONS, type DirectionName, Ledger } from './ledger.ts';
import { FaultProxy } from './proxy/proxy.ts';
import { Pulse } from './pulse.ts';
import { Resident } from './resident.ts';

interface FaultHouseOptions {
  readonly server?: 'prosody' | 'ejabberd';
  readonly irc?: 'ngircd' | 'inspircd';
  /** All, if it is left out; only what they need is started. */
  readonly directions?: readonly DirectionName[];
  /** Laid over the configuration's first level. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Of the gateway's first process; those after it have that of `FaultHouse.nextEnv`. */
  readonly env?: Readonly<Record<string, string>>;
  /** By which the gateway and Redis tell the time. */
  readonly clock?: FakeClock;
}

/** All modules that the launcher of Prosody loads, and the store for who is offline. */
const WITH_OFFLINE = `component_conflict_resolve = "kick_old"
modules_enabled = { "roster", "saslauth", "disco", "ping", "uptime", "carbons", "blocklist", "offline" }`;

/** Resolves when Juliet is online and every domain is up. Where that fails, nothing of it is left. */
export async function startFaultHouse(options: FaultHouseOptions = {}): Promise<FaultHouse> {
  const started: Started = [];
  try {
    return await start(options, started);
  } catch (error) {
    for (const each of started.toReversed()) await each.stop();
    throw error;
  }
}

/** What runs, in the order in which it was started. */
type Started = { stop(): unknown }[];

async function start(options: FaultHouseOptions, started: Started): Promise<FaultHouse> {
  const running = async <T extends { stop(): unknown }>(starting: Promise<T>): Promise<T> => {
    const one = await starting;
    started.push(one);
    return one;
  };
  const clockEnv = options.clock?.env('gateway') ?? {};
  const names = options.directions ?? DIRECTIONS;
  const ledger = new Ledger();
  const pulse = new Pulse();
  started.push(pulse);
  const [httpPort = 0] = await freePorts(1);
  const redis = await running(startRedis({ env: options.clock?.env('redis') ?? {} }));
  const toRedis = await running(FaultProxy.start({ path: redis.socket }));
  const irc = options.irc ?? 'inspircd';
  const doors = await openDoors({ directions: names, irc, pulse, httpPort, running });
  const transports = allOf(doors).map(({ transport }) => transport);
  const server = await running(
    (options.server === 'ejabberd' ? startEjabberd : startProsody)({
      components: Object.fromEntries(transports.map(({ domain }) => [domain, SECRET])),
      users: { juliet: JULIET.password, ops: ADMIN.password },
      settings: WITH_OFFLINE,
    }),
  );
  const toServer = await running(FaultProxy.start({ port: server.componentPort }));
  const gateway = await running(
    startGateway({
      config: {
        xmpp: { server: 'localhost', connect: `127.0.0.1:${toServer.port}`, secret: SECRET },
        admins: [ADMIN.jid],
        redis: `redis://127.0.0.1:${toRedis.port}`,
        http: {
          listen: `127.0.0.1:${httpPort}`,
          publicUrl: doors.sms?.publicUrl ?? `http://127.0.0.1:${httpPort}`,
        },
        transports,
        ...options.config,
      },
      env: { ...clockEnv, ...options.env },
    }),
  );
  await gateway.ready();
  const { host, c2sPort: port } = server;
  const resident = await running(Resident.start({ ...JULIET, host, port }, pulse));
  const scene = { ledger, pulse, resident, breaks: () => toServer.breaks };
  const links = Object.assign({}, ...allOf(doors).map((door) => door.links));
  const house = new FaultHouse({
    ...{ ledger, pulse, server, redis, doors, gateway, resident },
    links: { ...links, xmpp: toServer, redis: toRedis },
    directions: openDirections(names, scene, doors),
  });
  house.nextEnv = clockEnv;
  return house;
}
