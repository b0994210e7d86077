import { afterAll, beforeAll, expect, test } from 'vitest';
import { batched } from '../../../src/lanes/batching.ts';
import { startDrain } from '../../../src/lanes/drain.ts';
import { channelOf, type Direction, PARTITIONS } from '../../../src/lanes/lane.ts';
import { redisLaneStore } from '../../../src/lanes/redis/redis-lane-store.ts';
import { openWake } from '../../../src/lanes/wake.ts';
import { watchMemory } from '../../../src/store/admission.ts';
import { serversOf } from '../../../src/store/servers.ts';
import { checkStart } from '../../../src/store/start-checks.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { Room, until } from '../../conformance/lanes/room.ts';
import { type RedisPeer, startRedis } from '../../support/peers/redis.ts';
import { freePorts } from '../../support/peers/xmpp-server.ts';
import { ended, RecordingServer } from '../../support/served-lanes.ts';

const SLOTS = 16_384;
const peers: RedisPeer[] = [];
let store: Store;

/** Three primaries, each with a third of the slots, and no replicas. */
beforeAll(async () => {
  const ports = await freePorts(6);
  const nodes = ports.slice(0, 3);
  const links: Store[] = [];
  for (const [index, port] of nodes.entries()) {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--cluster-enabled', 'yes'];
    const peer = await startRedis({ args: [...args, '--cluster-port', `${ports[index + 3]}`] });
    peers.push(peer);
    const link = openStore({ kind: 'url', url: `unix:${peer.socket}` });
    links.push(link);
    const first = Math.ceil((SLOTS * index) / 3);
    const last = Math.ceil((SLOTS * (index + 1)) / 3) - 1;
    await link.client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await link.client.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
    if (index > 0) {
      await link.client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0] ?? 0, ports[3] ?? 0);
    }
  }
  for (const link of links) {
    await until(async () => {
      const info = `${await link.client.call('CLUSTER', 'INFO')}`;
      const whole = info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
      return whole || undefined;
    });
    await link.close();
  }
  store = openStore({ kind: 'cluster', nodes: nodes.map((port) => `127.0.0.1:${port}`) });
});

afterAll(async () => {
  await store?.close();
  await Promise.all(peers.map((peer) => peer.stop()));
});

test('a cluster passes the checks, is watched, and carries messages through both lanes', async () => {
  expect(await checkStart(store, 'always')).toEqual([]);
  expect(serversOf(store)).toHaveLength(3);
  const admission = watchMemory(store, () => undefined);
  const wake = openWake(store, (error) => expect.unreachable(String(error)));
  const lanes = batched(redisLaneStore(store));
  const room = new Room(lanes);
  const drains = (['outbound', 'inbound'] satisfies Direction[]).map((direction) => {
    const server = new RecordingServer(ended);
    const started = startDrain({
      ...{ channel: channelOf(room.transport, direction), store: lanes, server, holder: 'one' },
      ...{ concurrency: 64, perLane: 4, wake, sweepMs: 3_600_000 },
      onError: (error) => expect.unreachable(String(error)),
    });
    return { direction, server, started };
  });
  const peersOf = Array.from({ length: 100 }, (_, index) => `peer-${index}`);
  for (const { direction, server, started } of drains) {
    const entries = peersOf.flatMap((peer) =>
      [1, 2].map((n) => room.entry(room.lane(peer, direction), `${peer} ${n}`)),
    );
    await lanes.push(entries);
    // Not by a nudge in this process: the wake-up calls cross the cluster, too.
    for (let partition = 0; partition < PARTITIONS; partition++) {
      wake.schedule(channelOf(room.transport, direction), partition, 0);
    }
    await server.until(() => server.stored.length === entries.length);
    for (const peer of peersOf) {
      const own = server.stored.filter((event) => event.startsWith(`${peer} `));
      expect(own).toEqual([`${peer} 1`, `${peer} 2`]);
    }
    await started.stop(1_000);
  }
  admission.stop();
  await wake.close();
  const sizes = await Promise.all(serversOf(store).map((server) => server.dbsize()));
  expect(Math.min(...sizes)).toBeGreaterThan(0);
});
