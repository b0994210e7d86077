/** The house with another door: IRC, by a real server on this machine. */

import { type Beside, type House, type HouseOptions, startHouse } from './house.ts';
import { type IrcPerson, startIrcPerson } from './irc-person.ts';
import { startInspircd } from './peers/inspircd.ts';
import type { IrcServer } from './peers/irc-server.ts';
import { startNgircd } from './peers/ngircd.ts';

const IRC = 'irc.localhost';
/** The operator's name for the server. */
const SERVER = 'verona';

export interface IrcHouse extends House {
  readonly irc: Pick<IrcServer, 'kill' | 'restart'>;
  /** Somebody on IRC. He is stopped with the house. */
  person(nick: string): Promise<IrcPerson>;
}

export interface IrcHouseOptions extends Omit<HouseOptions, 'beside'> {
  readonly irc?: 'ngircd' | 'inspircd';
  /** What InspIRCd takes of a client for long. ngIRCd takes three. */
  readonly linesPerSecond?: number;
  /** Laid over what is configured of the IRC server. */
  readonly ircServer?: Readonly<Record<string, unknown>>;
}

export async function startIrcHouse(options: IrcHouseOptions = {}): Promise<IrcHouse> {
  const irc = await (options.irc === 'inspircd'
    ? startInspircd(options.linesPerSecond)
    : startNgircd());
  const beside = doorTo(irc, options.ircServer);
  const house = await startHouse({ ...options, beside }).catch(async (error: unknown) => {
    await irc.stop();
    throw error;
  });
  const people: IrcPerson[] = [];
  return {
    ...house,
    irc,
    async person(nick) {
      const person = await startIrcPerson(irc, nick);
      people.push(person);
      return person;
    },
    async stop() {
      await Promise.all(people.map((person) => person.stop()));
      await house.stop();
      await irc.stop();
      const words = [...people.flatMap(({ said }) => said), `%${SERVER}`];
      const leaked = words.filter((text) => house.gateway.output.includes(text));
      if (leaked.length > 0) throw new Error(`The log shows ${leaked.join(', ')}.`);
    },
  };
}

/** @param more of the server's settings */
export function doorTo(
  { host, port }: { readonly host: string; readonly port: number },
  more: Readonly<Record<string, unknown>> = {},
): Beside {
  const servers = { [SERVER]: { host, port, tls: false, ...more } };
  return {
    domain: IRC,
    transport: {
      ...{ id: 'irc', use: 'irc', config: { servers }, dailyLimit: 100_000, perMinute: 100_000 },
    },
  };
}

/** The room that stands for a channel, or the contact for a nick. */
export function jidOf(name: string): string {
  return `${name}%${SERVER}@${IRC}`;
}
