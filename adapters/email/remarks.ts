import type { AdapterContext, SessionState } from 'postern/adapter';
import type { EmailAccount, EmailConfig } from './config.ts';

type Context = Pick<
  AdapterContext<EmailConfig, EmailAccount>,
  'config' | 'log' | 'health' | 'notifyAdmins'
>;

/** What the operator is told of the adapter, each once until it changes. */
export class Remarks {
  readonly #context: Context;
  #told: SessionState | undefined;
  #warned = false;

  constructor(context: Context) {
    this.#context = context;
  }

  started(port: number): void {
    this.#context.log.info({ port }, 'mail is taken');
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
    this.#context.log.warn({}, 'which mails belong together could not be stored');
  }

  stopped(): void {
    this.#health('closed', 'stopped');
  }

  #health(state: SessionState, detail: string): void {
    if (this.#told === state) return;
    this.#told = state;
    this.#context.health(state, detail);
  }
}
