import type { Desk } from '../commands/desk.ts';
import type { Archive } from '../history/archive.ts';
import type { History, PastWriters } from '../history/history.ts';
import type { Originals } from '../history/originals.ts';
import type { Webhooks } from '../http/webhooks.ts';
import type { LaneStore } from '../lanes/lane-store.ts';
import type { Wake } from '../lanes/serving.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import type { Custody } from './custody.ts';

/** What all transports of one process share. */
export interface Shared {
  /** What is in force: a reload changes it. */
  readonly settings: Settings;
  readonly store: Store;
  readonly lanes: LaneStore;
  readonly history: History & PastWriters;
  readonly originals: Originals;
  /** What was said in rooms. */
  readonly archive: Archive;
  readonly wake: Wake;
  /** Where commands about messages are answered. */
  readonly desk: Desk;
  /** Undefined without a public listener. */
  readonly webhooks: Webhooks | undefined;
  /** False while the store is too full, or does not answer. */
  readonly admits: () => boolean;
  /** The same, and why not. */
  readonly intake: Custody['intake'];
  readonly setAside: Custody['setAside'];
  readonly log: Log;
  /** A name of this process that no other has. */
  readonly holder: string;
  /** Names of processes that are certainly gone. */
  readonly gone: readonly string[];
  readonly version: string;
}
