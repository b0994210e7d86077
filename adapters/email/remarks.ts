import type { AdapterContext, SessionState } from 'postern/adapter';
import type { EmailAccount, EmailConfig } from './config.ts';

/** What the operator is told of the adapter, each once until it changes. */
export class Remarks {
  readonly #context: AdapterContext<EmailConfig, EmailAccount>;
  #told: SessionState | undefined;

  constructor(context: AdapterContext<EmailConfig, EmailAccount>) {
    this.#context = context;
  }

  started(port: number): void {
    this.#context.log.info({ port }, 'mail is taken');
    this.#health('connecting', 'nothing was sent yet');
  }

  taken(): void {
    this.#health('connected', 'the smarthost takes mail');
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
