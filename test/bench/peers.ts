/** What the same machine does in the same minute without Postern: Redis alone, a server alone. */

import { Redis } from 'ioredis';
import { startRedis } from '../support/peers/redis.ts';
import type { XmppServer } from '../support/peers/xmpp-server.ts';
import { measured } from './cpu.ts';
import type { Flow } from './figures.ts';
import { GATEWAY_DOMAIN, SECRET, STANZA_BYTES, Stanzas, USER_DOMAIN } from './load.ts';
import { connectRawComponent } from './raw-stream.ts';

const PIPELINE = 100;
const A_WRITE = 64;

/** XADD of as many bytes, 100 in a pipeline, one pipeline at a time. CPU: Redis. */
export async function xadd(appendfsync: 'always' | 'everysec', entries: number): Promise<Flow> {
  const peer = await startRedis({ args: ['--appendfsync', appendfsync] });
  const redis = new Redis({ path: peer.socket });
  const text = 'x'.repeat(STANZA_BYTES);
  const flow = await measured(entries, [peer.pid], async () => {
    for (let added = 0; added < entries; added += PIPELINE) {
      const pipeline = redis.pipeline();
      for (let i = 0; i < PIPELINE; i++) pipeline.xadd('bench', '*', 'm', text);
      await pipeline.exec();
    }
  });
  redis.disconnect();
  await peer.stop();
  return flow;
}

/** The same stanzas from one component to another, raw at both ends. CPU: the server. */
export async function rawThrough(server: XmppServer, messages: number): Promise<Flow> {
  const source = await connectRawComponent(server.componentPort, USER_DOMAIN, SECRET);
  const sink = await connectRawComponent(server.componentPort, GATEWAY_DOMAIN, SECRET);
  const stanzas = new Stanzas();
  const flow = await measured(messages, [server.pid], async () => {
    for (let sent = 0; sent < messages; sent += A_WRITE) {
      if (!source.write(stanzas.take(Math.min(A_WRITE, messages - sent)))) await source.drained();
    }
    await sink.received(messages);
  });
  source.close();
  sink.close();
  return flow;
}
