/** Mails from where they are kept to stanzas, through the worker threads, with all of it but servers. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdapterDefinition } from 'postern/adapter';
import { Rig } from 'postern/adapter/testing';
import type { ToKeep, TransportId } from '../../src/contract/index.ts';
import { KEEP_WITHIN_MS, keeper } from '../../src/inbound/keep.ts';
import { opener } from '../../src/inbound/open.ts';
import { Patience } from '../../src/inbound/patience.ts';
import { batched } from '../../src/lanes/batching.ts';
import { startDrain } from '../../src/lanes/drain.ts';
import { channelOf, type KeptDirection } from '../../src/lanes/lane.ts';
import { memoryLaneStore } from '../../src/lanes/memory/memory-lane-store.ts';
import { noWake } from '../../src/lanes/no-wake.ts';
import type { Drain } from '../../src/lanes/serving.ts';
import { spooled } from '../../src/lanes/spool.ts';
import { startOpeners } from '../../src/opening/openers.ts';
import type { Element } from '../../src/xmpp/xml/element.ts';
import { RecordedHistory } from '../support/paper.ts';
import { Watched } from '../support/watched.ts';
import { serveHostileNames } from './hostile-names.ts';
import { WayIn } from './way-in.ts';

const TRANSPORT = 'mail' as TransportId;
/** Kept so long ago that nobody waits any more for a name server which does not answer. */
const AGO_MS = 3_600_000;

/** What became of the mails. */
class Ends extends Watched {
  opened = 0;
  readonly parked: string[] = [];

  open(): void {
    this.opened += 1;
    this.changed();
  }

  park(why: string): void {
    this.parked.push(why);
    this.changed();
  }
}

export interface MailsKept {
  readonly ends: Pick<Ends, 'opened' | 'parked'>;
  readonly errors: readonly unknown[];
  /** Resolves when each is opened or parked. @returns what Juliet gets, as a strict server reads it */
  open(mails: readonly ToKeep[]): Promise<Element[]>;
  close(): Promise<void>;
}

export async function keepMails(definition: AdapterDefinition): Promise<MailsKept> {
  const ends = new Ends();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const names = await serveHostileNames();
  const folder = await mkdtemp(join(tmpdir(), 'postern-mails-'));
  const store = await spooled(memoryLaneStore(), join(folder, 'spool'), false);
  const network = {
    config: {
      ...{ listen: '127.0.0.1:2525', smarthost: 'smtp://127.0.0.1:587' },
      ...{ verify: 'dmarc', resolver: [names.at] },
    },
    ...{ account: { address: 'juliet' }, peer: 'romeo@example.com', text: '' },
  };
  const { adapter, addressing, link } = new Rig({ definition }, network);
  const [own = ''] = addressing.ownAddresses(link.settings);
  const way = new WayIn('gw.example', addressing, own);
  const config = definition.config.parse(network.config);
  const openers = startOpeners({ module: definition.opener ?? '', config, onError });
  const server = opener({
    open: openers.open,
    eventsOf: async (opened, kept) => (await adapter.opened?.(opened, kept)) ?? [],
    receive: way.receiver.receiveOpened,
    news: async () => undefined,
    note: (_, what) => {
      if (what === 'opened') ends.open();
    },
    parked: (_, why) => ends.park(why),
    onError,
    now: Date.now,
  });
  const start = (direction: KeptDirection, concurrency: number): Drain =>
    startDrain({
      ...{ channel: channelOf(TRANSPORT, direction), store: batched(store), server },
      ...{ holder: 'the test', wake: noWake, concurrency, perLane: 1, onError },
    });
  const drains = {
    kept: start('kept', openers.concurrency - 1),
    'kept-large': start('kept-large', 1),
  };
  const keep = keeper({
    ...{ transport: TRANSPORT, duplicateWindowMs: 60_000, intake: () => 'open' },
    ...{ setAside: store.setAside, lanes: batched(store), history: new RecordedHistory() },
    nudge: (partition, direction) => drains[direction].nudge(partition),
    ...{ onError, now: () => Date.now() - AGO_MS, patience: new Patience(KEEP_WITHIN_MS) },
  });
  return {
    ...{ ends, errors },
    async open(mails) {
      const all = ends.opened + ends.parked.length + mails.length;
      await Promise.all(mails.map(keep));
      await ends.until(({ opened, parked }) => opened + parked.length === all);
      return await way.present();
    },
    async close() {
      await Promise.all(Object.values(drains).map((drain) => drain.stop(1_000)));
      await openers.stop();
      store.stop();
      names.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
