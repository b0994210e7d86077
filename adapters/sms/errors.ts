import type { Refusal, StanzaCondition, StanzaErrorType, Verdict } from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';

/** One row of a provider's table of errors. */
export interface ErrorRule {
  readonly condition: StanzaCondition;
  readonly type: StanzaErrorType;
  /** Follows "Not delivered: "; `{peer}` becomes the number, `{own}` "your number". */
  readonly text: string;
  /** Left out: trying again can not help. Nothing here applies once the provider took the text. */
  readonly retry?: 'conversation' | 'transport' | 'reconcile';
  /** Milliseconds before the next attempt. */
  readonly afterMs?: number;
  /** The operator has something to mend: he is told, and the sender is told that he is. */
  readonly alarm?: true;
  /** The recipient wants no texts from this number. */
  readonly optOut?: true;
}

/** A provider's answer that is not a success, read with its table. */
export class ProviderError extends DeliveryError {
  readonly rule: ErrorRule;
  /** As the provider writes it: "Twilio 21610". */
  readonly code: string;

  constructor(rule: ErrorRule, code: string, peer: string, afterMs = rule.afterMs) {
    super(verdictOf(rule, code, peer, afterMs), `the provider answered ${code}`);
    this.rule = rule;
    this.code = code;
  }
}

/** What the sender is told of a text that ended by this rule. At most 120 characters. */
export function refusalOf(rule: ErrorRule, code: string, peer: string): Refusal {
  const reason = rule.text.replace('{peer}', peer).replace('{own}', 'your number');
  const knows = rule.alarm === true ? ' The administrator knows.' : '';
  return {
    condition: rule.condition,
    type: rule.type,
    text: `Not delivered: ${reason}.${knows} (${code})`,
  };
}

/** The same for the administrators, without the number of the recipient. */
export function noticeOf(rule: ErrorRule, code: string, own: string): string {
  const reason = rule.text.replace('{peer}', 'the recipient').replace('{own}', 'this number');
  return `A text from ${own} failed: ${reason}. (${code})`;
}

function verdictOf(
  rule: ErrorRule,
  code: string,
  peer: string,
  afterMs: number | undefined,
): Verdict {
  if (rule.retry === undefined) return { kind: 'never', refusal: refusalOf(rule, code, peer) };
  if (rule.retry === 'reconcile') return { kind: 'unknown-outcome' };
  return { kind: 'later', scope: rule.retry, ...(afterMs === undefined ? {} : { afterMs }) };
}
