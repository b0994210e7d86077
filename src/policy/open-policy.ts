import type { Refusal, TransportId } from '../contract/index.ts';
import type { Store } from '../store/store.ts';
import type { BareJid } from '../xmpp/jid.ts';
import { Allowance } from './allowance.ts';
import { Burst } from './burst.ts';
import type { Policy } from './policy.ts';

export interface PolicyOptions {
  readonly transport: TransportId;
  /** Domains and bare JIDs that may use it, normalised. */
  readonly access: readonly string[];
  readonly admins: readonly BareJid[];
  /** Units that one user, an administrator too, may use up in a day (UTC). */
  readonly dailyLimit: number;
  /** Messages that one user may send at once, and a minute. Default: 30. */
  readonly perMinute?: number;
  readonly store: Pick<Store, 'command' | 'script' | 'partitionFor'>;
  readonly onError?: (error: unknown) => void;
  readonly now?: () => number;
}

/** What an operator can change of it while it is in use. */
export type PolicyRules = Pick<PolicyOptions, 'access' | 'admins' | 'dailyLimit' | 'perMinute'>;

export interface OpenPolicy extends Policy {
  /** These are the rules from now on. What was counted stays counted. */
  change(rules: PolicyRules): void;
  /** Reads the counts anew: another process may have counted. */
  refresh(): Promise<void>;
  /** Writes what was counted. */
  close(): Promise<void>;
}

const PER_MINUTE = 30;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Reads what every user has used up today. */
export async function openPolicy(options: PolicyOptions): Promise<OpenPolicy> {
  const { transport, store, now = Date.now } = options;
  let rules = rulesOf(options);
  let burst = new Burst(rules.perMinute);
  const allowance = new Allowance({
    transport,
    store,
    onError: options.onError ?? (() => undefined),
  });
  await allowance.load(now());
  return {
    refuses: (jid) => {
      const { access } = rules;
      return access.has(jid) || access.has(domainOf(jid)) ? undefined : FORBIDDEN;
    },
    isAdmin: (jid) => rules.admins.has(jid),
    spend: (jid, units) => {
      const at = now();
      const needed = Math.ceil(units);
      const { dailyLimit, perMinute } = rules;
      const left = dailyLimit - allowance.used(jid, at);
      if (needed > dailyLimit) return tooLarge(needed, dailyLimit);
      if (needed > left) return usedUp(needed, Math.max(left, 0), dailyLimit, at);
      const waitMs = burst.take(jid, at);
      if (waitMs > 0) return tooFast(perMinute, waitMs);
      allowance.add(jid, needed, at);
      return undefined;
    },
    giveBack: (jid, units) => {
      const at = now();
      // What was spent before midnight is not given back to the day after it.
      const back = Math.min(Math.ceil(units), allowance.used(jid, at));
      if (back > 0) allowance.add(jid, -back, at);
    },
    change: (next) => {
      const before = rules.perMinute;
      rules = rulesOf(next);
      if (rules.perMinute !== before) burst = new Burst(rules.perMinute);
    },
    refresh: () => allowance.load(now()),
    close: () => allowance.close(),
  };
}

function rulesOf({ access, admins, dailyLimit, perMinute = PER_MINUTE }: PolicyRules) {
  return { access: new Set(access), admins: new Set(admins), dailyLimit, perMinute };
}

const FORBIDDEN: Refusal = {
  condition: 'forbidden',
  type: 'cancel',
  text: 'This gateway is not open to your address. Ask its operator for access.',
};

function tooLarge(needed: number, limit: number): Refusal {
  const text = `This message counts as ${needed}, and ${limit} are allowed a day. Please shorten it.`;
  return { condition: 'policy-violation', type: 'modify', text };
}

function usedUp(needed: number, left: number, limit: number, now: number): Refusal {
  const what =
    left === 0
      ? `Today's limit of ${limit} is used up.`
      : `This message counts as ${needed}, and ${left} of ${limit} are left today.`;
  const text = `${what} The next day begins at 00:00 UTC, in ${untilTomorrow(now)}.`;
  return { condition: 'resource-constraint', type: 'wait', text };
}

function tooFast(perMinute: number, waitMs: number): Refusal {
  const text = `Not sent: ${perMinute} messages a minute are allowed. Try again in ${Math.ceil(waitMs / 1_000)} s.`;
  return { condition: 'resource-constraint', type: 'wait', text };
}

function untilTomorrow(now: number): string {
  const minutes = Math.ceil((DAY_MS - (now % DAY_MS)) / MINUTE_MS);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

function domainOf(jid: BareJid): string {
  return jid.slice(jid.indexOf('@') + 1);
}
