import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Carrier, startCarrier } from '../support/carrier.ts';
import { bodyOf } from '../support/clients/client.ts';
import { startLightClient } from '../support/clients/light.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { configuration, DOMAIN, JULIET, ROMEO, SECRET } from '../support/house.ts';
import { startEjabberd } from '../support/peers/ejabberd.ts';
import { startProsody } from '../support/peers/prosody.ts';
import type { XmppServer } from '../support/peers/xmpp-server.ts';

const OTHER = {
  domain: 'texts.localhost',
  secret: 'another-component-secret',
  number: '+12025550177',
};

let prosody: XmppServer;
let ejabberd: XmppServer;
let carrier: Carrier;
let gateway: GatewayProcess;

beforeAll(async () => {
  const users = { juliet: JULIET.password };
  [prosody, ejabberd, carrier] = await Promise.all([
    startProsody({ components: { [DOMAIN]: SECRET }, users }),
    startEjabberd({ components: { [OTHER.domain]: OTHER.secret }, users }),
    startCarrier([JULIET.number, OTHER.number]),
  ]);
  const config = configuration(prosody, carrier);
  const [first] = config.transports as readonly Record<string, unknown>[];
  const second = {
    ...first,
    id: 'other',
    domain: OTHER.domain,
    xmpp: { connect: `127.0.0.1:${ejabberd.componentPort}`, secret: OTHER.secret },
    accounts: { [JULIET.jid]: { number: OTHER.number } },
    config: { ...(first?.config as object), numbers: [] },
  };
  gateway = await startGateway({ config: { ...config, transports: [first, second] } });
  await gateway.ready();
});

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([prosody?.stop(), ejabberd?.stop(), carrier?.stop()]);
});

it('one process serves a domain of Prosody and one of ejabberd, and one that dies leaves the other alone', async () => {
  const [there, here] = await Promise.all(
    [prosody, ejabberd].map(({ host, c2sPort: port }) =>
      startLightClient({ jid: JULIET.jid, password: JULIET.password, host, port }),
    ),
  );
  if (there === undefined || here === undefined) throw new Error('two clients were started');
  there.send(`${ROMEO}@${DOMAIN}`, 'by Prosody');
  here.send(`${ROMEO}@${OTHER.domain}`, 'by ejabberd');
  const carried = await carrier.wait({ to: ROMEO, count: 2 });
  expect(new Map(carried.map(({ body, from }) => [body, from]))).toEqual(
    new Map([
      ['by Prosody', JULIET.number],
      ['by ejabberd', OTHER.number],
    ]),
  );

  await prosody.kill('SIGKILL');
  await carrier.inboundUrl(`${gateway.httpUrl}/hooks/other/message`);
  await carrier.text({ from: ROMEO, to: OTHER.number, body: 'still here' });
  const answer = await here.waitFor((stanza) => bodyOf(stanza) === 'still here');
  expect(answer.attrs.from).toBe(`${ROMEO}@${OTHER.domain}`);
  await here.stop();
});
