import type { Accounts } from '../accounts/accounts.ts';
import type {
  AccountLink,
  Capabilities,
  MessageId,
  OutboundEvent,
  Session,
  TransportId,
} from '../contract/index.ts';
import type { StepKind } from '../history/history.ts';
import type { ClaimedEntry, Entry, LaneStore } from '../lanes/lane-store.ts';
import type { Turn } from '../lanes/serving.ts';
import type { StoredOutbound } from '../lanes/stored.ts';
import type { Reports } from './reports.ts';

/** What delivering for one transport needs. */
export interface DeliverOptions {
  readonly transport: TransportId;
  readonly capabilities: Capabilities;
  /** See `Capabilities.deadlineMs`; for the text of an expiry. */
  readonly deadlineMs: number;
  /** When this message is given up, milliseconds since the epoch. */
  readonly deadlineOf: (entry: Entry) => number;
  readonly unknownOutcome: 'fail' | 'resend';
  readonly accounts: Pick<Accounts, 'find'>;
  readonly sessionOf: (account: AccountLink<unknown>) => Session;
  readonly lanes: Pick<LaneStore, 'bind' | 'whose'>;
  readonly reports: Reports;
  readonly note: (
    message: MessageId,
    what: StepKind,
    detail?: string,
    /** By what else a person may ask for it. */
    names?: readonly string[],
  ) => void;
  /**
   * The network has what was said in a room. Resolves when that is written down: what has ended in the
   * store, and is in no archive, would have ended silently in a crash.
   * @param parts what was really said, if not the text
   * @returns lets its sender see it
   */
  readonly saidInRoom: (
    message: MessageId,
    event: StoredOutbound,
    parts: readonly string[] | undefined,
  ) => Promise<() => void>;
  /** Whether `saidInRoom` was called for it before a crash, as far as that is kept. */
  readonly wasSaidInRoom: (message: MessageId, event: StoredOutbound) => boolean;
  /** A message was put aside for the operator. */
  readonly parked: (message: MessageId, why: string) => void;
  /** News that came before the network's id was known to be this message's. */
  readonly newsOf: (message: MessageId, news: readonly string[]) => void;
  /** Every part was confirmed before the hand-over was stored. */
  readonly confirmedEarly: (message: MessageId) => void;
  readonly nudgeInbound: (partition: number) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  /** 0 to 1 */
  readonly chance: () => number;
}

/** One message on its turn. */
export interface Job {
  readonly entry: ClaimedEntry;
  readonly event: StoredOutbound;
  readonly message: OutboundEvent;
  readonly turn: Turn;
}
