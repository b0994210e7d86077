import {
  type AccountId,
  type AccountLink,
  type Addressing,
  type MessageId,
  type PeerId,
  type PersonId,
  type Refusal,
  type RoomEvent,
  type RoomSession,
  refused,
  type Session,
  type TransportId,
} from '../../../src/contract/index.ts';
import type { Archive } from '../../../src/history/archive.ts';
import { NO_ARCHIVE } from '../../../src/history/no-archive.ts';
import type { StoredOutbound } from '../../../src/lanes/stored.ts';
import { openHost } from '../../../src/rooms/host.ts';
import type { RememberedRoom } from '../../../src/rooms/memory.ts';
import { type BareJid, parseJid } from '../../../src/xmpp/jid.ts';
import type { IncomingText } from '../../../src/xmpp/port.ts';
import type { Reflection, RoomView } from '../../../src/xmpp/rooms/port.ts';

export const JULIET = 'juliet@example.org' as BareJid;
export const ROMEO = 'romeo@example.org' as BareJid;
export const GARDEN = '#garden' as PeerId;
const IRC = 'irc' as TransportId;
export const JOINED: RoomEvent = { is: 'joined', nick: 'julie', occupants: [] };
export const LEFT: RememberedRoom = {
  ...{ user: JULIET, room: GARDEN, local: '#garden', nick: 'julie' },
  clients: ['juliet@example.org/phone'],
};

/** A view that shows nothing, and keeps what it was told. */
class PaperView implements RoomView {
  readonly user: BareJid;
  readonly local = '#garden';
  readonly room = GARDEN;
  readonly reflected: Reflection[] = [];
  nick: string | undefined;
  clients = 1;
  readonly #done: string[];

  constructor(user: BareJid, done: string[]) {
    this.user = user;
    this.#done = done;
  }

  get self() {
    return this.nick === undefined ? undefined : { name: this.nick, occupantId: 'own id' };
  }

  tell(event: RoomEvent, id?: MessageId): void {
    if (event.is === 'joined') this.nick = event.nick;
    if (event.is === 'renamed' && event.from === this.nick) this.nick = event.to;
    this.#done.push(`told ${event.is}${id === undefined ? '' : ' with an id'}`);
  }

  reflect(message: Reflection): void {
    this.reflected.push(message);
  }

  shownAs(nick: string): string {
    return nick;
  }

  occupantId(person: PersonId): string {
    return person;
  }

  close(): void {
    this.#done.push('closed');
  }
}

export interface GardenOptions {
  readonly keepsRooms?: boolean;
  readonly archive?: Archive;
  readonly left?: readonly RememberedRoom[];
  /** Who has an account. */
  readonly known?: readonly BareJid[];
  readonly refusal?: Refusal;
  /** Of rooms that an earlier process left. */
  readonly clients?: number;
  /** The room is at no address any more. */
  readonly isGone?: boolean;
}

/** A host over a network that does nothing by itself. */
export function garden(options: GardenOptions = {}) {
  const { keepsRooms = true, archive = NO_ARCHIVE, left = [], known = [JULIET] } = options;
  const done: string[] = [];
  const accounts = new Map(known.map((jid) => [jid, linkOf(jid)]));
  const registering: PromiseWithResolvers<AccountLink<unknown>>[] = [];
  const noted = new Map<string, RememberedRoom>();
  let now = 0;
  const opened: PaperView[] = [];
  const viewOf = (user: BareJid) => new PaperView(user, done);
  const rooms: Pick<RoomSession, 'join' | 'leave' | 'rename' | 'away'> = {
    join: (room, { nick, password }) => {
      const by = password === undefined ? '' : ` by ${password}`;
      done.push(`join ${room} as ${nick}${by}`);
    },
    leave: (room) => void done.push(`leave ${room}`),
    rename: (_, nick) => void done.push(`rename ${nick}`),
    away: (said) => void done.push(`away: ${said}`),
  };
  const host = openHost({
    transport: IRC,
    capabilities: { accounts: 'first-message' },
    addressing: {} as Addressing<unknown>,
    accounts: {
      find: (jid) => accounts.get(jid),
      register: () => {
        const registration = Promise.withResolvers<AccountLink<unknown>>();
        registering.push(registration);
        return registration.promise;
      },
    },
    policy: { refuses: () => options.refusal },
    sessionOf: () => ({ rooms }) as Session,
    archive,
    memory: {
      left,
      note: (room) => void noted.set(room.user, room),
      forget: (user, room) => {
        noted.delete(user);
        done.push(`forget ${room}`);
      },
      flush: () => undefined,
      settled: async () => void done.push('written'),
    },
    occupantKey: 'key',
    face: () => ({
      open: (user) => {
        if (options.isGone === true) throw refused('item-not-found', 'cancel', 'No such server.');
        opened.push(Object.assign(viewOf(user), { clients: options.clients ?? 0 }));
        return opened.at(-1);
      },
      farewell: ({ nick, client }) => void done.push(`farewell to ${nick} at ${client}`),
    }),
    accept: (_, message) => void done.push(`accepted ${message.text}`),
    refuse: (_, refusal) => void done.push(`refused ${refusal.condition}`),
    keepsRooms,
    onError: (error) => {
      throw error;
    },
    now: () => now,
  });
  return {
    ...{ host, done, opened, accounts, registering, noted, viewOf },
    /** What was done since it was asked the last time. */
    did: () => done.splice(0),
    happens: (event: RoomEvent, user = JULIET) => host.happened(linkOf(user).id, GARDEN, event),
    /** So many seconds pass. */
    pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        now += 1_000;
        host.tick();
      }
    },
  };
}

/** A user is in the room, with one client. */
export function inside(options: GardenOptions = {}, user = JULIET) {
  const here = garden(options);
  const view = here.viewOf(user);
  here.host.join(view, { nick: 'julie' });
  here.happens(JOINED, user);
  here.host.came(view, `${user}/phone`);
  here.did();
  return { ...here, view };
}

export function linkOf(jid: BareJid): AccountLink<unknown> {
  return { id: `irc:${jid}` as AccountId, jid, settings: {} };
}

export function words(text: string): IncomingText {
  return {
    ...{ content: 'text', from: parseJid(`${JULIET}/phone`), to: parseJid('garden@irc.example') },
    ...{ id: 'one', originId: undefined, text, thread: undefined, subject: undefined },
    ...{ wantsReceipt: false, sentAt: undefined },
  } as IncomingText;
}

/** Something that a user said, as the lane has it. */
export function saidBy(user: BareJid, text: string): StoredOutbound {
  const reply = { to: `${user}/phone`, from: '#garden', of: 'stanza', wantsReceipt: false };
  return { v: 1, kind: 'room-message', account: user, peer: GARDEN, text, reply };
}
