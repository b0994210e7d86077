import { dropOldest } from '../bounded-map.ts';
import type { PeerId, TransportId } from '../contract/index.ts';
import type { Store } from '../store/store.ts';
import { type BareJid, bareJid, JidError, parseJid } from '../xmpp/jid.ts';
import type { Seal } from './seal.ts';

/** A room that a user is in. */
export interface RememberedRoom {
  readonly user: BareJid;
  readonly room: PeerId;
  /** The local part under which he sees it, in wire form. */
  readonly local: string;
  /** As it was shown, where it is known. */
  readonly nick?: string;
  /** The one that he asked for. */
  readonly wished?: string;
  /** With which he was let in. Sealed where it is written down. */
  readonly password?: string;
  /** Full JIDs of his clients that look at it. */
  readonly clients: readonly string[];
}

export interface RoomMemory {
  /** What an earlier process has left. */
  readonly left: readonly RememberedRoom[];
  /** Returns at once; the last word of a tick counts. */
  note(room: RememberedRoom): void;
  forget(user: BareJid, room: PeerId): void;
  /** Tries again what the store did not take; called about once a second. */
  flush(): void;
  /** Resolves when all that was noted is written, or could not be just now. */
  settled(): Promise<void>;
}

/** Rooms of which the store does not know yet: more than all that may be open, and were just left. */
const MOST_UNWRITTEN = 50_000;

/** Which rooms who is in, so that a restart can come back. One hash of the transport. */
export async function openRoomMemory(
  store: Pick<Store, 'command' | 'partitionFor'>,
  transport: TransportId,
  seal: Seal,
  onError: (error: unknown) => void,
): Promise<RoomMemory> {
  const partition = store.partitionFor(transport);
  const key = `room:${transport}`;
  const stored = await store.command('HGETALL', partition, key);
  const pairs = Array.isArray(stored) ? stored.map(String) : [];
  const left = pairs.flatMap((text, index) => (index % 2 === 1 ? read(text, seal) : []));
  /** What is not written yet: a join alone changes it several times in one tick. */
  const changed = new Map<string, string | undefined>();
  let writing: Promise<void> | undefined;

  const write = (): Promise<void> => {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const writeAll = async () => {
    while (changed.size > 0) {
      const changes = [...changed];
      changed.clear();
      const set = changes.flatMap(([field, value]) => (value === undefined ? [] : [field, value]));
      const gone = changes.flatMap(([field, value]) => (value === undefined ? [field] : []));
      try {
        if (set.length > 0) await store.command('HSET', partition, key, ...set);
        if (gone.length > 0) await store.command('HDEL', partition, key, ...gone);
      } catch (error) {
        onError(error);
        for (const [field, value] of changes) if (!changed.has(field)) changed.set(field, value);
        dropOldest(changed, MOST_UNWRITTEN);
        return;
      }
    }
  };
  const change = (field: string, value: string | undefined) => {
    if (changed.size === 0) setImmediate(() => void write());
    changed.set(field, value);
  };
  return {
    left,
    note(room) {
      const field = fieldOf(room.user, room.room);
      const { password, ...known } = room;
      const sealed = password === undefined ? {} : { sealed: seal.close(password, field) };
      change(field, JSON.stringify({ v: 1, ...known, ...sealed }));
    },
    forget: (user, room) => change(fieldOf(user, room), undefined),
    flush: () => void write(),
    settled: write,
  };
}

/** A bare JID has no space: the first one ends it. */
function fieldOf(user: BareJid, room: PeerId): string {
  return `${user} ${room}`;
}

/** What no version of ours has written is nothing: its user joins again. */
function read(text: string, seal: Seal): RememberedRoom[] {
  const stored = parse(text);
  if (stored?.v !== 1) return [];
  const { user: address, room: name, local, nick, wished, sealed, clients } = stored;
  if (!isText(address) || !isText(name) || !isText(local) || !Array.isArray(clients)) return [];
  const user = bareJidIn(address);
  if (user === undefined) return [];
  const room = name as PeerId;
  const password = isText(sealed) ? seal.open(sealed, fieldOf(user, room)) : undefined;
  return [
    {
      ...{ user, room, local, clients: clients.filter(isText) },
      ...(isText(nick) ? { nick } : {}),
      ...(isText(wished) ? { wished } : {}),
      ...(password === undefined ? {} : { password }),
    },
  ];
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function bareJidIn(text: string): BareJid | undefined {
  try {
    const jid = bareJid(parseJid(text));
    return jid === text ? jid : undefined;
  } catch (error) {
    if (error instanceof JidError) return undefined;
    throw error;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
