/** Messages from the network to the server: stored, sent, answered for by a ping, settled. */

import { partitionKey } from '../../src/store/keys.ts';
import { cpuMeter } from './cpu.ts';
import type { GatewayUnderLoad } from './gateway-under-load.ts';
import type { Flow } from './outbound.ts';
import type { RawServer } from './raw-stream.ts';

const AT_ONCE = 512;

/**
 * @param total of the messages in since the gateway's start, with those of this call
 * @param pids whose CPU is measured
 */
export async function bringIn(
  gateway: GatewayUnderLoad,
  server: RawServer,
  { messages, total }: { messages: number; total: number },
  pids: readonly number[],
): Promise<Flow> {
  const used = cpuMeter(pids);
  const begun = performance.now();
  await Promise.all([gateway.probe.receive(messages, AT_ONCE), server.received(total)]);
  await settled(gateway);
  const seconds = (performance.now() - begun) / 1_000;
  return {
    perSecond: messages / seconds,
    cpuMicros: used().map((each) => (each * 1e6) / messages),
  };
}

/** Nothing waits and nothing is under way: the server has answered for the last of them. */
async function settled({ redis }: GatewayUnderLoad): Promise<void> {
  for (let waiting = true; waiting; ) {
    const pipeline = redis.pipeline();
    for (let partition = 0; partition < 64; partition++) {
      pipeline.zcard(`${partitionKey(partition)}:due:bench.i`);
    }
    const lanes = await pipeline.exec();
    waiting = lanes?.some(([, count]) => count !== 0) ?? true;
  }
}
