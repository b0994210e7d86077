import { type IrcDoor, NICK } from '../doors/irc.ts';
import type { IrcResident } from '../irc-resident.ts';
import type { DirectionName } from '../ledger.ts';
import { type Direction, type Scene, TO_XMPP } from './direction.ts';
import { IrcSource } from './irc-source.ts';
import { hearArrivals } from './xmpp-sink.ts';

/** What is said in channels. */
export function ircRoomToXmpp(scene: Scene, { speakers }: IrcDoor): Direction {
  return ircToXmpp('irc-room-xmpp', scene, speakers, ({ channel }) => channel);
}

/** What is said to Juliet alone. */
export function ircPrivateToXmpp(scene: Scene, { friends }: IrcDoor): Direction {
  return ircToXmpp('irc-xmpp', scene, friends, () => NICK);
}

function ircToXmpp(
  direction: DirectionName,
  scene: Scene,
  people: readonly IrcResident[],
  to: (person: IrcResident) => string,
): Direction {
  let count = 0;
  const next = (): number => count++;
  const sources = people.map(
    (person, lane) => new IrcSource({ ...scene, direction, person, to: to(person), lane, next }),
  );
  hearArrivals(scene, direction, (key) => sources[key.lane]?.arrived(key));
  return {
    name: direction,
    promised: { order: true, receipts: false, ...TO_XMPP },
    lanes: sources.length,
    send(more, lane) {
      for (let i = 0; i < more; i++) {
        const n = next();
        sources[lane ?? n % sources.length]?.send(n);
      }
    },
    async taken() {
      await Promise.all(sources.map((source) => source.finish()));
    },
    collect: async () => undefined,
    get waitsFor() {
      return sources.flatMap((each) => (each.isDone ? [] : each.waitsFor)).join('; ');
    },
  };
}
