/** Messages from the network to the server: stored, sent, answered for by a ping, settled. */

import { measured } from './cpu.ts';
import type { Flow } from './figures.ts';
import type { GatewayUnderLoad } from './gateway-under-load.ts';
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
  return await measured(messages, pids, async () => {
    await Promise.all([gateway.probe.receive(messages, AT_ONCE), server.received(total)]);
    // The server has answered for the last of them.
    await gateway.view().served('bench.i');
  });
}
