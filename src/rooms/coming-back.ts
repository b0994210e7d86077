/** Rooms of an earlier process: its clients are told, and the rooms are entered again, as often as it takes. */

import type { Accounts } from '../accounts/accounts.ts';
import { RefusedError, type RoomEvent } from '../contract/index.ts';
import type { Policy } from '../policy/policy.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { JoinWish, Rooms, RoomView } from '../xmpp/rooms/port.ts';
import type { Joining } from './joining.ts';
import type { RoomMemory } from './memory.ts';
import { COMES_BACK_MS, type Stay, type Stays } from './stays.ts';

export interface ComingBackOptions {
  readonly accounts: Pick<Accounts, 'find'>;
  readonly policy: Pick<Policy, 'refuses'>;
  readonly memory: Pick<RoomMemory, 'left' | 'forget'>;
  readonly face: () => Rooms;
  readonly keepsRooms: boolean;
  readonly now: () => number;
}

/** After so long a room is tried again into which nobody but us wishes to come back. */
const AGAIN_MS = 30_000;

export class ComingBack {
  readonly #options: ComingBackOptions;
  readonly #stays: Stays;
  readonly #joining: Joining;

  constructor(options: ComingBackOptions, stays: Stays, joining: Joining) {
    this.#options = options;
    this.#stays = stays;
    this.#joining = joining;
  }

  /** Once, at the start. */
  begin(): void {
    const { memory, accounts, policy, face, keepsRooms, now } = this.#options;
    for (const { user, room, local, nick, wished, password, clients } of memory.left) {
      for (const client of clients) face().farewell({ room, local, nick: nick ?? '', client });
      const account = policy.refuses(user) === undefined ? accounts.find(user) : undefined;
      const view = account && this.#reopened(user, local);
      if (account === undefined || view === undefined) {
        memory.forget(user, room);
        continue;
      }
      const wish = { nick: wished ?? nick ?? nickOf(user) };
      const secret = password === undefined ? {} : { password };
      const stay = this.#stays.begin(view, { ...wish, ...secret }, clients);
      stay.again = Number.POSITIVE_INFINITY;
      if (!keepsRooms) stay.emptyUntil = now() + COMES_BACK_MS;
      this.#joining.joinBy(account, stay);
    }
  }

  /** Where the network may be there later a restart loses no room. Who waits for it is told. */
  isTriedAgain(stay: Stay, event: RoomEvent): boolean {
    const isForLater = event.is === 'refused' && event.refusal.type === 'wait';
    if (stay.again === undefined || !isForLater) return false;
    if (stay.view.clients === 0) this.#tryLater(stay);
    // Without him nobody would be in it: he comes again by himself.
    else if (!this.#options.keepsRooms) return false;
    else this.#tellAndKeep(stay, event);
    return true;
  }

  /** Somebody waits for it: it is not left until its time comes, and he may know the password. */
  hurry(stay: Stay, wish: JoinWish): void {
    const { again = Number.POSITIVE_INFINITY } = stay;
    // It is tried just now.
    if (again === Number.POSITIVE_INFINITY) return;
    stay.wish = { ...stay.wish, ...wish };
    stay.again = this.#options.now();
  }

  /** Called about once a second for each room. */
  tick(stay: Stay): void {
    const { again = Number.POSITIVE_INFINITY } = stay;
    if (again > this.#options.now()) return;
    stay.again = Number.POSITIVE_INFINITY;
    const account = this.#options.accounts.find(stay.view.user);
    if (account !== undefined) this.#joining.joinBy(account, stay);
  }

  #tryLater(stay: Stay): void {
    stay.again = this.#options.now() + AGAIN_MS;
  }

  /** What it is told ends a view that is not open: the room goes on in another one. */
  #tellAndKeep({ view, wish, clients }: Stay, event: RoomEvent): void {
    view.tell(event);
    const next = this.#reopened(view.user, view.local);
    if (next === undefined) this.#stays.end(view);
    else this.#tryLater(this.#stays.begin(next, wish, [...clients]));
  }

  /** Undefined where there is no such room any more: the settings may have changed. */
  #reopened(user: BareJid, local: string): RoomView | undefined {
    try {
      return this.#options.face().open(user, local);
    } catch (error) {
      if (error instanceof RefusedError) return undefined;
      throw error;
    }
  }
}

function nickOf(user: BareJid): string {
  return user.slice(0, user.lastIndexOf('@'));
}
