/** What users ask of the network, which answers: subjects, roles, bans, and what there is to know of a room. */

import type { RoomSession } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { RoomsHost } from '../xmpp/rooms/port.ts';
import { NO_SESSION, NOT_A_NICK } from './refusals.ts';

/** How long the network may take. */
const ANSWER_MS = 15_000;

type Questions = Required<Pick<RoomsHost, 'setSubject' | 'describe' | 'administer' | 'bans'>>;

/** @param sessionOf undefined for who has no account, or no rooms */
export function questions(sessionOf: (user: BareJid) => RoomSession | undefined): Questions {
  const inTime = () => AbortSignal.timeout(ANSWER_MS);
  return {
    async setSubject({ user, room }, text) {
      return sessionOf(user)?.setSubject(room, text, inTime()) ?? NO_SESSION;
    },
    async describe(user, room, signal) {
      return await sessionOf(user)?.describe(room, signal);
    },
    async administer({ user, room }, { who, ...change }) {
      if (!('nick' in who)) return NOT_A_NICK;
      const wish = { nick: who.nick, ...change };
      return sessionOf(user)?.administer(room, wish, inTime()) ?? NO_SESSION;
    },
    async bans({ user, room }) {
      const session = sessionOf(user);
      return session === undefined ? NO_SESSION : await session.bans?.(room, inTime());
    },
  };
}
