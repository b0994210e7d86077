import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { networkOf, Rate, Visitors } from '../../../listener/limits.ts';
import { Client, listening } from '../../listening.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['2001:db8:0:0:1::9', '2001:db8:0:0'],
  ['::9', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('%s belongs to %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('visitors are counted by where they come from, until they leave', () => {
  const visitors = new Visitors(2);
  expect([visitors.enter('a'), visitors.enter('a'), visitors.enter('a')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(visitors.enter('b')).toBe(true);
  visitors.leave('a');
  expect([visitors.enter('a'), visitors.enter('a')]).toEqual([true, false]);
});

describe('a rate', () => {
  test('is used up, and comes back with time', () => {
    const rate = new Rate(3);
    const at = (now: number) => rate.take('a', now);
    expect([at(0), at(0), at(0), at(0)]).toEqual([true, true, true, false]);
    expect([at(19_999), at(20_001), at(20_002)]).toEqual([false, true, false]);
    expect([at(200_000), at(200_000), at(200_000), at(200_000)]).toEqual([true, true, true, false]);
  });

  test('is remembered for those of the last minute, and for ten thousand of them', () => {
    const rate = new Rate(1);
    for (let index = 0; index < 20_000; index += 1) rate.take(`${index}`, 0);
    expect(rate.size).toBe(10_000);
    expect(rate.take('19999', 1)).toBe(false);
    rate.take('late', 70_000);
    expect(rate.size).toBe(1);
  });
});

describe('connections', () => {
  test('are as many as there may be, and one that ends makes room', async () => {
    const { client } = await listening({ maxConnections: 2 });
    const [one, two] = [await client(), await client()];
    await one.hello();
    await two.hello();
    const three = await client();
    expect(await three.rest()).toEqual([
      '421 mx.mail.example Too many connected clients, try again in a moment',
    ]);
    one.write('QUIT\r\n');
    await one.rest();
    const four = await client();
    expect(await four.hello()).toMatch(/^250-/);
  });

  test('of this machine are not counted by their address', async () => {
    const { client } = await listening({ connectionsPerAddress: 1 });
    for (const one of [await client(), await client()]) expect(await one.hello()).toMatch(/^250-/);
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

  test.runIf(outside)('of another address are as many as one may have', async () => {
    const { port } = await listening({ listen: '0.0.0.0:0', connectionsPerAddress: 1 });
    const one = await Client.connect(port, outside);
    expect(await one.hello()).toMatch(/^250-/);
    const two = await Client.connect(port, outside);
    expect(await two.rest()).toEqual(['421 4.7.0 too many connections from your address']);
    one.write('QUIT\r\n');
    await one.rest();
    const three = await Client.connect(port, outside);
    expect(await three.hello()).toMatch(/^250-/);
    three.destroy();
  });

  test.runIf(outside)('that ask who is here pay for each who is not, as for a mail', async () => {
    const { port } = await listening({ listen: '0.0.0.0:0', mailsPerMinute: 3 });
    const one = await Client.connect(port, outside);
    await one.hello();
    await one.say('MAIL FROM:<bob@far.example>');
    const ask = async (user: string) =>
      (await one.say(`RCPT TO:<${user}@mail.example>`)).slice(0, 9);
    expect([await ask('a'), await ask('b'), await ask('juliet'), await ask('c')]).toEqual([
      '550 5.1.1',
      '550 5.1.1',
      '250 Accep',
      '421 4.7.0',
    ]);
    const two = await Client.connect(port, outside);
    await two.hello();
    expect(await two.say('MAIL FROM:<bob@far.example>')).toMatch(/^450 4\.7\.1/);
    two.destroy();
  });

  test('of this machine may ask for others, with every mail anew', async () => {
    const { client } = await listening({ mailsPerMinute: 1 });
    const one = await client();
    await one.hello();
    for (const user of Array.from({ length: 30 }, (_, index) => `user${index}`)) {
      expect(await one.send(undefined, '', [`${user}@mail.example`])).toMatch(/^550 5\.1\.1/);
      await one.say('RSET');
    }
    expect(await one.send()).toMatch(/^250 /);
  });
});
