import type { AdapterContext } from 'postern/adapter';
import type { SmsAccount, SmsConfig } from './config.ts';
import type { Inbound } from './inbound.ts';
import { ListError, type Provider } from './providers/provider.ts';
import type { Remarks } from './remarks.ts';

const SEEN_KEY = 'received-until';
/** A text may show up in the list this long after its own time. Repeats are recognised by their id. */
const OVERLAP_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 5 * 60_000;
/** Of a text that was sent so long ago no news is waited for any more. */
const NEWS_MS = 72 * 60 * 60_000;
const HEAR_AGAIN_MS = 15 * 60_000;
/** So many are stored at once: each waits for a flush that they share. */
const NEWS_AT_ONCE = 16;

export interface MissedOptions {
  readonly context: AdapterContext<SmsConfig, SmsAccount>;
  readonly provider: Provider;
  readonly inbound: Inbound;
  readonly remarks: Remarks;
}

/**
 * Fetches what the provider received while nobody was there to take it: it tries a webhook once or
 * twice and then forgets it. Looks at the start and every five minutes, and so knows how the provider
 * is; what became of sent texts is asked at the start and every quarter of an hour.
 */
export class Missed {
  readonly #options: MissedOptions;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #underWay = false;
  /** When it was last asked what became of the texts that were sent, by a monotonic clock. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** Whose end was in the list then. */
  #heard: ReadonlySet<string> = new Set();
  #saidMore = false;

  constructor(options: MissedOptions) {
    this.#options = options;
  }

  /** Does not wait for the first look: the provider may be down. */
  start(): void {
    if (this.#ended) return;
    this.#look();
    this.#timer ??= setInterval(() => this.#look(), LOOK_AGAIN_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped.abort();
    await this.#looking;
  }

  get #ended(): boolean {
    return this.#stopped.signal.aborted || this.#options.context.signal.aborted;
  }

  #look(): void {
    if (this.#underWay) return;
    this.#underWay = true;
    this.#looking = this.#fetch().finally(() => {
      this.#underWay = false;
    });
  }

  async #fetch(): Promise<void> {
    const { context, remarks } = this.#options;
    try {
      await this.#receiveMissed();
      const isTime = performance.now() - this.#heardAt >= HEAR_AGAIN_MS;
      if (isTime && !this.#ended) await this.#hearMissed();
      remarks.health('connected', 'the provider answers');
    } catch (error) {
      if (this.#ended) return;
      if (!(error instanceof ListError)) {
        context.log.warn({}, 'could not store what was missed; looking again in five minutes');
      } else if (error.reason === 'refused') {
        remarks.health('bad-credentials', error.message);
        const text = 'The provider refuses the account SID or the auth token.';
        await context.notifyAdmins('credentials', text).catch(() => {
          context.log.error({}, text);
        });
      } else if (error.reason === 'absent') {
        remarks.health('connected', 'the provider answers, but lists nothing that was missed');
      } else {
        remarks.health('transient-disconnect', error.message);
      }
    }
  }

  /**
   * The provider tries its webhook a few times and never tells again: while nobody was there, and while
   * nobody could be reached.
   */
  async #hearMissed(): Promise<void> {
    const { context, provider, inbound } = this.#options;
    const at = performance.now();
    const list = await provider.ends(Date.now() - NEWS_MS, this.#signal);
    const ours = this.#ours;
    const fresh = list.news.filter(({ id, from }) => ours.has(from) && !this.#heard.has(id));
    for (let next = 0; next < fresh.length; next += NEWS_AT_ONCE) {
      if (this.#ended) return;
      const some = fresh.slice(next, next + NEWS_AT_ONCE);
      await Promise.all(some.map((news) => inbound.missedNews(news)));
    }
    if (!list.complete && !this.#saidMore) {
      const text =
        'More texts were sent in the last three days than Postern looks through: of the oldest it may not hear what became of them.';
      await context.notifyAdmins('missed-news', text);
      this.#saidMore = true;
    }
    this.#heard = new Set(list.news.map(({ id }) => id));
    this.#heardAt = at;
  }

  get #signal(): AbortSignal {
    return AbortSignal.any([this.#options.context.signal, this.#stopped.signal]);
  }

  /** The provider's account may have other numbers, whose texts are none of our business. */
  get #ours(): ReadonlySet<string> {
    const { context } = this.#options;
    return new Set<string>([...context.ownAddresses(), ...context.config.numbers]);
  }

  async #receiveMissed(): Promise<void> {
    const { context, provider, inbound } = this.#options;
    const now = Date.now();
    const until = Number(context.memory.get(SEEN_KEY) ?? now);
    const since = Math.min(until, now) - OVERLAP_MS;
    const list = await provider.received(since, this.#signal);
    const ours = this.#ours;
    for (const text of list.texts) {
      if (this.#ended) return;
      if (ours.has(text.to)) await inbound.text(text);
    }
    if (!list.complete) {
      const text =
        'More texts arrived while Postern was away than it fetches. Look at the provider.';
      await context.notifyAdmins('missed', text);
    }
    await context.memory.set(SEEN_KEY, String(now));
  }
}
