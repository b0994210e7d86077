import type { AdapterContext, SessionState } from 'postern/adapter';
import type { EmailAccount, EmailConfig } from './config.ts';

type Context = Pick<
  AdapterContext<EmailConfig, EmailAccount>,
  'config' | 'log' | 'health' | 'notifyAdmins'
>;

/** Of every mail while the store is away: the log must not grow with them. */
const FORGOT_EVERY_MS = 60_000;

/** What the operator is told of the adapter, each once until it changes. */
export class Remarks {
  readonly #context: Context;
  /** State and detail. */
  #told = '';
  #warned = false;
  #forgotAt = Number.NEGATIVE_INFINITY;

  constructor(context: Context) {
    this.#context = context;
  }

  started(port: number): void {
    const { log, config } = this.#context;
    log.info({ port }, 'mail is taken');
    if (config.verify === 'off') log.warn({}, 'verify is off: anybody can write as anybody');
    this.#health('connecting', 'nothing was sent yet');
  }

  /** @param dsn whether it will report what became of it */
  taken(dsn: boolean): void {
    this.#health('connected', 'the smarthost takes mail');
    if (dsn || this.#warned || this.#context.config.receipt === 'handed') return;
    this.#warned = true;
    this.#context.log.warn({}, 'the smarthost sends no reports (DSN): no mail gets a receipt');
  }

  /** The smarthost refuses us, not one mail. */
  trouble(words: string): void {
    this.#health('bad-credentials', words);
    const text = `The smarthost takes no mail from here: ${words}. Mail waits until it does.`;
    this.#context.notifyAdmins('smarthost', text).catch(() => {
      this.#context.log.warn({}, 'the administrators could not be told of the smarthost');
    });
  }

  /** Each mail is tried again by itself: nobody has to be told, but whoever looks. */
  unreachable(words: string): void {
    this.#health('transient-disconnect', words);
  }

  /** Of a conversation: its next mail may begin a thread of its own. */
  notRemembered(): void {
    const now = performance.now();
    if (now - this.#forgotAt < FORGOT_EVERY_MS) return;
    this.#forgotAt = now;
    this.#context.log.warn({}, 'which mails belong together could not be stored');
  }

  stopped(): void {
    this.#health('closed', 'stopped');
  }

  #health(state: SessionState, detail: string): void {
    const told = `${state} ${detail}`;
    if (this.#told === told) return;
    this.#told = told;
    this.#context.health(state, detail);
  }
}
