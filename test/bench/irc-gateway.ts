/** A gateway to IRC between a server and a network that are raw bytes: Postern, or biboumi beside it. */

import { Arrivals } from './arrivals.ts';
import { startBenchGateway } from './bench-gateway.ts';
import { startBiboumi } from './biboumi.ts';
import { bareJidOf } from './load.ts';
import { type RawIrc, startRawIrc } from './raw-irc.ts';
import { type RawServer, startRawServer } from './raw-stream.ts';

const DOMAIN = 'irc.bench';
/** With the user a thousand. */
const CROWD = 999;

export interface IrcGatewayOptions {
  readonly name: 'Postern' | 'biboumi';
  /** Whether what is said in rooms is kept. */
  readonly archive: boolean;
  readonly users: number;
  readonly profile?: string | undefined;
}

export interface IrcGateway {
  readonly server: RawServer;
  readonly irc: RawIrc;
  /** What was said on IRC, at the XMPP server. */
  readonly shown: Arrivals;
  /** What was said by XMPP, at the IRC server. */
  readonly told: Arrivals;
  /** Of Postern its own and that of its Redis. */
  readonly pids: readonly number[];
  /** Resolves when all of these have come into their rooms: to the subject, which is the end of a join. */
  join(joins: readonly Join[]): Promise<void>;
  stop(): Promise<void>;
}

export interface Join {
  readonly user: number;
  readonly channel: string;
}

/** A line of somebody on IRC. */
export function lineIn(channel: string, number: number): string {
  return `:romeo!r@host.example PRIVMSG ${channel} :${LINE} ${textOf(number)}\r\n`;
}

/** A message stanza of a user in a room. */
export function stanzaIn(
  gateway: IrcGatewayOptions['name'],
  { user, channel }: Join,
  number: number,
) {
  const from = `${bareJidOf(user)}/phone`;
  return `<message from='${from}' to='${roomOf(gateway, channel)}' id='m${number}' type='groupchat'><body>${SAID} ${textOf(number)}</body></message>`;
}

const LINE = 'line';
const SAID = 'said';

/** Resolves when its domain is up. */
export async function startIrcGateway(options: IrcGatewayOptions): Promise<IrcGateway> {
  const { name, archive, users, profile } = options;
  const shown = new Arrivals(`<body>${LINE} `);
  const subjects = new Arrivals('<subject');
  const told = new Arrivals(`:${SAID} `);
  const crowd = Array.from({ length: CROWD }, (_, number) => `crowd${number}`);
  const irc = await startRawIrc(told, crowd);
  const server = await startRawServer(DOMAIN, (text) => {
    shown.hear(text);
    subjects.hear(text);
  });
  const end = async () => {
    server.close();
    await irc.stop();
  };
  const start = name === 'Postern' ? startPostern : startBiboumi;
  const jids = Array.from({ length: users }, (_, user) => bareJidOf(user));
  const gateway = await start({
    ...{ domain: DOMAIN, server, irc: irc.port, archive, users: jids, profile },
  }).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    ...{ server, irc, shown, told, pids: gateway.pids },
    async join(joins) {
      const all = subjects.count + joins.length;
      server.write(joins.map((join) => joinOf(name, join)).join(''));
      await Promise.race([subjects.reached(all), server.failed]);
    },
    async stop() {
      await gateway.stop();
      await end();
    },
  };
}

interface ThisGateway {
  readonly domain: string;
  readonly server: RawServer;
  readonly irc: number;
  readonly archive: boolean;
  readonly users: readonly string[];
  readonly profile?: string | undefined;
}

async function startPostern({ domain, server, irc, archive, users, profile }: ThisGateway) {
  const bench = { host: '127.0.0.1', port: irc, tls: false, pace: 'none' };
  const gateway = await startBenchGateway({
    ...{ durability: 'always', port: server.port, profile },
    transport: {
      ...{ id: 'irc', use: 'irc', domain, archiveRooms: archive },
      config: { servers: { bench: { ...bench, connections: users.length } } },
    },
  });
  return { pids: await gateway.pids(), stop: () => gateway.stop() };
}

function joinOf(gateway: IrcGatewayOptions['name'], { user, channel }: Join): string {
  const from = `${bareJidOf(user)}/phone`;
  const to = `${roomOf(gateway, channel)}/u${user}`;
  return `<presence from='${from}' to='${to}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`;
}

function roomOf(gateway: IrcGatewayOptions['name'], channel: string): string {
  return `${channel}%${gateway === 'Postern' ? 'bench' : '127.0.0.1'}@${DOMAIN}`;
}

/** 60 characters, as people write. */
function textOf(number: number): string {
  return `${number} is what somebody says`.padEnd(60, '.');
}
