import { expect, onTestFinished, test } from 'vitest';
import { resolveTo, startBlackHole } from '../../black-hole.ts';
import { ScriptedServer } from '../../scripted-server.ts';
import { relayTo, send } from './on-relay.ts';

const HOST = 'four-addresses.example';
/** Three addresses take less than a second. With shares of 15 s, two of them would take longer than this. */
const WITHIN_MS = 7_000;
/** At once, each on a connection of its own: the library would shuffle the addresses for each. */
const MAILS = 8;

test('behind three addresses that never answer the smarthost is reached at the fourth', async () => {
  const server = await ScriptedServer.start();
  onTestFinished(() => server.close());
  const hole = await startBlackHole(server.port);
  onTestFinished(hole.stop);
  onTestFinished(resolveTo(HOST, hole.addresses));
  const smarthost = { host: HOST, port: server.port, tls: false };
  const { relay } = relayTo(server.port, { smarthost, clearText: true });
  const signal = AbortSignal.timeout(WITHIN_MS);
  const sent = await Promise.all(Array.from({ length: MAILS }, () => send(relay, {}, { signal })));
  expect(sent.map(({ verdict }) => verdict)).toEqual(Array.from(sent, () => undefined));
  expect(server.mails).toHaveLength(MAILS);
});
