import { jidOf } from '../../irc-house.ts';
import { CHANNELS, type IrcDoor, NICK } from '../doors/irc.ts';
import type { IrcResident } from '../irc-resident.ts';
import { type DirectionName, keyOf } from '../ledger.ts';
import { RoomStay } from '../room-stay.ts';
import type { Direction, Scene } from './direction.ts';
import { XmppSource, type XmppSourceOptions } from './xmpp-source.ts';

/** In rooms: the source sees what it has said when the server has it. */
export function xmppToIrcRoom(scene: Scene, door: IrcDoor, rooms: readonly RoomStay[]): Direction {
  const lanes = CHANNELS.map((channel, at) => {
    const room = rooms[at];
    return { to: jidOf(channel), ...(room === undefined ? {} : { room }) };
  });
  return xmppToIrc('xmpp-irc-room', scene, { lanes, hearers: door.speakers });
}

/** To nicks: the source has a receipt when the server has it. */
export function xmppToIrcPrivate(scene: Scene, { friends }: IrcDoor): Direction {
  const lanes = friends.map(({ nick }) => ({ to: jidOf(nick) }));
  return xmppToIrc('xmpp-irc', scene, { lanes, hearers: friends });
}

/** Juliet's client in every channel. */
export function roomsOf({ resident, breaks, pulse }: Scene): readonly RoomStay[] {
  return CHANNELS.map(
    (channel) => new RoomStay({ resident, room: jidOf(channel), nick: NICK, breaks, pulse }),
  );
}

function xmppToIrc(
  name: DirectionName,
  scene: Scene,
  {
    lanes,
    hearers,
  }: Pick<XmppSourceOptions, 'lanes'> & { readonly hearers: readonly IrcResident[] },
): Direction {
  const domain = lanes[0]?.to.replace(/^.*@/, '') ?? '';
  const source = new XmppSource({ ...scene, direction: name, domain, lanes });
  for (const hearer of hearers) {
    hearer.hear(({ text }) => {
      const key = keyOf(text);
      if (key?.direction === name) scene.ledger.note(key, { is: 'arrived' });
    });
  }
  return {
    name,
    // What may have been said is not said again: its sender is told.
    promised: { order: true, receipts: true, duplicates: {}, sameId: false },
    lanes: lanes.length,
    send: (count, lane) => source.send(count, lane),
    taken: () => source.until(({ isDone }) => isDone),
    async collect() {
      await Promise.all(hearers.map((each) => each.caughtUp()));
    },
    get waitsFor() {
      return source.waitsFor;
    },
  };
}
