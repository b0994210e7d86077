import fc from 'fast-check';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { expect, test } from 'vitest';
import { ACCOUNT_SID, AUTH_TOKEN, OWN_NUMBER, PEER_NUMBER, sid } from '../carrier.ts';
import { onCarrier } from '../on-carrier.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
const RUNS = Math.ceil(Number(process.env.FUZZ_RUNS ?? 100_000) / 3);

/** What a provider's field is, and what it is not. */
const value = fc.oneof(
  fc.constantFrom(
    ...[ACCOUNT_SID, sid(1), OWN_NUMBER, PEER_NUMBER, 'delivered', 'failed', 'sent', 'undelivered'],
    ...[
      '',
      '0',
      '1',
      '-1',
      '1e400',
      'NaN',
      '99999999999999999999',
      '30003',
      '21610',
      'STOP',
      'start',
    ],
    ...[
      'STOP\n',
      '__proto__',
      'constructor',
      '+1',
      '+',
      '+00',
      'whatsapp:+12025550123',
      'ſtop',
      '\0',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const field = fc.constantFrom(
  ...['MessageSid', 'AccountSid', 'From', 'To', 'Body', 'NumMedia', 'OptOutType', 'MessageStatus'],
  ...['ErrorCode', '__proto__', 'constructor', 'toString', '', 'Body[]', 'message'],
);
const base = {
  ...{ MessageSid: sid(1), AccountSid: ACCOUNT_SID, From: PEER_NUMBER, To: OWN_NUMBER },
  ...{ Body: 'Hi', MessageStatus: 'failed', ErrorCode: '30003', NumMedia: '0' },
};
const request = fc.record({
  door: fc.constantFrom('message', 'status'),
  changes: fc.array(fc.tuple(field, value), { maxLength: 3 }),
  twice: fc.array(fc.tuple(field, value), { maxLength: 1 }),
  query: fc.constantFrom(
    ...[
      '',
      '?message=01J00000000000000000000000&part=0',
      '?message=__proto__&part=1e9',
      '?part=-1',
    ],
    ...['?message=01J00000000000000000000000&part=0.5', '?%00=%ff&message=a&message=b', '?&&=='],
  ),
  body: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  ),
  signature: fc.constantFrom('right', 'right', 'right', 'right', 'none', 'wrong', 'garbage'),
});

test(`whatever is posted, signed or not, is stored or refused (seed ${SEED})`, {
  timeout: 60_000 + RUNS * 20,
}, async () => {
  const { rig } = await onCarrier();
  const answers = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ door, changes, twice, query, body, signature }) => {
      const fields = new Map<string, string>([...Object.entries(base), ...changes]);
      const text = body ?? new URLSearchParams([...fields, ...twice]).toString();
      const url = new URL(rig.url(door).href + query);
      const headers = signedBy(signature, url, text);
      const before = rig.received.length;
      const { status } = await rig.post(url, headers, text);
      expect([200, 403]).toContain(status);
      if (signature !== 'right') expect(status).toBe(403);
      if (status === 403) expect(rig.received).toHaveLength(before);
      for (const event of rig.received.splice(0)) {
        if (event.kind !== 'message') continue;
        expect(event.text.trim()).not.toBe('');
        const { addressing, link } = rig;
        expect(addressing.parsePeer(addressing.formatPeer(event.from), link.settings)).toBe(
          event.from,
        );
      }
      rig.said.length = 0;
      rig.memory.clear();
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect('polluted' in {}).toBe(false);
  expect(answers.get(200)).toBeGreaterThan(RUNS / 10);
  expect(answers.get(403)).toBeGreaterThan(RUNS / 10);
});

/** As the provider signs: every field with all its values. */
function signedBy(how: string, url: URL, body: string): Record<string, string> {
  if (how === 'none') return {};
  if (how === 'garbage') return { 'x-twilio-signature': '\u{1f642}'.repeat(7) };
  if (how === 'wrong') return { 'x-twilio-signature': Buffer.alloc(20, 7).toString('base64') };
  const parameters: Record<string, string | string[]> = Object.create(null);
  for (const [name, is] of new URLSearchParams(body)) {
    const known = parameters[name];
    if (known === undefined) parameters[name] = is;
    else parameters[name] = Array.isArray(known) ? [...known, is] : [known, is];
  }
  return { 'x-twilio-signature': getExpectedTwilioSignature(AUTH_TOKEN, url.href, parameters) };
}
