/** The adapter on a server, with a core around it that only records. */

import type { MessageId, OutboundRoomMessage, PeerId, RoomEvent } from 'postern/adapter';
import { Rig, type RigNetwork } from 'postern/adapter/testing';
import { onTestFinished } from 'vitest';
import definition from '../index.ts';

type Kind = RoomEvent['is'];
type EventOf<K extends Kind> = RoomEvent & { readonly is: K };

export interface OnServer {
  readonly rig: Rig<RigNetwork>;
  readonly rooms: NonNullable<Rig<RigNetwork>['session']['rooms']>;
  room(name: string): PeerId;
  said(room: PeerId, text: string): OutboundRoomMessage;
  /** The first event of that kind in the room that was not given before; waits for it. */
  next<K extends Kind>(
    room: PeerId,
    kind: K,
    fits?: (event: EventOf<K>) => boolean,
  ): Promise<EventOf<K>>;
  /** The same of private messages. */
  nextMessage(): Promise<Rig['received'][number]>;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly accepted?: () => Promise<unknown>;
}

export interface OnServerOptions {
  /** Laid over the server's settings. */
  readonly server?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Laid over the account's. */
  readonly account?: Readonly<Record<string, unknown>>;
}

/** Ended with the test. @param accepted the next connection, of a server that a test plays */
export async function onServer(
  { host, port, accepted }: Place,
  options: OnServerOptions = {},
): Promise<OnServer> {
  const server = { host, port, tls: false, pace: 'none', ...options.server };
  const lookers = new Set<() => void>();
  const rig = new Rig<RigNetwork>(
    {
      definition: watched(() => {
        for (const look of [...lookers]) look();
      }),
    },
    {
      config: { servers: { test: server }, ...options.config },
      account: { name: 'juliet@example.org', ...options.account },
      peer: 'bob%test',
      text: 'Good morning',
    },
  );
  onTestFinished(() => rig.close());
  await rig.adapter.start();
  // It looks whether the server is there.
  await accepted?.();
  const { rooms } = rig.session;
  if (rooms === undefined) throw new Error('a session without rooms');
  const given = new Set<unknown>();
  let count = 0;
  /** Looks again whenever something was told. */
  const until = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        lookers.delete(look);
        resolve(found);
      };
      lookers.add(look);
      look();
    });
  return {
    rig,
    rooms,
    room: (name) => rig.addressing.parsePeer(`${name}%test`, rig.link.settings),
    said: (peer, text) => {
      count += 1;
      const id = `01ROOM${String(count).padStart(20, '0')}` as MessageId;
      return { kind: 'room-message', id, peer, text, acceptedAt: Date.now() };
    },
    async next<K extends Kind>(
      room: PeerId,
      kind: K,
      fits: (event: EventOf<K>) => boolean = () => true,
    ) {
      const isWanted = (event: RoomEvent): event is EventOf<K> =>
        event.is === kind && !given.has(event) && fits(event as EventOf<K>);
      const found = await until(() => {
        const here = rig.roomEvents.filter((happening) => happening.room === room);
        return here.map(({ event }) => event).find(isWanted);
      });
      given.add(found);
      return found;
    },
    async nextMessage() {
      const found = await until(() => rig.received.find((event) => !given.has(event)));
      given.add(found);
      return found;
    },
  };
}

/** The adapter, and a call whenever it has told something. */
function watched(told: () => void): typeof definition {
  return {
    ...definition,
    create: (context) =>
      definition.create({
        ...context,
        room: (...happening) => {
          const full = context.room(...happening);
          told();
          return full;
        },
        receive: (event) => {
          const received = context.receive(event);
          told();
          return received;
        },
      }),
  };
}
