import type { AccountId, AdapterContext, SessionState } from 'postern/adapter';
import type { IrcAccount, IrcConfig } from './config.ts';
import type { Ending } from './wire/events.ts';

type Context = Pick<
  AdapterContext<IrcConfig, IrcAccount>,
  'config' | 'log' | 'health' | 'notifyAdmins'
>;

const MINUTE_MS = 60_000;
/** Of these the words are our own, or the system's. */
const OURS: ReadonlySet<Ending> = new Set(['unreachable', 'untrusted', 'insecure']);

/** What the operator is told of the adapter. */
export class Remarks {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  started(): void {
    this.#context.health('connected', 'connects as users join');
  }

  /** Nobody has asked for it yet: users would be the first to notice. */
  notThere(server: string, why: Ending, words: string): void {
    const cause = this.#cause(server, why, words);
    this.#context.log.warn(
      { server, why: cause },
      'the server can not be used now: look at its settings',
    );
  }

  stopped(): void {
    this.#context.health('closed', 'stopped');
  }

  /** One user is on a server. */
  connected(account: AccountId, server: string): void {
    this.#context.health('connected', server, account);
  }

  /** He is not any more, or could not be. @param words what is said in the room, or of the system */
  disconnected(account: AccountId, server: string, why: Ending, words: string): void {
    this.#context.health(stateAfter(why), this.#cause(server, why, words), account);
  }

  /**
   * Nobody connects for a while: a server wants none of us, or can not be trusted.
   * @param words of the server, or of the system
   */
  shut(server: string, why: Ending, words: string, ms: number): void {
    const { log } = this.#context;
    const minutes = Math.ceil(ms / MINUTE_MS);
    const said = words.replace(/\p{C}/gu, ' ').slice(0, 200);
    const isOurs = OURS.has(why);
    log.warn(
      { server, minutes, why: this.#cause(server, why, words) },
      isOurs
        ? 'the server can not be trusted: nobody connects to it for a while'
        : 'the server wants none of us: nobody connects to it for a while',
    );
    const what = isOurs ? 'can not be trusted' : 'does not let us in';
    const text = `${server} ${what}: ${said}. Nobody connects to it for ${minutes} min.`;
    this.#context.notifyAdmins(`shut ${server}`, text).catch(() => {
      log.warn({ server }, 'the administrators could not be told of it');
    });
  }

  /** What the server itself says is not for the log: it may name a user. */
  #cause(server: string, why: Ending, words: string): string {
    const settings = this.#context.config.servers[server];
    if (settings === undefined || !OURS.has(why)) return `${server}: ${why}`;
    return `${server}: ${why} at ${settings.host}:${settings.port} (${words})`;
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
