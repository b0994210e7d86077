/** The way of a user into a room: by his account, and where he has none yet, by registering him first. */

import type { Accounts } from '../accounts/accounts.ts';
import {
  type AccountId,
  type AccountLink,
  type Capabilities,
  type Refusal,
  RefusedError,
  type Session,
} from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';
import { NO_SESSION, NOT_YET } from './refusals.ts';
import type { Stay, Stays } from './stays.ts';

export interface JoiningOptions {
  readonly capabilities: Pick<Capabilities, 'accounts'>;
  readonly accounts: Pick<Accounts, 'find' | 'register'>;
  readonly sessionOf: (account: AccountLink<unknown>) => Session;
  readonly onError: (error: unknown) => void;
}

export class Joining {
  readonly #options: JoiningOptions;
  readonly #stays: Pick<Stays, 'find' | 'end'>;
  readonly #users = new Map<AccountId, BareJid>();

  constructor(options: JoiningOptions, stays: Pick<Stays, 'find' | 'end'>) {
    this.#options = options;
    this.#stays = stays;
  }

  /** Whose account it is; undefined where it was never in a room. */
  userOf(account: AccountId): BareJid | undefined {
    return this.#users.get(account);
  }

  forget(account: AccountId): void {
    this.#users.delete(account);
  }

  join(stay: Stay): void {
    const account = this.#options.accounts.find(stay.view.user);
    if (account === undefined) this.#register(stay);
    else this.joinBy(account, stay);
  }

  joinBy(account: AccountLink<unknown>, { view, wish }: Stay): void {
    this.#users.set(account.id, view.user);
    this.#options.sessionOf(account).rooms?.join(view.room, wish);
  }

  #register(stay: Stay): void {
    const { accounts, capabilities, onError } = this.#options;
    const { view } = stay;
    const refuse = (refusal: Refusal) => {
      view.tell({ is: 'refused', refusal });
      this.#stays.end(view);
    };
    if (capabilities.accounts === 'registration') {
      refuse(NOT_YET);
      return;
    }
    // His client may leave meanwhile, and even come again: then it is not about this stay any more.
    const isWanted = () => this.#stays.find(view.user, view.room) === stay;
    accounts.register(view.user).then(
      (account) => {
        if (isWanted()) this.joinBy(account, stay);
      },
      (error: unknown) => {
        // He may have got one in another way meanwhile: by a message, or by another room.
        const account = accounts.find(view.user);
        const known = error instanceof RefusedError;
        if (!known) onError(error);
        if (!isWanted()) return;
        if (account === undefined) refuse(known ? error.refusal : NO_SESSION);
        else this.joinBy(account, stay);
      },
    );
  }
}
