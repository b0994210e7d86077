/** Those out there who send mail side by side, and hear what became of each. */

import { type SmtpDialogue, startSmtp } from './peers/smtp-dialogue.ts';
import { Watched } from './watched.ts';

export interface MailSendersOptions {
  readonly port: number;
  readonly to: string;
  readonly from: string;
  /** Connections. */
  readonly sessions?: number;
}

/** A mail is known by a name: it stands in its Message-ID, and is all of its text. */
export class MailSenders extends Watched {
  readonly #options: MailSendersOptions;
  readonly #taken = new Set<string>();

  constructor(options: MailSendersOptions) {
    super();
    this.#options = options;
  }

  /** The names of those that got a yes. */
  get taken(): ReadonlySet<string> {
    return this.#taken;
  }

  /** Sends each once. Resolves when each has its answer, or its connection has broken. @returns those without a yes */
  async send(names: readonly string[]): Promise<readonly string[]> {
    const queue = [...names];
    const session = async () => {
      let dialogue: SmtpDialogue | undefined;
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        dialogue ??= await startSmtp(this.#options.port).catch(() => undefined);
        const reply =
          (await dialogue?.mail(this.#options.from, [this.#options.to], this.#mail(name))) ?? '';
        if (reply.startsWith('250')) {
          this.#taken.add(name);
          this.changed();
        } else if (!/^4(?!21)/.test(reply)) {
          dialogue?.end();
          dialogue = undefined;
        }
      }
      dialogue?.end();
    };
    await Promise.all(Array.from({ length: this.#options.sessions ?? 10 }, session));
    return names.filter((name) => !this.#taken.has(name));
  }

  /** As a sender that does not give up. */
  async sendUntilTaken(names: readonly string[]): Promise<void> {
    let missing = names;
    while (missing.length > 0) missing = await this.send(missing);
  }

  headOf(name: string): string {
    const { from, to } = this.#options;
    const id = `${name.replaceAll(' ', '.')}@${from.slice(from.indexOf('@') + 1)}`;
    return `From: <${from}>\r\nTo: <${to}>\r\nMessage-ID: <${id}>\r\n\r\n`;
  }

  #mail(name: string): string {
    return this.headOf(name) + name;
  }
}
