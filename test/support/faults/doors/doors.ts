import type { Direction, Scene } from '../directions/direction.ts';
import { ircPrivateToXmpp, ircRoomToXmpp } from '../directions/irc-to-xmpp.ts';
import { mailToXmpp } from '../directions/mail-to-xmpp.ts';
import { smsToXmpp } from '../directions/sms-to-xmpp.ts';
import { roomsOf, xmppToIrcPrivate, xmppToIrcRoom } from '../directions/xmpp-to-irc.ts';
import { xmppToMail } from '../directions/xmpp-to-mail.ts';
import { xmppToSms } from '../directions/xmpp-to-sms.ts';
import type { DirectionName } from '../ledger.ts';
import type { Pulse } from '../pulse.ts';
import type { Door } from './door.ts';
import { type IrcDoor, openIrcDoor } from './irc.ts';
import { type MailDoor, openMailDoor } from './mail.ts';
import { openSmsDoor, type SmsDoor } from './sms.ts';

/** The networks that some directions need. */
export interface Doors {
  readonly sms?: SmsDoor;
  readonly mail?: MailDoor;
  readonly irc?: IrcDoor;
}

export interface DoorsOptions {
  readonly directions: readonly DirectionName[];
  readonly irc: 'ngircd' | 'inspircd';
  readonly pulse: Pulse;
  /** Of the gateway's listener for webhooks. */
  readonly httpPort: number;
  /** Told of each that is started. */
  readonly running: <T extends Door>(door: Promise<T>) => Promise<T>;
}

/** Starts what these directions need, and nothing else. */
export async function openDoors(options: DoorsOptions): Promise<Doors> {
  const { directions, irc, pulse, httpPort, running } = options;
  const needs = (network: string) => directions.some((each) => each.split('-').includes(network));
  return {
    ...(needs('sms') ? { sms: await running(openSmsDoor(httpPort)) } : {}),
    ...(needs('mail') ? { mail: await running(openMailDoor()) } : {}),
    ...(needs('irc') ? { irc: await running(openIrcDoor(irc, pulse)) } : {}),
  };
}

export function allOf({ sms, mail, irc }: Doors): readonly Door[] {
  return [sms, mail, irc].filter((door) => door !== undefined);
}

/** The directions, in the order of their names. */
export function openDirections(
  names: readonly DirectionName[],
  scene: Scene,
  { sms, mail, irc }: Doors,
): readonly Direction[] {
  // Whoever hears what is said in a room has to be in it.
  const rooms = irc === undefined ? [] : roomsOf(scene);
  const open: Readonly<Record<DirectionName, () => Direction | undefined>> = {
    'xmpp-sms': () => sms && xmppToSms(scene, sms),
    'xmpp-mail': () => mail && xmppToMail(scene, mail),
    'xmpp-irc-room': () => irc && xmppToIrcRoom(scene, irc, rooms),
    'xmpp-irc': () => irc && xmppToIrcPrivate(scene, irc),
    'sms-xmpp': () => sms && smsToXmpp(scene, sms),
    'mail-xmpp': () => mail && mailToXmpp(scene, mail),
    'irc-room-xmpp': () => irc && ircRoomToXmpp(scene, irc),
    'irc-xmpp': () => irc && ircPrivateToXmpp(scene, irc),
  };
  return names.flatMap((name) => open[name]() ?? []);
}
