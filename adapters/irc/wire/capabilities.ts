/** What a server can do beyond RFC 1459, and what of it is switched on: IRCv3 capability negotiation, 302. */

const WANTED: ReadonlySet<string> = new Set([
  'account-notify',
  'account-tag',
  'away-notify',
  'batch',
  'chghost',
  'echo-message',
  'extended-join',
  'labeled-response',
  'message-tags',
  'multi-prefix',
  'server-time',
  'userhost-in-names',
]);

const MAX_OFFERED = 200;

/** What to do after a CAP line. */
export interface CapStep {
  /** Each is one `CAP REQ`. */
  readonly requests: readonly string[];
  /** Whether nothing is open any more. */
  readonly settled: boolean;
}

export class Capabilities {
  readonly #wanted: ReadonlySet<string>;
  /** To the words behind its `=`. */
  readonly #offered = new Map<string, string>();
  readonly #enabled = new Set<string>();
  /** Requested, and not answered. */
  readonly #open = new Set<string>();
  #listed = false;

  /** @param login whether `sasl` is wanted, too */
  constructor(login: boolean) {
    this.#wanted = login ? new Set([...WANTED, 'sasl']) : WANTED;
  }

  has(name: string): boolean {
    return this.#enabled.has(name);
  }

  /** How texts that leave now are acknowledged. */
  get acknowledgement(): 'label' | 'echo' | 'pong' {
    if (this.has('labeled-response')) return 'label';
    return this.has('echo-message') ? 'echo' : 'pong';
  }

  /** Whether the server knows a mechanism of SASL. If it names none, it may. */
  offersLogin(mechanism: string): boolean {
    const mechanisms = this.#offered.get('sasl');
    if (mechanisms === undefined) return false;
    return mechanisms === '' || mechanisms.toUpperCase().split(',').includes(mechanism);
  }

  /** @param params of a CAP line: whose, the subcommand, perhaps `*` for "more follows", the names */
  take(params: readonly string[]): CapStep {
    const names = (params.at(-1) ?? '').split(' ').filter((name) => name !== '');
    switch (params.length < 3 ? '' : params[1]?.toUpperCase()) {
      case 'LS':
        this.#offer(names);
        this.#listed ||= params.length < 4 || params[2] !== '*';
        return this.#step(this.#listed ? [this.#missing().join(' ')] : []);
      case 'NEW':
        this.#offer(names);
        return this.#step([this.#missing().join(' ')]);
      case 'ACK':
        for (const name of names) this.#acknowledge(name);
        return this.#step([]);
      case 'NAK':
        return this.#step(this.#refused(names));
      case 'DEL':
        for (const name of names) this.#forget(name);
        return this.#step([]);
      default:
        return this.#step([]);
    }
  }

  #offer(names: readonly string[]): void {
    for (const word of names) {
      const [name = '', ...values] = word.split('=');
      if (this.#offered.size < MAX_OFFERED) this.#offered.set(name, values.join('='));
    }
  }

  #missing(): string[] {
    const isOpen = (name: string): boolean => this.#open.has(name) || this.#enabled.has(name);
    return [...this.#wanted].filter((name) => this.#offered.has(name) && !isOpen(name));
  }

  #acknowledge(word: string): void {
    const name = word.replace(/^[-~=]+/, '');
    this.#open.delete(name);
    if (word.startsWith('-')) this.#enabled.delete(name);
    else if (this.#wanted.has(name)) this.#enabled.add(name);
  }

  #forget(name: string): void {
    this.#offered.delete(name);
    this.#enabled.delete(name);
  }

  /** A request is taken or refused as a whole: then each is asked for alone, once. */
  #refused(names: readonly string[]): string[] {
    const open = names.filter((name) => this.#open.delete(name));
    if (open.length > 1) return open;
    for (const name of open) this.#offered.delete(name);
    return [];
  }

  #step(requests: readonly string[]): CapStep {
    const asked = requests.filter((request) => request !== '');
    for (const request of asked) {
      for (const name of request.split(' ')) this.#open.add(name);
    }
    return { requests: asked, settled: this.#listed && this.#open.size === 0 };
  }
}
