import type { AdapterContext, OwnAddress, PeerId, SessionState } from 'postern/adapter';
import type { SmsAccount, SmsConfig } from './config.ts';
import type { ErrorRule } from './errors.ts';
import type { OptOuts } from './optout.ts';

const OURS_KEY = 'own-numbers';
const MAX_OURS = 1000;

/** What is learnt by the way: how the provider is, what the operator should mend, which numbers are ours. */
export class Remarks {
  readonly #context: AdapterContext<SmsConfig, SmsAccount>;
  readonly #optOuts: OptOuts;
  readonly #ours: Set<string>;
  #state: SessionState | undefined;

  constructor(context: AdapterContext<SmsConfig, SmsAccount>, optOuts: OptOuts) {
    this.#context = context;
    this.#optOuts = optOuts;
    const remembered = context.memory.get(OURS_KEY)?.split(' ') ?? [];
    this.#ours = new Set([...context.config.numbers, ...remembered]);
  }

  /** Says how the provider is, when that changed. */
  health(state: SessionState, detail: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#context.health(state, detail);
  }

  /**
   * This number is one of this gateway's. The provider's account may have others, whose texts are
   * none of our business.
   */
  async ours(own: OwnAddress): Promise<void> {
    if (this.#ours.has(own) || this.#ours.size >= MAX_OURS) return;
    await this.#context.memory.set(OURS_KEY, [...this.#ours, own].join(' '));
    this.#ours.add(own);
  }

  isOurs(own: OwnAddress): boolean {
    return this.#ours.has(own);
  }

  /** A text failed by a rule of the provider's table: remembers and tells what it calls for. */
  async failed(
    { rule, code }: { readonly rule: ErrorRule; readonly code: string },
    own: OwnAddress,
    peer: PeerId | undefined,
  ): Promise<void> {
    if (rule.optOut && peer !== undefined) await this.#optOuts.add(own, peer);
    if (rule.alarm && rule.retry === 'transport') this.health('bad-credentials', code);
    if (rule.alarm) {
      const reason = rule.text.replace('{peer}', 'the recipient');
      await this.#context.notifyAdmins(code, `A text from ${own} failed: ${reason}. (${code})`);
    }
  }
}
