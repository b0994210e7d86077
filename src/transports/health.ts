import type { AccountId, SessionState } from '../contract/index.ts';

/** Keeps what the edges of one transport say of themselves. */
export class Health {
  #standby = true;
  #xmpp = { online: false, detail: 'not connected yet' };
  #network: { state: SessionState; detail: string } = { state: 'connecting', detail: '' };
  readonly #unwell = new Set<AccountId>();

  /** All that has to be up is up. A network that is down is the network's matter, not ours. */
  get ready(): boolean {
    return this.#xmpp.online;
  }

  /** The same for a person. */
  get words(): string {
    if (this.#standby) return 'standing by';
    if (!this.#xmpp.online) return this.#xmpp.detail;
    const { state, detail } = this.#network;
    const network =
      state === 'connected' ? '' : `; network ${state}${detail === '' ? '' : `: ${detail}`}`;
    const accounts = this.#unwell.size === 0 ? '' : `; ${this.#unwell.size} accounts not connected`;
    return `up${network}${accounts}`;
  }

  standby(standby: boolean): void {
    this.#standby = standby;
  }

  xmpp(online: boolean, detail: string): void {
    this.#xmpp = { online, detail };
  }

  network(state: SessionState, detail: string, account?: AccountId): void {
    if (account === undefined) this.#network = { state, detail };
    else if (state === 'connected' || state === 'closed') this.#unwell.delete(account);
    else this.#unwell.add(account);
  }
}
