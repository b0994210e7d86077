import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { type House, startHouse } from '../support/house.ts';
import { joinRoom } from '../support/in-room.ts';
import { doorTo, jidOf } from '../support/irc-house.ts';
import { type CrowdedIrc, startCrowdedIrc } from '../support/peers/crowded-irc.ts';

const CHANNEL = '#verona';
/** As stanzas 17 MB: more than the kernel takes on the way, and than a gateway may keep. */
const LINES = Array.from({ length: 20_000 }, (_, n) => `${n} `.padEnd(300, 'o'));
const MIB = 1024 * 1024;

let irc: CrowdedIrc | undefined;
let house: House | undefined;

afterEach(async () => {
  await house?.stop();
  await irc?.stop();
});

it('twenty thousand lines while the XMPP server stands still are all shown when it goes on', async () => {
  irc = await startCrowdedIrc(CHANNEL, ['romeo']);
  house = await startHouse({ beside: doorTo(irc) });
  const { gateway, server } = house;
  const juliet = await joinRoom(await house.client(), jidOf(CHANNEL), 'juliet');
  const before = await mostResident(gateway);
  await server.kill('SIGSTOP');
  irc.say(...LINES.map((text) => `:romeo!u@romeo.example PRIVMSG ${CHANNEL} :${text}`));
  // The network waits: what it has not said yet, nobody has heard.
  const heard = await heardAtRest(gateway);
  expect(heard).toBeGreaterThan(0);
  expect(heard).toBeLessThan(LINES.length);
  await server.kill('SIGCONT');
  const shown: (string | undefined)[] = [];
  while (shown.length < LINES.length) shown.push(bodyOf(await juliet.sees(/^romeo: /)));
  expect(shown).toEqual(LINES);
  // Who he is was not known before he said something.
  expect(juliet.rest.map((words) => words.split(' ')[0])).toEqual(['+romeo']);
  expect(gateway.program.output).not.toMatch(/xmpp offline|dropped/);
  expect((await mostResident(gateway)) - before).toBeLessThan(100 * MIB);
});

/** How many entries its archive has when there are no more for many turns of the gateway. */
async function heardAtRest({ dir, adminPort }: GatewayProcess): Promise<number> {
  const database = new DatabaseSync(join(dir, 'state', 'rooms.sqlite'), { readOnly: true });
  try {
    const count = database.prepare('SELECT count(*) AS count FROM entry');
    let heard = 0;
    for (let turns = 0; turns < 50; turns++) {
      const now = Number(count.get()?.count);
      if (now > heard || now === 0) turns = 0;
      heard = now;
      await (await fetch(`http://127.0.0.1:${adminPort}/livez`)).text();
    }
    return heard;
  } finally {
    database.close();
  }
}

/** The most that it ever had in memory. */
async function mostResident({ program }: GatewayProcess): Promise<number> {
  const status = await readFile(`/proc/${program.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
