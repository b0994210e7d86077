import type { Accounts } from '../accounts/accounts.ts';
import { openAccounts, type Prepared } from '../accounts/open-accounts.ts';
import type { AccountLink, Addressing, MessageId, Place } from '../contract/index.ts';
import { say, type Word } from '../inbound/say.ts';
import type { Direction } from '../lanes/lane.ts';
import type { Drain } from '../lanes/serving.ts';
import type { DeliverOptions } from '../outbound/deliver-options.ts';
import { type Reports, reportsOf } from '../outbound/reports.ts';
import { type OpenPolicy, openPolicy, type PolicyRules } from '../policy/open-policy.ts';
import type { TransportSettings } from '../settings/settings.ts';
import type { Log } from '../telemetry/log.ts';
import { errorLog } from '../telemetry/repeats.ts';
import type { Health } from '../transports/health.ts';
import { HELPER } from '../xmpp/port.ts';
import type { Shared } from './shared.ts';

/** What the rooms of one transport have in common while this process owns it. */
export interface Parts {
  readonly shared: Shared;
  /** What is in force: a reload changes it. */
  readonly settings: TransportSettings;
  readonly health: Health;
  readonly log: Log;
  readonly place: Place;
  readonly addressing: Addressing<unknown>;
  readonly accounts: Accounts;
  readonly policy: OpenPolicy;
  /** What senders are told of the end of their messages. */
  readonly reports: Reports;
  /** Set when the lanes are served; until then nobody has to be nudged. */
  readonly drains: Partial<Record<Direction, Drain>>;
  readonly nudgeOutbound: (partition: number) => void;
  readonly nudgeInbound: (partition: number) => void;
  readonly note: DeliverOptions['note'];
  /** Postern itself says something to users. Resolves when it is stored. */
  readonly tell: (words: readonly Word[]) => Promise<void>;
  readonly notifyAdmins: (key: string, text: string) => Promise<void>;
  /** A message was put aside: the operator must see it. */
  readonly parked: (message: MessageId, why: string) => void;
  readonly onError: (error: unknown) => void;
  /** @throws AccountConflictError where `prepare` would */
  check(next: TransportSettings): Promise<void>;
  /** What was read again, stored and not in force yet; it differs in what `changeOf` lets through. */
  prepare(next: TransportSettings): Promise<Prepared>;
}

/**
 * Reads what the store knows of the transport; done anew whenever this process becomes its owner.
 * @param unregistered told of an account that is no more
 */
export async function openParts(
  shared: Shared,
  atFirst: TransportSettings,
  health: Health,
  unregistered: (account: AccountLink<unknown>) => void,
): Promise<Parts> {
  let settings = atFirst;
  const { id: transport, definition, config } = settings;
  const { store, history, lanes } = shared;
  const log = shared.log.child({ transport });
  const onError = errorLog(log, 'something failed');
  const place: Place = { domain: settings.domain, server: settings.xmpp.server };
  const addressing = definition.addressing(config, place);
  const [accounts, policy] = await Promise.all([
    openAccounts({
      transport,
      addressing,
      accountSchema: definition.account,
      configured: settings.accounts,
      store,
      onError,
      unregistered,
    }),
    openPolicy({ transport, ...rulesIn(shared, settings), store, onError }),
  ]);

  const drains: Parts['drains'] = {};
  const nudgeInbound = (partition: number) => drains.inbound?.nudge(partition);
  const tell = async (words: readonly Word[]) => {
    await say({ transport, lanes, nudge: nudgeInbound, now: Date.now }, words);
  };
  const notifyAdmins = (key: string, text: string) =>
    tell(shared.settings.admins.map((to) => ({ to, from: HELPER, text, once: key })));
  return {
    shared,
    get settings() {
      return settings;
    },
    health,
    log,
    place,
    addressing,
    accounts,
    policy,
    reports: reportsOf(transport, Date.now),
    drains,
    nudgeOutbound: (partition) => drains.outbound?.nudgeAtOnce(partition),
    nudgeInbound,
    note: (message, what, detail, names) => {
      const step = { message, transport, at: Date.now(), what };
      history.note({
        ...step,
        ...(detail === undefined ? {} : { detail }),
        ...(names === undefined ? {} : { names }),
      });
      log.debug({ message, what, detail }, 'step');
    },
    tell,
    notifyAdmins,
    parked: (message, why) => {
      log.error({ message, why }, 'a message was put aside');
      const text = `A message was put aside: ${why}. Its story: postern why ${message}. Others within an hour are only in the log.`;
      notifyAdmins('parked', text).catch(onError);
    },
    onError,
    check: (next) => accounts.check(next.accounts),
    async prepare(next) {
      const { apply, discard } = await accounts.prepare(next.accounts);
      return {
        apply() {
          apply();
          policy.change(rulesIn(shared, next));
          settings = next;
        },
        discard,
      };
    },
  };
}

function rulesIn(
  { settings: { admins } }: Shared,
  { access, dailyLimit, perMinute }: TransportSettings,
): PolicyRules {
  return { access, admins, dailyLimit, perMinute };
}
