/**
 * A process that drains the channel of the tests, to be killed and paused: `drainer.ts <socket> <holder>
 * <leaseMs>`. It says what it does, a line each. A message `poison …` kills it while it is served; one
 * `slow …` is served until a line comes in, and is its last.
 */

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startDrain } from '../../../src/lanes/drain.ts';
import { noWake } from '../../../src/lanes/no-wake.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import { openStore } from '../../../src/store/store.ts';
import { CHANNEL, ended, RecordingServer } from '../../support/served-lanes.ts';

const [, , socket = '', holder = '', leaseMs = ''] = process.argv;
const say = (...words: unknown[]) => process.stdout.write(`${words.join(' ')}\n`);
const lines = createInterface({ input: process.stdin });
const store = openStore({ kind: 'url', url: `unix:${socket}` });

const server = new RecordingServer(async (entries, turn) => {
  const [head] = entries;
  if (head?.event.startsWith('poison')) {
    say('crashes', head.crashes);
    if (head.interrupted) await turn.reopen(head.id);
    if (head.crashes < 3) process.kill(process.pid, 'SIGKILL');
    return { settlements: [{ kind: 'terminal', keep: true }], reports: [] };
  }
  if (head?.event.startsWith('slow')) {
    say('serving');
    await once(lines, 'line');
    say('live', turn.live());
    setImmediate(() => void finish());
  }
  return ended(entries);
});
const drain = startDrain({
  ...{ channel: CHANNEL, store: redisLaneStore(store), server, holder, leaseMs: Number(leaseMs) },
  ...{ concurrency: 2, perLane: 1, sweepMs: 50, wake: noWake, onError: (error) => say(error) },
});

async function finish(): Promise<void> {
  await drain.stop(60_000);
  say('stored', server.stored.length);
}
