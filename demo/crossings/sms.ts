import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Child } from '../child.ts';
import { Control } from './control.ts';
import type { Crossing, Network, StandIn, Surroundings } from './network.ts';

const DOMAIN = 'sms.localhost';
/** Numbers for fiction: they belong to nobody. */
const JULIET = '+12025550100';
const PHONE = '+12025550123';
const CONTACT = `${PHONE}@${DOMAIN}`;

interface Text {
  readonly to: string;
  readonly from: string;
  readonly body: string;
}

/** SMS, with a stand-in for a carrier that speaks Twilio's API. */
export const sms: Network = {
  name: 'sms',
  title: "a stand-in for Twilio's API",
  domain: DOMAIN,
  start,
};

async function start({ dir, publicUrl, keep }: Surroundings): Promise<StandIn> {
  const account = `AC${randomBytes(16).toString('hex')}`;
  const token = randomBytes(16).toString('hex');
  const child = new Child(
    'carrier',
    process.execPath,
    [
      fileURLToPath(new URL('../carrier/main.ts', import.meta.url)),
      ...['--account', account, '--number', JULIET],
      ...['--inbound-url', `${publicUrl}/hooks/sms/message#rc=4&rp=all`],
    ],
    { cwd: dir, logFile: join(dir, 'carrier.log'), env: { CARRIER_TOKEN: token } },
  );
  keep(child);
  const { listening } = JSON.parse(await child.firstLine());
  const carrier = new Control<Text>(String(listening));
  return {
    transport: `  - id: sms
    use: sms
    domain: ${DOMAIN}
    config:
      provider: twilio
      apiUrl: ${listening}
      accountSid: ${account}
      authToken: { file: secrets/twilio }
      country: US
    accounts:
      juliet@localhost: { number: "${JULIET}" }
`,
    secrets: { twilio: token },
    crossings: [outbound(carrier), inbound(carrier)],
    contact: CONTACT,
    invitation: [
      `A text from the phone ${PHONE} to juliet:`,
      `  curl -d '{"from":"${PHONE}","to":"${JULIET}","body":"hi"}' ${carrier.url}/text`,
      'All texts that the carrier has accepted, and what it can be told to do next:',
      `  curl ${carrier.url}/messages`,
      `  curl -d '{"next":[{"mode":"refuse","code":21610}]}' ${carrier.url}/mode`,
    ],
    watch: (tell, until) => carrier.watch(({ to, body }) => tell(`phone ${to} ← ${body}`), until),
  };
}

function outbound(carrier: Control<Text>): Crossing {
  const body = 'Wherefore art thou? 🌹';
  return {
    direction: 'outbound',
    what: `juliet → ${CONTACT}  ${body}`,
    async run(juliet, signal) {
      const id = randomUUID();
      const written = performance.now();
      juliet.say(CONTACT, body, id);
      const arrival = carrier
        .wait({ to: PHONE, from: JULIET, body }, signal)
        .then(() => performance.now() - written);
      const [ms] = await Promise.all([arrival, juliet.receipt(id, signal)]);
      return ms;
    },
  };
}

function inbound(carrier: Control<Text>): Crossing {
  const body = 'By yonder blessed moon I swear 🌙';
  return {
    direction: 'inbound',
    what: `juliet ← ${CONTACT}  ${body}`,
    async run(juliet, signal) {
      const written = performance.now();
      const [{ tries }, ms] = await Promise.all([
        carrier.post('text', { from: PHONE, to: JULIET, body }, signal),
        juliet
          .message((message) => message.from === CONTACT && message.body === body, signal)
          .then(() => performance.now() - written),
      ]);
      if (!/200$/.test(String(tries))) throw new Error(`the webhook was answered with ${tries}`);
      return ms;
    },
  };
}
