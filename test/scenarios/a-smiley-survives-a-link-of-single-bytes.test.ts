import { expect, it } from 'vitest';
import { startCarrier } from '../support/carrier.ts';
import { bodyOf } from '../support/clients/client.ts';
import { startLightClient } from '../support/clients/light.ts';
import { FaultProxy } from '../support/faults/proxy/proxy.ts';
import { startGateway } from '../support/gateway.ts';
import { configuration, DOMAIN, JULIET, SECRET } from '../support/house.ts';
import { startProsody } from '../support/peers/prosody.ts';

const TEXTS = 1_000;
/** Conversations run beside each other, and each of them in order. */
const CONTACTS = Array.from({ length: 20 }, (_, i) => `+120255502${String(i).padStart(2, '0')}`);

const said = CONTACTS.map((contact, at) => ({
  contact,
  texts: Array.from({ length: TEXTS / CONTACTS.length }, (_, i) => `Grüße ${at}.${i} 🙂`),
}));

it('1,000 smileys cross both ways while the link to the server is cut into single bytes', async () => {
  const [server, carrier] = await Promise.all([
    startProsody({ components: { [DOMAIN]: SECRET }, users: { juliet: JULIET.password } }),
    startCarrier([JULIET.number]),
  ]);
  const proxy = await FaultProxy.start({ port: server.componentPort });
  proxy.flow({ is: 'slice', bytes: 1 });
  const { domain, host, c2sPort: port } = server;
  const gateway = await startGateway({
    config: configuration({ domain, host, componentPort: proxy.port }, carrier),
  });
  try {
    await carrier.inboundUrl(`${gateway.httpUrl}/hooks/sms/message`);
    await gateway.ready();
    const juliet = await startLightClient({ ...JULIET, host, port });

    for (const { contact, texts } of said) {
      for (const text of texts) juliet.send(`${contact}@${DOMAIN}`, text);
    }
    await Promise.all(
      said.map(async ({ contact, texts }) => {
        const carried = await carrier.wait({ to: contact, count: texts.length });
        expect(carried.map(({ body }) => body)).toEqual(texts);
      }),
    );

    await Promise.all(
      said.map(async ({ contact: from, texts }) => {
        for (const body of texts) await carrier.text({ from, to: JULIET.number, body });
      }),
    );
    for (const { contact, texts } of said) {
      for (const text of texts) {
        const next = await juliet.waitFor(({ attrs }) => attrs.from === `${contact}@${DOMAIN}`);
        expect(bodyOf(next)).toBe(text);
      }
    }
    await juliet.stop();
    expect(gateway.program.output).not.toMatch(/xmpp offline/);
  } finally {
    await gateway.stop();
    await Promise.all([proxy.stop(), carrier.stop(), server.stop()]);
  }
});
