import { afterEach, expect, it } from 'vitest';
import { bodyOf } from '../support/clients/client.ts';
import {
  ADMIN,
  DOMAIN,
  type House,
  leaksIn,
  NURSE,
  POOL_NUMBER,
  ROMEO,
  startHouse,
} from '../support/house.ts';

const OUT = 'canary of a body that goes out';
const IN = 'canary of a body that comes in';
const LATE = 'canary of a body that comes back';
const HELP = `help@${DOMAIN}`;

let house: House | undefined;

afterEach(async () => {
  await house?.stop();
  house = undefined;
});

it.each(['info', 'debug'] as const)(
  'at level %s the log shows no body and no secret, and a whole address only at debug',
  async (level) => {
    house = await startHouse({ config: { log: { level } } });
    const { carrier, gateway, server } = house;
    const juliet = await house.client();
    const nurse = await house.client(NURSE);
    const ops = await house.client(ADMIN);
    const heard = (client: typeof juliet, text: string) =>
      client.waitFor((stanza) => bodyOf(stanza)?.includes(text) === true);

    nurse.send(HELP, 'register');
    await heard(nurse, POOL_NUMBER);
    juliet.send(`${ROMEO}@${DOMAIN}`, OUT, { receipt: true });
    await carrier.wait({ to: ROMEO, count: 1 });
    await carrier.text({ from: ROMEO, to: POOL_NUMBER, body: IN });
    await heard(nurse, IN);
    await carrier.text({ from: ROMEO, to: '+12025550199', body: IN });
    await heard(ops, IN);

    // Everything that goes wrong has words for the log: refused, overloaded, unanswered, forged, bounced.
    await carrier.mode({ next: [{ mode: 'refuse', code: 21211 }] });
    juliet.send(`${ROMEO}@${DOMAIN}`, OUT, { id: 'refused' });
    await juliet.waitFor(({ attrs }) => attrs.id === 'refused' && attrs.type === 'error');
    await carrier.mode({ next: ['drop-after', 'unavailable'] });
    juliet.send(`${ROMEO}@${DOMAIN}`, OUT);
    nurse.send(`${ROMEO}@${DOMAIN}`, OUT);
    await carrier.wait({ attempts: 4, seconds: 20 });
    const forged = await fetch(
      `${gateway.httpUrl}/hooks/sms/message?To=${encodeURIComponent(ROMEO)}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'x' },
        body: new URLSearchParams({ Body: IN, From: ROMEO, To: POOL_NUMBER, MessageSid: 'SM1' }),
      },
    );
    expect(forged.status).toBe(403);
    juliet.raw(
      `<message to='nobody@${DOMAIN}/x' id='odd'><body>${OUT}</body><unknown xmlns='x'/></message>`,
    );
    await juliet.waitFor(({ attrs }) => attrs.id === 'odd');
    nurse.send(HELP, 'unregister');
    await heard(nurse, 'not registered');
    await server.kill('SIGKILL');
    await gateway.program.printed(({ msg }) => msg === 'xmpp offline');
    await carrier.text({ from: ROMEO, to: POOL_NUMBER, body: LATE });

    await gateway.program.end();
    const { output } = gateway.program;
    expect(output).toContain('"ended"');
    expect(leaksIn(output, level)).toEqual([]);
    expect(output).not.toContain('canary');
  },
);
