/** SMS: the carrier stand-in. It keeps what it took in its memory: its links are broken, not itself. */

import { type Carrier, startCarrier } from '../../carrier.ts';
import { DOMAIN, JULIET, smsTransport } from '../../house.ts';
import { FaultProxy } from '../proxy/proxy.ts';
import type { Door } from './door.ts';

export interface SmsDoor extends Door {
  readonly links: { readonly carrier: FaultProxy; readonly webhooks: FaultProxy };
  readonly carrier: Carrier;
  /** What the carrier calls the gateway by. */
  readonly publicUrl: string;
  /** Somebody's handset sends a text, or the carrier posts that of this SID again. */
  post(text: Parameters<Carrier['text']>[0]): Promise<Posted>;
  /** As if its machine were gone, and there again with all that it had. */
  kill(): Promise<void>;
}

interface Posted {
  readonly sid: string;
  /** The gateway answered with 2xx. */
  readonly isTaken: boolean;
}

export async function openSmsDoor(httpPort: number): Promise<SmsDoor> {
  const carrier = await startCarrier([JULIET.number]);
  const [api, webhooks] = await Promise.all([
    FaultProxy.start({ port: Number(new URL(carrier.url).port) }),
    FaultProxy.start({ port: httpPort }),
  ]);
  const publicUrl = `http://${webhooks.host}:${webhooks.port}`;
  // As docs of the adapter tell operators to write it.
  await carrier.inboundUrl(`${publicUrl}/hooks/sms/message#rc=4&rp=all`);
  return {
    links: { carrier: api, webhooks },
    carrier,
    publicUrl,
    post: async (text) => postedIn(await carrier.text(text)),
    transport: { ...smsTransport(`http://${api.host}:${api.port}`), domain: DOMAIN },
    channels: ['sms.o', 'sms.i'],
    async kill() {
      await Promise.all([api.shut(), webhooks.shut()]);
      await carrier.messages();
      await Promise.all([api.heal(), webhooks.heal()]);
    },
    async stop() {
      await Promise.all([api.stop(), webhooks.stop()]);
      await carrier.stop();
    },
  };
}

/** As demo/carrier/README.md has it. */
function postedIn(answer: unknown): Posted {
  const { sid, answer: last } = answer as {
    readonly sid: string;
    readonly answer?: { readonly status: number };
  };
  const status = last?.status ?? 0;
  return { sid, isTaken: status >= 200 && status < 300 };
}
