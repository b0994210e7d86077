/** The rooms of a network that has rooms, put together. */

import type { AccountLink, Refusal, Session } from '../contract/index.ts';
import { NO_ARCHIVE } from '../history/no-archive.ts';
import type { Acceptor } from '../outbound/accept.ts';
import { type Host, openHost } from '../rooms/host.ts';
import { openRoomMemory } from '../rooms/memory.ts';
import { openOccupantKey } from '../rooms/occupant-key.ts';
import { openSeal } from '../rooms/seal.ts';
import type { IncomingText } from '../xmpp/port.ts';
import type { Rooms } from '../xmpp/rooms/port.ts';
import type { Parts } from './parts.ts';

/** What is known later than the host: the face is made with it, and the ways after it. */
export interface Later {
  face(): Rooms;
  accept: Acceptor['acceptFor'];
  refuse(message: IncomingText, refusal: Refusal): void;
  sessionOf(account: AccountLink<unknown>): Session;
}

/** Undefined for a network without rooms. */
export async function openRooms(parts: Parts, later: Later): Promise<Host | undefined> {
  const { shared, settings, addressing, accounts, policy, onError } = parts;
  const { id: transport, definition, xmpp } = settings;
  if (!definition.sends.includes('room-message')) return undefined;
  const seal = await openSeal(xmpp.secret, `room passwords ${transport}`);
  return openHost({
    transport,
    capabilities: definition.capabilities,
    addressing,
    accounts,
    policy,
    sessionOf: (account) => later.sessionOf(account),
    archive: settings.archiveRooms ? shared.archive : NO_ARCHIVE,
    memory: await openRoomMemory(shared.store, transport, seal, onError),
    occupantKey: await openOccupantKey(shared.store, transport),
    face: () => later.face(),
    accept: (to, message) => later.accept(to, message),
    refuse: (message, refusal) => later.refuse(message, refusal),
    keepsRooms: settings.keepRooms,
    onError,
    now: Date.now,
  });
}
