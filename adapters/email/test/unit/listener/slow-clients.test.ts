/** Who holds a connection and does not do his part costs little, and keeps nobody else out. */

import { expect, test } from 'vitest';
import { listening } from '../../listening.ts';

const MIB = 1024 * 1024;

test('of a client that reads no answer no more is read than the system holds', async () => {
  const { client } = await listening();
  const deaf = await client();
  await deaf.hello();
  deaf.socket.pause();
  // Each answer is much longer than its command.
  const commands = 'HELP\r\n'.repeat(10_000);
  let taken = 0;
  const more = (): void => {
    taken += commands.length;
    if (taken < 64 * MIB) deaf.socket.write(commands, more);
  };
  more();
  let before: number;
  do {
    before = taken;
    const other = await client();
    await other.hello();
    expect(await other.send()).toMatch(/^250 /);
    other.destroy();
    for (let turn = 0; turn < 5_000; turn += 1) await new Promise(setImmediate);
  } while (taken !== before && taken < 32 * MIB);
  expect(taken).toBeLessThan(32 * MIB);
});

test.each([
  ['before a command', ''],
  ['in a command', 'MAIL FROM:<bob'],
  ['in a mail', 'MAIL FROM:<b@far.example>\r\nRCPT TO:<juliet@mail.example>\r\nDATA\r\nFrom: b@f'],
])('who ends his side %s makes room, and nothing of it is kept', async (_, said) => {
  const { house, client } = await listening({ maxConnections: 1 });
  const gone = await client();
  await gone.hello();
  gone.write(said);
  gone.socket.end();
  await gone.rest();
  const next = await client();
  expect(await next.hello()).toMatch(/^250-/);
  expect(await next.send()).toMatch(/^250 /);
  expect(house.kept).toHaveLength(1);
});
