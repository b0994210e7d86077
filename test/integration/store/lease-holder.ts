/** Holds the lease `net` at the socket of its first argument, and prints what it thinks of it on SIGUSR2. */

import type { TransportId } from '../../../src/contract/index.ts';
import { holdLease } from '../../../src/store/lease.ts';
import { openStore } from '../../../src/store/store.ts';

const say = (word: string) => process.stdout.write(`${word}\n`);
const store = openStore({ kind: 'url', url: `unix:${process.argv[2]}` });
const lease = holdLease(store, 'net' as TransportId, 'child', {
  ttlMs: 900,
  onLost: () => say('lost'),
});
process.on('SIGUSR2', () => say(lease.held ? 'held' : 'not held'));
say(String((await lease.tryAcquire()) !== undefined));
