/**
 * A stand-in for a carrier that speaks Twilio's HTTP API, as a process of its own:
 *
 *   node demo/carrier/main.ts --port 0 --account AC… --token … --number +1… [--number +1…]
 *                             [--inbound-url URL] [--through URL]
 *
 * It prints one line when it listens, `{"listening":"http://127.0.0.1:PORT"}`, and ends on SIGTERM
 * or SIGINT.
 */

import { parseArgs } from 'node:util';
import { serveUntilTold } from '../stand-in/program.ts';
import { startCarrier } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    account: { type: 'string', default: `AC${'0'.repeat(32)}` },
    token: { type: 'string' },
    number: { type: 'string', multiple: true, default: [] },
    'inbound-url': { type: 'string' },
    through: { type: 'string' },
  },
});
const { account, number: numbers, through } = values;
const token = values.token ?? process.env.CARRIER_TOKEN;
const inboundUrl = values['inbound-url'];
if (token === undefined || numbers.length === 0) {
  process.stderr.write('--token (or CARRIER_TOKEN) and at least one --number are needed\n');
  process.exit(2);
}
const carrier = await startCarrier(Number(values.port), {
  account,
  token,
  numbers,
  ...(inboundUrl === undefined ? {} : { inboundUrl }),
  ...(through === undefined ? {} : { through: new URL(through) }),
});
serveUntilTold({ listening: carrier.url }, carrier.stop);
