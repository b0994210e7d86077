import { afterEach, describe, expect, it } from 'vitest';
import { refusalIn } from '../support/clients/client.ts';
import { joinRoom } from '../support/in-room.ts';
import { type IrcHouse, jidOf, startIrcHouse } from '../support/irc-house.ts';

const CHANNEL = '#verona';

let house: IrcHouse;

afterEach(() => house?.stop());

describe.each(['ngircd', 'inspircd'] as const)('at %s', (irc) => {
  it('a topic crosses both ways, and greets who comes later', async () => {
    house = await startIrcHouse({ irc });
    const romeo = await house.person('romeo');
    await romeo.join(CHANNEL);
    romeo.send(`MODE ${CHANNEL} -t`, `TOPIC ${CHANNEL} :In fair Verona`);
    await romeo.settled();
    const client = await house.client();
    const juliet = await joinRoom(client, jidOf(CHANNEL), 'juliet');
    expect(juliet.shown.at(-1)).toMatch(/^topic \(.*\): In fair Verona$/);

    romeo.send(`TOPIC ${CHANNEL} :Two households`);
    await juliet.sees('topic (romeo): Two households');
    juliet.setSubject('both alike in dignity 🌹');
    await romeo.line(/^:juliet!\S+ TOPIC #verona :both alike in dignity 🌹$/);
    await juliet.sees('topic (juliet): both alike in dignity 🌹');

    const orchard = await joinRoom(await house.client(), jidOf(CHANNEL), 'juliet');
    expect(orchard.shown.at(-1)).toMatch(/^topic \(juliet.*\): both alike in dignity 🌹$/);
    juliet.setSubject('');
    await romeo.line(/^:juliet!\S+ TOPIC #verona :$/);
    await orchard.sees('topic (juliet): ');

    romeo.send(`MODE ${CHANNEL} +t`);
    await romeo.settled();
    juliet.setSubject('a new mutiny');
    const refused = await client.waitFor(({ attrs }) => attrs.type === 'error');
    expect(refusalIn(refused).condition).toBe('forbidden');
  });
});
