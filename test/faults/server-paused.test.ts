import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import { type House, JULIET, ROMEO, startHouse } from '../support/house.ts';

let house: House;

beforeAll(async () => {
  house = await startHouse();
});

afterAll(() => house?.stop());

it('a server that pauses and goes on is sent nothing twice, and its stream is not given up', async () => {
  const { carrier, gateway, server } = house;
  const juliet = await house.client();
  const bodies: string[] = [];
  for (let pause = 0; pause < 3; pause++) {
    await server.kill('SIGSTOP');
    for (let i = 0; i < 40; i++) {
      const body = `${pause}-${i}`;
      bodies.push(body);
      await carrier.text({ from: ROMEO, to: JULIET.number, body });
    }
    await server.kill('SIGCONT');
  }
  const arrived: (string | undefined)[] = [];
  while (arrived.at(-1) !== bodies.at(-1)) {
    arrived.push(bodyOf(await juliet.waitFor((stanza) => bodyOf(stanza) !== undefined)));
  }
  expect(arrived).toEqual(bodies);
  expect(gateway.program.output).not.toContain('xmpp offline');
});
