import { Watched } from '../../watched.ts';
import type { IrcResident } from '../irc-resident.ts';
import { type DirectionName, type Ledger, type MessageKey, textOf } from '../ledger.ts';
import type { Pulse } from '../pulse.ts';

/** In beats: after so long without an arrival, one more is said to see whether anything arrives. */
const NOT_HEARD = 20;

export interface IrcSourceOptions {
  readonly direction: DirectionName;
  readonly ledger: Ledger;
  readonly pulse: Pulse;
  readonly person: IrcResident;
  /** A channel, or a nick. */
  readonly to: string;
  readonly lane: number;
  /** Of the whole direction: the number of the next. */
  readonly next: () => number;
}

interface Said {
  readonly key: MessageKey;
  readonly stay: number;
  /** The other one was there when the server had it. */
  isHearable: boolean;
}

/**
 * Somebody who speaks while the other one is there. IRC has no word for "he has it": what is heard
 * proves that what was said before it, in the same stay of the other one, was heard by the gateway, too.
 */
export class IrcSource extends Watched {
  readonly #options: IrcSourceOptions;
  #queue: MessageKey[] = [];
  /** Said, not arrived and not proved, oldest first. */
  #open: Said[] = [];
  #last: Said | undefined;
  #isLastHeard = true;
  #isFinishing = false;
  #beats = 0;

  constructor(options: IrcSourceOptions) {
    super();
    this.#options = options;
    options.pulse.beat(() => this.#beat());
  }

  get isDone(): boolean {
    return this.#queue.length === 0 && this.#isLastHeard;
  }

  get waitsFor(): string {
    const where = this.#options.person.stay === undefined ? 'nobody there' : 'not heard';
    return `${this.#options.to}: ${this.#queue.length} to be said, ${where}`;
  }

  send(n: number): void {
    const { direction, lane } = this.#options;
    this.#queue.push({ direction, lane, n });
    this.#speak();
  }

  /** Says one more, until the last one is heard. */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    this.send(this.#options.next());
    await this.until(({ isDone }) => isDone);
    this.#isFinishing = false;
  }

  arrived({ n }: MessageKey): void {
    const { ledger } = this.#options;
    const heard = this.#open.find(({ key }) => key.n === n);
    if (heard === undefined) return;
    this.#open = this.#open.filter((said) => {
      if (said.key.n > n) return true;
      const isProved = said !== heard && said.stay === heard.stay && said.isHearable;
      if (isProved) ledger.note(said.key, { is: 'accepted', by: 'a later one' });
      // Of an earlier stay nothing is proved any more.
      return said !== heard && said.stay === heard.stay && !isProved;
    });
    if (this.#last === heard) this.#isLastHeard = true;
    this.changed();
  }

  #beat(): void {
    this.#speak();
    if (!this.#isFinishing || this.#queue.length > 0 || this.#isLastHeard) {
      this.#beats = 0;
      return;
    }
    this.#beats += 1;
    const isOver = this.#last?.stay !== this.#options.person.stay;
    if (isOver || this.#beats >= NOT_HEARD) this.send(this.#options.next());
  }

  #speak(): void {
    const { person, to, ledger } = this.#options;
    const { stay } = person;
    if (stay === undefined || this.#queue.length === 0) return;
    this.#beats = 0;
    for (const key of this.#queue.splice(0)) {
      const said: Said = { key, stay, isHearable: false };
      ledger.note(key, { is: 'offered' });
      this.#open.push(said);
      this.#last = said;
      this.#isLastHeard = false;
      person.say(to, textOf(key));
      person.afterwards(() => {
        said.isHearable = person.stay === stay;
      });
    }
  }
}
