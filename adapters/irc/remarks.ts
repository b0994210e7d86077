import type { AccountId, AdapterContext, SessionState } from 'postern/adapter';
import type { IrcAccount, IrcConfig } from './config.ts';
import type { Ending } from './wire/events.ts';

type Context = Pick<AdapterContext<IrcConfig, IrcAccount>, 'log' | 'health' | 'notifyAdmins'>;

const MINUTE_MS = 60_000;

/** What the operator is told of the adapter. */
export class Remarks {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  started(): void {
    this.#context.health('connected', 'connects as users join');
  }

  stopped(): void {
    this.#context.health('closed', 'stopped');
  }

  /** One user is on a server. */
  connected(account: AccountId, server: string): void {
    this.#context.health('connected', server, account);
  }

  /** He is not any more, or could not be. */
  disconnected(account: AccountId, server: string, why: Ending): void {
    this.#context.health(stateAfter(why), `${server}: ${why}`, account);
  }

  /** A server wants none of us. @param words of the server */
  shut(server: string, words: string, ms: number): void {
    const { log } = this.#context;
    const minutes = Math.ceil(ms / MINUTE_MS);
    const said = words.replace(/\p{C}/gu, ' ').slice(0, 200);
    log.warn({ server, minutes }, 'the server wants none of us: nobody connects to it for a while');
    const text = `${server} does not let us in: ${said}. Nobody connects to it for ${minutes} min.`;
    this.#context.notifyAdmins(`shut ${server}`, text).catch(() => {
      log.warn({ server }, 'the administrators could not be told of it');
    });
  }

  /** A line of the server broke something of ours. */
  fault(server: string, error: unknown): void {
    const name = error instanceof Error ? error.name : typeof error;
    this.#context.log.error(
      { server, error: name },
      'a line of the server could not be understood',
    );
  }

  /** Private messages that were not stored when the connection was given up. */
  unstored(server: string, count: number): void {
    this.#context.log.error({ server, count }, 'private messages could not be stored');
  }

  notStoredYet(server: string): void {
    this.#context.log.warn({ server }, 'a private message could not be stored: it is tried again');
  }
}

function stateAfter(why: Ending): SessionState {
  if (why === 'quit') return 'closed';
  return why === 'login' || why === 'password' ? 'bad-credentials' : 'transient-disconnect';
}
