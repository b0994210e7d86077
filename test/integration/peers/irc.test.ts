import { expect, onTestFinished, test } from 'vitest';
import { startIrcPerson } from '../../support/irc-person.ts';
import { startInspircd } from '../../support/peers/inspircd.ts';
import type { IrcServer } from '../../support/peers/irc-server.ts';
import { startNgircd } from '../../support/peers/ngircd.ts';

async function person(server: IrcServer, nick: string) {
  const somebody = await startIrcPerson(server, nick);
  onTestFinished(() => somebody.stop());
  return somebody;
}

test.each([
  ['ngIRCd', startNgircd],
  ['InspIRCd', startInspircd],
])('two people meet at %s, and meet again after it was killed', async (_, start) => {
  const server = await start();
  onTestFinished(() => server.stop());
  const romeo = await person(server, 'romeo');
  await romeo.join('#verona');
  const juliet = await person(server, 'juliet');
  await juliet.join('#verona');
  await romeo.line(/^:juliet!\S+ JOIN /);
  juliet.say('#verona', 'Ay me');
  expect(await romeo.hears('juliet', '#verona')).toBe('Ay me');
  romeo.say('juliet', ':) She speaks: 🌹');
  expect(await juliet.hears('romeo', 'juliet')).toBe(':) She speaks: 🌹');

  await server.kill('SIGKILL');
  await expect(romeo.settled()).rejects.toThrow();
  await server.restart();
  const again = await person(server, 'romeo');
  await again.join('#verona');
  await again.settled();
});
