import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import { DOMAIN, type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

const numberOf = (n: number) => `+1202555070${n}`;

let house: House;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startHouse();
  juliet = await house.client();
});

afterAll(() => house?.stop());

it('every file that the process may open is open: it lives, keeps what it takes, and goes on when some are closed', async () => {
  const { carrier, gateway } = house;
  const { pid } = gateway.program;
  const open = readdirSync(`/proc/${pid}/fd`).length;
  const limit = open + 8;
  expect(spawnSync('prlimit', [`--pid=${pid}`, `--nofile=${limit}:`]).status).toBe(0);
  const { hostname, port } = new URL(gateway.httpUrl);
  const idle: Socket[] = [];
  let isExhausted = false;
  while (!isExhausted) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    idle.push(socket);
    await once(socket, 'connect').catch(() => undefined);
    isExhausted = readdirSync(`/proc/${pid}/fd`).length >= limit;
  }
  const all = Array.from({ length: 10 }, (_, n) => `out ${n}`);
  for (const [n, body] of all.entries()) juliet.send(`${numberOf(n)}@${DOMAIN}`, body);
  // The answer comes when all that was written before it is stored.
  juliet.send(`help@${DOMAIN}`, 'whoami');
  await juliet.waitFor(({ attrs }) => attrs.from === `help@${DOMAIN}`);
  const meanwhile = await carrier.text({ from: ROMEO, to: JULIET.number, body: 'meanwhile' });
  expect(meanwhile).not.toHaveProperty('answer');
  for (const socket of idle) socket.destroy();
  // What could not leave is tried again after half a minute.
  for (const body of all) await carrier.wait({ body, count: 1 });
  expect(await carrier.messages()).toHaveLength(all.length);
  await carrier.text({ from: ROMEO, to: JULIET.number, body: 'afterwards' });
  await juliet.waitFor((stanza) => bodyOf(stanza) === 'afterwards');
  expect(gateway.program.pid).toBe(pid);
});
