import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aged } from '../support/aged-server.ts';
import { bodyOf } from '../support/clients/client.ts';
import { embeddedRedis } from '../support/embedded-redis.ts';
import { DOMAIN, type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

const CONVERSATIONS = 8;
const EACH = 30;
const TEXTS = 40;
const numberOf = (i: number) => `+1202555040${i}`;

let house: House;

beforeAll(async () => {
  house = await startHouse();
  await aged();
});

afterAll(() => house?.stop());

it('SIGTERM under load both ways: exit code 0, and after the next start everything has arrived once, in order', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  await carrier.mode({ mode: 'hold', statuses: [] });
  for (let n = 0; n < EACH; n++) {
    for (let i = 0; i < CONVERSATIONS; i++) juliet.send(`${numberOf(i)}@${DOMAIN}`, `${i}-${n}`);
  }
  juliet.send(`help@${DOMAIN}`, 'whoami');
  await juliet.waitFor(({ attrs }) => attrs.from === `help@${DOMAIN}`);
  await carrier.wait({ attempts: CONVERSATIONS });

  const bodies = Array.from({ length: TEXTS }, (_, n) => `in ${n}`);
  const texts = bodies.map((body) => carrier.text({ from: ROMEO, to: JULIET.number, body }));
  await texts[0];
  gateway.program.signal('SIGTERM');
  await gateway.program.printed(({ msg }) => msg === 'ending');
  await carrier.mode({ mode: 'accept', statuses: [] });
  await carrier.release();
  expect(await gateway.program.exited()).toBe(0);
  await Promise.all(texts);
  await gateway.restart();
  await gateway.ready();

  await carrier.wait({ count: CONVERSATIONS * EACH });
  const byNumber = Map.groupBy(await carrier.messages(), ({ to }) => to);
  for (let i = 0; i < CONVERSATIONS; i++) {
    expect(byNumber.get(numberOf(i))?.map(({ body }) => body)).toEqual(
      Array.from({ length: EACH }, (_, n) => `${i}-${n}`),
    );
  }
  // What was not taken before the end is fetched after the start.
  const arrived: (string | undefined)[] = [];
  for (let n = 0; n < TEXTS; n++) {
    arrived.push(bodyOf(await juliet.waitFor(({ attrs }) => attrs.from === `${ROMEO}@${DOMAIN}`)));
  }
  expect(arrived.toSorted()).toEqual(bodies.toSorted());
});

it('SIGTERM while Redis hangs: it ends by itself, and the next start goes on', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  const view = embeddedRedis(gateway.dir);
  const pid = await view.pid();
  view.close();
  process.kill(pid, 'SIGSTOP');
  try {
    gateway.program.signal('SIGTERM');
    expect(await gateway.program.exited()).not.toBeNull();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await gateway.restart();
  await gateway.ready();
  juliet.send(`${numberOf(9)}@${DOMAIN}`, 'after it');
  await carrier.wait({ body: 'after it', count: 1 });
});

it('SIGTERM while a thread hangs in the disk: it is gone in the end, and the next start goes on', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  const holders = join(gateway.dir, 'state/holders');
  const names = await readdir(holders);
  // What is written there of a reload is never open: nobody reads from that pipe.
  const pipes = names.map((name) => join(holders, `${name}.new`));
  await promisify(execFile)('mkfifo', pipes);
  gateway.program.signal('SIGHUP');
  await gateway.program.printed(({ msg }) => msg === 'the configuration was read again');
  gateway.program.signal('SIGTERM');
  await gateway.program.printed(({ msg }) => msg === 'ended');
  // Not by itself: its exit waits for that thread.
  expect(await gateway.program.exited()).toBeNull();
  await Promise.all(pipes.map((pipe) => rm(pipe)));
  await gateway.restart();
  await gateway.ready();
  juliet.send(`${numberOf(8)}@${DOMAIN}`, 'after that');
  await carrier.wait({ body: 'after that', count: 1 });
});
