import type { AdapterContext, OwnAddress, PeerId, SessionState } from 'postern/adapter';
import type { SmsAccount, SmsConfig } from './config.ts';
import { type ErrorRule, noticeOf } from './errors.ts';
import type { OptOuts } from './optout.ts';

/** What is learnt by the way: how the provider is, and what the operator should mend. */
export class Remarks {
  readonly #context: AdapterContext<SmsConfig, SmsAccount>;
  readonly #optOuts: OptOuts;
  #state: SessionState | undefined;

  constructor(context: AdapterContext<SmsConfig, SmsAccount>, optOuts: OptOuts) {
    this.#context = context;
    this.#optOuts = optOuts;
  }

  /** Says how the provider is, when that changed. */
  health(state: SessionState, detail: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#context.health(state, detail);
  }

  /** A text failed by a rule of the provider's table: remembers and tells what it calls for. */
  async failed(
    { rule, code }: { readonly rule: ErrorRule; readonly code: string },
    own: OwnAddress,
    peer: PeerId | undefined,
  ): Promise<void> {
    if (rule.optOut && peer !== undefined) await this.#optOuts.add(own, peer);
    if (rule.alarm && rule.retry === 'transport') this.health('bad-credentials', code);
    if (rule.alarm) await this.#context.notifyAdmins(code, noticeOf(rule, code, own));
  }
}
