import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Carrier, startCarrier } from '../support/carrier.ts';
import { ComponentServer } from '../support/component-server.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { configuration, DOMAIN, JULIET, ROMEO, SECRET } from '../support/house.ts';
import { bodyOf } from '../support/streams.ts';

let server: ComponentServer;
let carrier: Carrier;
let gateway: GatewayProcess;
/** What the gateway wrote: a text, or `error`. */
const messages: string[] = [];

beforeAll(async () => {
  [server, carrier] = await Promise.all([
    ComponentServer.start({ [DOMAIN]: SECRET }),
    startCarrier([JULIET.number]),
  ]);
  server.poison = (stanza) => {
    const { name, attrs } = stanza;
    if (name !== 'message') return undefined;
    const { from = '', to = '', id = '' } = attrs;
    messages.push(attrs.type === 'error' ? 'error' : String(bodyOf(stanza)));
    // Errors too, which nobody may do.
    server.say(
      `<message from='${to}' to='${from}' id='${id}' type='error'><error type='cancel'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    return undefined;
  };
  const place = { domain: 'localhost', host: '127.0.0.1', componentPort: server.port } as const;
  gateway = await startGateway({ config: configuration(place, carrier) });
  await carrier.inboundUrl(`${gateway.httpUrl}/hooks/sms/message`);
  await gateway.ready();
});

afterAll(async () => {
  await gateway?.stop();
  await carrier?.stop();
  await server?.close();
});

const post = (body: string) => carrier.text({ from: ROMEO, to: JULIET.number, body });
const came = (body: string) => server.until(() => messages.includes(body));

it('the server bounces whatever it gets: each is put aside after one time, and no error is answered', async () => {
  await post('one');
  await came('one');
  server.say(
    `<message from='${JULIET.jid}/a' to='nobody@${DOMAIN}' id='wrong' type='chat'><body>x</body></message>`,
  );
  await came('error');
  await post('two');
  await came('two');
  // The two, and what tells the administrator of the first: of that nobody is told any more.
  for (let n = 0; n < 3; n++) {
    await gateway.program.printed(({ msg }) => msg === 'a message was put aside');
  }
  // Its answer comes after everything that was to be said of what came before.
  server.say(
    `<iq from='${JULIET.jid}/a' to='${DOMAIN}' id='asked' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`,
  );
  await server.until(({ received }) => received.some(({ attrs }) => attrs.id === 'asked'));
  const notices = messages.filter((body) => body.startsWith('A message was put aside'));
  expect(notices).toHaveLength(1);
  expect(messages.filter((body) => !notices.includes(body))).toEqual(['one', 'error', 'two']);
});
