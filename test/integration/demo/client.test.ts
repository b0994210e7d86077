import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../demo/free-ports.ts';
import { launchProsody, prosodyListens } from '../../../demo/prosody.ts';
import { XmppClient } from '../../../demo/xmpp/client.ts';

const SIGNAL = AbortSignal.timeout(60_000);

async function prosody() {
  const dir = await mkdtemp(join(tmpdir(), 'postern-demo-test-'));
  const [c2sPort = 0, componentPort = 0] = await freePorts(2);
  const options = {
    dir,
    c2sPort,
    componentPort,
    components: ['sms.localhost'],
    secret: 'secret',
    user: { name: 'juliet', password: 'r0m30' },
  };
  const child = await launchProsody(options);
  onTestFinished(async () => {
    await child.stop();
    await rm(dir, { recursive: true });
  });
  await prosodyListens(options, SIGNAL);
  return c2sPort;
}

test('the client writes to itself through a real Prosody, and is told of failures', async () => {
  const port = await prosody();
  const account = { port, domain: 'localhost', user: 'juliet', password: 'r0m30' };
  const juliet = await XmppClient.login(account, SIGNAL);
  onTestFinished(() => juliet.close());

  juliet.say('juliet@localhost', '<O> Romeo & 🌹', 'to-myself');
  expect(await juliet.message(({ id }) => id === 'to-myself', SIGNAL)).toMatchObject({
    from: 'juliet@localhost',
    body: '<O> Romeo & 🌹',
  });

  juliet.say('+12025550123@sms.localhost', 'anybody there?', 'to-nobody');
  const { error } = await juliet.message(({ id }) => id === 'to-nobody', SIGNAL);
  expect(error).toBeDefined();
});

test('the client is not let in with a wrong password', async () => {
  const port = await prosody();
  const account = { port, domain: 'localhost', user: 'juliet', password: 'wrong' };
  await expect(XmppClient.login(account, SIGNAL)).rejects.toThrow('is not let in');
});
