/** Who we are, as the others on the server see it. */

import type { Features } from './features.ts';
import { isNick, type LineLimits } from './line.ts';
import type { Source } from './message.ts';

export class Self {
  #source: Source;

  constructor(nick: string) {
    this.#source = { nick, user: '', host: '' };
  }

  get nick(): string {
    return this.#source.nick;
  }

  /** From every line that comes from us or is about us. */
  learn({ nick, user, host }: Source): void {
    if (!isNick(nick)) return;
    const known = this.#source;
    this.#source = { nick, user: user || known.user, host: host || known.host };
  }

  /** What a line of ours may have, so that nothing of it is cut behind `:nick!user@host `. */
  limits({ lineLength, channelTypes, userLength, hostLength }: Features): LineLimits {
    const { nick, user, host } = this.#source;
    // As long as it can be, until it is seen.
    const address = host === '' ? userLength + 1 + hostLength : Buffer.byteLength(user + host);
    const prefix = Buffer.byteLength(nick) + address + ':!@ '.length;
    return { bytes: lineLength, prefix, channelTypes };
  }
}
