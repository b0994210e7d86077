/** The configuration after it was read, validated and frozen. */

import type { AdapterDefinition, TransportId } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { Endpoint } from './endpoint.ts';
import type { RedisSettings } from './redis.ts';

export interface Settings {
  /** Absolute path of the file. */
  readonly file: string;
  /** Absolute path of the data directory. */
  readonly state: string;
  readonly admins: readonly BareJid[];
  readonly redis: RedisSettings;
  /** `always`: nothing is acknowledged before it is on disk. `relaxed`: a power failure may cost the last second. */
  readonly durability: 'always' | 'relaxed';
  readonly http: { readonly listen: Endpoint; readonly publicUrl: URL | undefined } | undefined;
  readonly admin: { readonly listen: Endpoint } | undefined;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
  readonly transports: readonly TransportSettings[];
  /** Every secret in it: a log masks them wherever they appear. */
  readonly secrets: readonly string[];
  /** What an operator should change, in words with the place: a secret in the open, for example. */
  readonly warnings: readonly string[];
}

export interface TransportSettings {
  readonly id: TransportId;
  readonly use: string;
  readonly domain: string;
  readonly definition: AdapterDefinition;
  /** Validated by the adapter's schema. */
  readonly config: unknown;
  /** Bare JID to settings, each validated by the adapter's schema. */
  readonly accounts: ReadonlyMap<BareJid, unknown>;
  /** Domains and bare JIDs that may use it. */
  readonly access: readonly string[];
  readonly xmpp: {
    readonly server: string;
    readonly connect: Endpoint;
    readonly tls: boolean;
    readonly secret: string;
  };
  /** Units (of the network) that one user may use up in a day (UTC). */
  readonly dailyLimit: number;
  /** Messages that one user may send in a minute, and at once. */
  readonly perMinute: number;
  /** A user stays in a room when his last client has left it, and comes back into it after a restart. */
  readonly keepRooms: boolean;
  /** What is said in rooms is kept for the users who heard it. */
  readonly archiveRooms: boolean;
  /** What to do when nobody can tell whether a message was sent. Default `fail`: the sender is told "may have been sent". */
  readonly unknownOutcome: 'fail' | 'resend';
  /** Overrides the deadline of the adapter's capabilities. */
  readonly deadlineMs: number | undefined;
}
