/** The whole house on loopback: a real XMPP server with juliet on it, the carrier, and Postern between them. */

import { CARRIER_ACCOUNT, CARRIER_TOKEN, type Carrier, startCarrier } from './carrier.ts';
import type { XmppClient } from './clients/client.ts';
import { startLightClient } from './clients/light.ts';
import { startSlixmpp } from './clients/slixmpp.ts';
import { type GatewayOptions, type GatewayProcess, startGateway } from './gateway.ts';
import { startEjabberd } from './peers/ejabberd.ts';
import { startProsody } from './peers/prosody.ts';
import type { XmppServer } from './peers/xmpp-server.ts';

export const DOMAIN = 'sms.localhost';
export const SECRET = 'component-secret-of-the-tests';
export const JULIET = { jid: 'juliet@localhost', password: 'wherefore', number: '+12025550100' };
export const NURSE = { jid: 'nurse@localhost', password: 'angelica' };
export const ADMIN = { jid: 'ops@localhost', password: 'on-call' };
export const ROMEO = '+12025550123';
/** Of nobody until somebody registers. */
export const POOL_NUMBER = '+12025550101';

export interface House {
  readonly server: XmppServer;
  readonly carrier: Carrier;
  readonly gateway: GatewayProcess;
  /** A client of juliet (or of somebody else). It is stopped with the house. */
  client(who?: Person, kind?: 'light' | 'slixmpp'): Promise<XmppClient>;
  stop(): Promise<void>;
}

interface Person {
  /** At `localhost`, or at another host of the same server. */
  readonly jid: string;
  readonly password: string;
}

/** A transport beside SMS. */
export interface Beside {
  readonly domain: string;
  /** As in the configuration, but for the domain. */
  readonly transport: Readonly<Record<string, unknown>>;
}

export interface HouseOptions {
  readonly server?: 'prosody' | 'ejabberd';
  /** Laid over the configuration's first level. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Laid over the transport. */
  readonly transport?: Readonly<Record<string, unknown>>;
  readonly env?: GatewayOptions['env'];
  /** Who lives here beside juliet, the nurse and the administrator. */
  readonly people?: readonly Person[];
  readonly beside?: Beside;
}

export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const { beside } = options;
  const people = [JULIET, NURSE, ADMIN, ...(options.people ?? [])];
  const users = people.map(({ jid, password }) => [jid.replace(/@localhost$/, ''), password]);
  const domains = [DOMAIN, ...(beside === undefined ? [] : [beside.domain])];
  const start = options.server === 'ejabberd' ? startEjabberd : startProsodyAsAdvised;
  const [server, carrier] = await Promise.all([
    start({
      components: Object.fromEntries(domains.map((domain) => [domain, SECRET])),
      users: Object.fromEntries(users),
    }),
    startCarrier([JULIET.number, POOL_NUMBER]),
  ]);
  const gateway = await startGateway({
    config: { ...configuration(server, carrier, options.transport, beside), ...options.config },
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const clients: XmppClient[] = [];
  try {
    await carrier.inboundUrl(`${gateway.httpUrl}/hooks/sms/message`);
    await gateway.ready();
  } catch (error) {
    await Promise.all([gateway.stop(), carrier.stop(), server.stop()]);
    throw error;
  }
  return {
    server,
    carrier,
    gateway,
    async client({ jid, password } = JULIET, kind = 'light') {
      const begin = kind === 'light' ? startLightClient : startSlixmpp;
      const client = await begin({ jid, password, host: server.host, port: server.c2sPort });
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.stop()));
      await gateway.stop();
      await Promise.all([carrier.stop(), server.stop()]);
      const level = JSON.stringify(options.config?.log ?? {}).includes('debug') ? 'debug' : 'info';
      const leaked = leaksIn(gateway.output, level);
      if (leaked.length > 0) throw new Error(`The log shows ${leaked.join(', ')}.`);
    },
  };
}

/** What the log shows of those in the house that it must not, whatever the test is about. */
export function leaksIn(output: string, level: 'info' | 'debug' = 'info'): string[] {
  const people = [JULIET, NURSE, ADMIN];
  const secrets = [SECRET, CARRIER_TOKEN, ...people.map(({ password }) => password)];
  const numbers = [JULIET.number, POOL_NUMBER, ROMEO].map((number) => number.replace('+', ''));
  const addresses = [...people.map(({ jid }) => jid), ...numbers];
  // A start that is refused names who is meant to the operator, in words and not in the log.
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const log = level === 'info' ? lines.join('\n') : '';
  return [
    ...secrets.filter((text) => output.includes(text)),
    ...addresses.filter((text) => log.includes(text)),
  ];
}

/** With the line of config/prosody.cfg.lua that a stand-by needs. */
function startProsodyAsAdvised(options: Parameters<typeof startProsody>[0]): Promise<XmppServer> {
  return startProsody({ ...options, settings: 'component_conflict_resolve = "kick_old"' });
}

/** What an operator would write. */
export function configuration(
  server: Pick<XmppServer, 'domain' | 'host' | 'componentPort'>,
  carrier: Pick<Carrier, 'url'>,
  transport: Readonly<Record<string, unknown>> = {},
  beside?: Beside,
): Record<string, unknown> {
  return {
    xmpp: {
      server: server.domain,
      connect: `${server.host}:${server.componentPort}`,
      secret: SECRET,
    },
    admins: [ADMIN.jid],
    redis: 'embedded',
    transports: [
      { ...smsTransport(carrier.url), ...transport },
      ...(beside === undefined ? [] : [{ ...beside.transport, domain: beside.domain }]),
    ],
  };
}

/** Juliet's number at a carrier, as an operator would write it. */
export function smsTransport(apiUrl: string): Record<string, unknown> {
  return {
    id: 'sms',
    use: 'sms',
    domain: DOMAIN,
    config: {
      provider: 'twilio',
      accountSid: CARRIER_ACCOUNT,
      authToken: CARRIER_TOKEN,
      apiUrl,
      country: 'US',
      numbers: [POOL_NUMBER],
    },
    accounts: { [JULIET.jid]: { number: JULIET.number } },
    dailyLimit: 100_000,
    perMinute: 100_000,
  };
}
