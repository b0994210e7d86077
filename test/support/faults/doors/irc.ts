/** IRC: a server without limits of pace, two channels with a speaker each, and three people in private. */

import { doorTo } from '../../irc-house.ts';
import { startInspircd } from '../../peers/inspircd.ts';
import type { IrcServer } from '../../peers/irc-server.ts';
import { startNgircd } from '../../peers/ngircd.ts';
import { IrcResident } from '../irc-resident.ts';
import { FaultProxy } from '../proxy/proxy.ts';
import type { Pulse } from '../pulse.ts';
import type { Door } from './door.ts';

/** Juliet, as she is known there. */
export const NICK = 'juliet';
export const CHANNELS = ['#verona', '#mantua'] as const;
/** As many lines in a second as nobody here writes. */
const UNLIMITED = 1_000;

export interface IrcDoor extends Door {
  readonly links: { readonly irc: FaultProxy };
  readonly irc: IrcServer;
  /** They speak in the channel of the same place. */
  readonly speakers: readonly IrcResident[];
  /** They speak with Juliet alone. */
  readonly friends: readonly IrcResident[];
  /**
   * SIGKILL, and a new start. The gateway finds it again when all who hear are back: what a channel is
   * told while they are out is in nobody's ledger.
   */
  kill(): Promise<void>;
}

export async function openIrcDoor(kind: 'ngircd' | 'inspircd', pulse: Pulse): Promise<IrcDoor> {
  const irc = await (kind === 'ngircd' ? startNgircd() : startInspircd(UNLIMITED));
  const link = await FaultProxy.start({ port: irc.port });
  const people = (nicks: readonly string[], channelOf: (at: number) => string) =>
    nicks.map(
      (nick, at) => new IrcResident({ irc, nick, watches: NICK, channel: channelOf(at), pulse }),
    );
  const speakers = people(['romeo', 'mercutio'], (at) => CHANNELS[at] ?? CHANNELS[0]);
  const friends = people(['rosaline', 'tybalt', 'benvolio'], () => CHANNELS[0]);
  const { domain, transport } = doorTo({ host: link.host, port: link.port }, { pace: 'none' });
  return {
    links: { irc: link },
    ...{ irc, speakers, friends },
    transport: { ...transport, domain, keepRooms: true },
    channels: ['irc.o', 'irc.i'],
    async kill() {
      await link.shut();
      await irc.restart();
      await Promise.all([...speakers, ...friends].map((each) => each.until(({ isIn }) => isIn)));
      await link.heal();
    },
    async stop() {
      for (const person of [...speakers, ...friends]) person.stop();
      await link.stop();
      await irc.stop();
    },
  };
}
