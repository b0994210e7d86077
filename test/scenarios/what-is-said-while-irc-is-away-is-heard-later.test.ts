import { afterEach, expect, it } from 'vitest';
import { FaultProxy } from '../support/faults/proxy/proxy.ts';
import { type House, startHouse } from '../support/house.ts';
import { joinRoom } from '../support/in-room.ts';
import { doorTo, jidOf } from '../support/irc-house.ts';
import { startIrcPerson } from '../support/irc-person.ts';
import { startNgircd } from '../support/peers/ngircd.ts';

const CHANNEL = '#verona';

const endings: (() => Promise<unknown>)[] = [];
let house: House | undefined;

afterEach(async () => {
  await house?.stop();
  for (const end of endings.splice(0).reverse()) await end();
});

it('what is said while the network is away is heard later, in order, once', async () => {
  const irc = await startNgircd();
  endings.push(irc.stop);
  const way = await FaultProxy.start({ port: irc.port });
  endings.push(() => way.stop());
  house = await startHouse({ beside: doorTo(way) });
  const romeo = await startIrcPerson(irc, 'romeo');
  endings.push(romeo.stop);
  await romeo.join(CHANNEL);
  const client = await house.client();
  const juliet = await joinRoom(client, jidOf(CHANNEL), 'juliet');

  await way.shut();
  await romeo.line(/^:juliet!\S+ QUIT/);
  await juliet.sees(/^\*: /);
  const texts = ['one', 'two', 'three'].map((word) => `while it is away: ${word}`);
  for (const [n, text] of texts.entries()) juliet.say(text, `m${n}`);
  romeo.say(CHANNEL, 'to nobody');
  await romeo.settled();
  await way.heal();
  for (const text of texts) {
    expect(await romeo.hears('juliet', CHANNEL)).toBe(text);
    await juliet.sees(`juliet: ${text}`);
  }
  romeo.say(CHANNEL, 'to her');
  await juliet.sees('romeo: to her');
  await romeo.settled();
  expect(romeo.rest.filter((line) => line.includes('PRIVMSG'))).toEqual([]);
  // Who he is was not known before he said something.
  expect(juliet.rest.filter((words) => !words.startsWith('*: '))).toEqual([
    '+romeo moderator/admin',
  ]);
});
