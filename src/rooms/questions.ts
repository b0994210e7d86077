/** What users ask of the network, which answers: subjects, roles, bans, and what there is to know of a room. */

import { type PeerId, type Refusal, RefusedError, type RoomSession } from '../contract/index.ts';
import { type BareJid, JidError } from '../xmpp/jid.ts';
import type { RoomsHost } from '../xmpp/rooms/port.ts';
import { NO_INVITATIONS, NO_SESSION, NOT_A_NICK, NOT_A_PERSON } from './refusals.ts';

/** How long the network may take. */
const ANSWER_MS = 15_000;

type Questions = Required<
  Pick<RoomsHost, 'setSubject' | 'describe' | 'administer' | 'bans' | 'invite'>
>;

/**
 * @param sessionOf undefined for who has no account, or no rooms
 * @param personAt whom the network has at a local part (wire form); undefined where that is nobody
 */
export function questions(
  sessionOf: (user: BareJid) => RoomSession | undefined,
  personAt: (local: string, user: BareJid) => PeerId | undefined,
): Questions {
  const inTime = () => AbortSignal.timeout(ANSWER_MS);
  return {
    async setSubject({ user, room }, text) {
      return sessionOf(user)?.setSubject(room, text, inTime()) ?? NO_SESSION;
    },
    async describe(user, room, signal) {
      return await sessionOf(user)?.describe(room, signal);
    },
    async administer({ user, room }, { who, ...change }) {
      if ('ban' in who) {
        return sessionOf(user)?.unban?.(room, who.ban, inTime()) ?? NOT_A_NICK;
      }
      if (!('nick' in who)) return NOT_A_NICK;
      const wish = { nick: who.nick, ...change };
      return sessionOf(user)?.administer(room, wish, inTime()) ?? NO_SESSION;
    },
    async invite({ user, room }, { to }) {
      const session = sessionOf(user);
      if (session === undefined) return NO_SESSION;
      if (session.invite === undefined) return NO_INVITATIONS;
      const person = whoIs(() => (to.local === undefined ? undefined : personAt(to.local, user)));
      if (typeof person === 'object') return person;
      return person === undefined ? NOT_A_PERSON : await session.invite(room, person, inTime());
    },
    async bans({ user, room }) {
      const session = sessionOf(user);
      return session === undefined ? NO_SESSION : await session.bans?.(room, inTime());
    },
  };
}

/** @returns likewise why there is nobody */
function whoIs(find: () => PeerId | undefined): PeerId | Refusal | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    if (error instanceof JidError) return undefined;
    throw error;
  }
}
