import { expect, it } from 'vitest';
import type {
  AccountId,
  AccountLink,
  Addressing,
  PeerId,
  PersonId,
  Refusal,
  RoomEvent,
  RoomSession,
  Session,
  TransportId,
} from '../../../src/contract/index.ts';
import { NO_ARCHIVE } from '../../../src/history/no-archive.ts';
import { type Host, openHost } from '../../../src/rooms/host.ts';
import type { RememberedRoom } from '../../../src/rooms/memory.ts';
import type { BareJid } from '../../../src/xmpp/jid.ts';
import type { RoomView } from '../../../src/xmpp/rooms/port.ts';

const JULIET = 'juliet@example.org' as BareJid;
const GARDEN = '#garden' as PeerId;
const LINK: AccountLink<unknown> = { id: 'account' as AccountId, jid: JULIET, settings: {} };
const NOT_NOW: Refusal = { condition: 'remote-server-timeout', type: 'wait', text: 'Not now.' };
const NEVER: Refusal = { condition: 'forbidden', type: 'cancel', text: 'Banned.' };

/** A host that an earlier process has left a room to, and all that it does. */
function comingBack({ keepsRooms = true, clients = 0 } = {}) {
  const done: string[] = [];
  let now = 0;
  let nick: string | undefined;
  const view: RoomView = {
    ...{ user: JULIET, local: '#garden', room: GARDEN, clients },
    get nick() {
      return nick;
    },
    tell(event) {
      if (event.is === 'joined') ({ nick } = event);
      done.push(`told ${event.is}`);
    },
    reflect: () => undefined,
    shownAs: (name) => name,
    occupantId: (person: PersonId) => person,
    close: () => void done.push('closed'),
  };
  const rooms: Pick<RoomSession, 'join' | 'leave'> = {
    join: (room, wish) => void done.push(`join ${room} as ${wish.nick}`),
    leave: (room) => void done.push(`leave ${room}`),
  };
  const left: RememberedRoom = {
    ...{ user: JULIET, room: GARDEN, local: '#garden', nick: 'julie' },
    clients: ['juliet@example.org/phone'],
  };
  const host: Host = openHost({
    transport: 'irc' as TransportId,
    capabilities: { accounts: 'first-message' },
    addressing: {} as Addressing<unknown>,
    accounts: { find: () => LINK, register: async () => LINK },
    policy: { refuses: () => undefined },
    sessionOf: () => ({ rooms }) as Session,
    archive: NO_ARCHIVE,
    memory: {
      left: [left],
      note: () => undefined,
      forget: (_, room) => void done.push(`forget ${room}`),
    },
    occupantKey: 'key',
    face: () => ({
      open: () => view,
      farewell: (_, name, client) => void done.push(`farewell to ${name} at ${client}`),
    }),
    accept: () => undefined,
    keepsRooms,
    onError: (error) => {
      throw error;
    },
    now: () => now,
  });
  host.comeBack();
  return {
    done,
    happens: (event: RoomEvent) => host.happened(LINK.id, GARDEN, event),
    /** So many seconds pass. */
    pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        now += 1_000;
        host.tick();
      }
    },
  };
}

const JOINED: RoomEvent = { is: 'joined', nick: 'julie', occupants: [] };

it('comes back into a room as it was left', () => {
  const { done, happens, pass } = comingBack();
  happens(JOINED);
  pass(600);
  expect(done).toEqual([
    'farewell to julie at juliet@example.org/phone',
    'join #garden as julie',
    'told joined',
  ]);
});

it('tries again while the network is not there, and tells nobody', () => {
  const { done, happens, pass } = comingBack();
  done.length = 0;
  happens({ is: 'refused', refusal: NOT_NOW });
  pass(29);
  expect(done).toEqual([]);
  pass(60);
  expect(done).toEqual(['join #garden as julie']);
  happens({ is: 'refused', refusal: NOT_NOW });
  pass(31);
  happens(JOINED);
  pass(600);
  expect(done.slice(1)).toEqual(['join #garden as julie', 'told joined']);
});

it('gives up where it never will be let in', () => {
  const { done, happens, pass } = comingBack();
  done.length = 0;
  happens({ is: 'refused', refusal: NEVER });
  pass(600);
  expect(done).toEqual(['told refused', 'forget #garden']);
});

it('tells a client that waits', () => {
  const { done, happens, pass } = comingBack({ clients: 1 });
  done.length = 0;
  happens({ is: 'refused', refusal: NOT_NOW });
  pass(600);
  expect(done).toEqual(['told refused', 'forget #garden']);
});

it('leaves what nobody comes back to', () => {
  const { done, happens, pass } = comingBack({ keepsRooms: false });
  happens(JOINED);
  pass(121);
  expect(done.slice(3)).toEqual(['leave #garden', 'closed', 'forget #garden']);
});
