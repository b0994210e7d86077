/** Mail: a smarthost that takes what goes out, and somebody out there who writes in. */

import { JULIET } from '../../house.ts';
import { JULIETS_ADDRESS, MAIL } from '../../mail-house.ts';
import { startDns } from '../../peers/dns.ts';
import { freePorts } from '../../peers/xmpp-server.ts';
import { FaultProxy } from '../proxy/proxy.ts';
import { type Smarthost, startSmarthost } from '../smarthost.ts';
import type { Door } from './door.ts';

/** The domain of all who write in: DNS says that this machine may write in its name. */
export const FAR_DOMAIN = 'example.com';

export interface MailDoor extends Door {
  readonly links: { readonly smarthost: FaultProxy; readonly mail: FaultProxy };
  readonly smarthost: Smarthost;
  readonly address: string;
  /** Called with every mail that the smarthost takes. */
  hear(ear: (mail: string) => void): void;
}

export async function openMailDoor(): Promise<MailDoor> {
  const ears = new Set<(mail: string) => void>();
  const [listenPort = 0] = await freePorts(1);
  const [dns, smarthost] = await Promise.all([
    startDns({
      [FAR_DOMAIN]: { TXT: ['v=spf1 ip4:127.0.0.1 -all'] },
      [`_dmarc.${FAR_DOMAIN}`]: { TXT: ['v=DMARC1; p=reject; aspf=s'] },
    }),
    startSmarthost((mail) => {
      for (const ear of ears) ear(mail);
    }),
  ]);
  const [out, into] = await Promise.all([
    FaultProxy.start({ port: smarthost.port }),
    FaultProxy.start({ port: listenPort }),
  ]);
  return {
    links: { smarthost: out, mail: into },
    smarthost,
    address: JULIETS_ADDRESS,
    hear: (ear) => void ears.add(ear),
    transport: {
      ...{ id: 'mail', use: 'email', domain: MAIL, dailyLimit: 100_000, perMinute: 100_000 },
      config: {
        listen: `127.0.0.1:${listenPort}`,
        verify: 'dmarc',
        resolver: [dns.address],
        smarthost: `smtp://${out.host}:${out.port}`,
        receipt: 'handed',
      },
      accounts: { [JULIET.jid]: { address: 'juliet' } },
    },
    channels: ['mail.o', 'mail.i', 'mail.k', 'mail.l'],
    async stop() {
      await Promise.all([out.stop(), into.stop()]);
      await Promise.all([dns.stop(), smarthost.stop()]);
    },
  };
}
