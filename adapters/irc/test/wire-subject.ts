/** A connection of a test, and what it tells. */

import { onTestFinished } from 'vitest';
import { Wire, type WireOptions } from '../wire/client.ts';
import { type WireClocks, wireClocks } from '../wire/clock.ts';
import type { WireEvent } from '../wire/events.ts';
import { PACES } from '../wire/throttle.ts';
import type { ScriptedServer, ServerSide } from './scripted-server.ts';

type Kind = WireEvent['is'];
type EventOf<K extends Kind> = WireEvent & { readonly is: K };

/** Keeps events until a test asks for them. */
class Told {
  readonly all: WireEvent[] = [];
  readonly #lookers = new Set<() => void>();
  #taken = new Set<WireEvent>();

  add(event: WireEvent): void {
    this.all.push(event);
    for (const look of this.#lookers) look();
  }

  /** The first of that kind that fits and was not given before; waits for it. */
  next<K extends Kind>(
    kind: K,
    fits: (event: EventOf<K>) => boolean = () => true,
  ): Promise<EventOf<K>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.all.find(
          (event): event is EventOf<K> =>
            event.is === kind && !this.#taken.has(event) && fits(event as EventOf<K>),
        );
        if (found === undefined) return;
        this.#lookers.delete(look);
        this.#taken.add(found);
        resolve(found);
      };
      this.#lookers.add(look);
      look();
    });
  }

  count(kind: Kind): number {
    return this.all.filter((event) => event.is === kind).length;
  }
}

export interface Subject {
  readonly wire: Wire;
  readonly told: Told;
  readonly faults: unknown[];
}

/** Connects; ended with the test. */
export function connected(
  where: { readonly host: string; readonly port: number },
  nick: string,
  options: Partial<WireOptions> = {},
): Subject {
  const told = new Told();
  const faults: unknown[] = [];
  const clocks: WireClocks = options.clocks ?? wireClocks();
  const wire = new Wire({
    endpoint: { host: where.host, port: where.port, tls: false },
    identity: { nick, username: 'user', realname: 'A user of the tests' },
    pace: PACES.none,
    onEvent: (event) => told.add(event),
    onFault: (error) => void faults.push(error),
    ...options,
    clocks,
  });
  onTestFinished(() => wire.destroy());
  return { wire, told, faults };
}

/** The same, and the server knows it. */
export async function registered(
  where: { readonly host: string; readonly port: number },
  nick: string,
  options: Partial<WireOptions> = {},
): Promise<Subject> {
  const subject = connected(where, nick, options);
  await subject.told.next('registered');
  return subject;
}

/** The same, by a server that a test plays, and that knows nothing but RFC 2812. */
export async function registeredBy(
  place: ScriptedServer,
  options: Partial<WireOptions> = {},
): Promise<Subject & { readonly server: ServerSide }> {
  const subject = connected(place, 'me', options);
  const server = await place.accepted();
  await server.welcome();
  await server.barrier();
  return { ...subject, server };
}

/** How a test waits for a text. */
export function waiting(kind: 'message' | 'notice' | 'action' = 'message') {
  return { kind, leave: () => {}, signal: new AbortController().signal } as const;
}
