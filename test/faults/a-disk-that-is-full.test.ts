import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import { DOMAIN, type House, JULIET, ROMEO, startHouse } from '../support/house.ts';
import { smallDisk } from '../support/small-disk.ts';

const disk = smallDisk(24);

// Where nobody may mount one there is no disk to fill.
describe.skipIf(disk === undefined)('a disk that is full', () => {
  let house: House;
  let juliet: XmppClient;

  beforeAll(async () => {
    house = await startHouse({ config: { state: disk?.directory } });
    juliet = await house.client();
  });

  afterAll(async () => {
    await house?.stop();
    await disk?.remove();
  });

  it('keeps what was taken, is never filled by restarts, and all goes on by itself when there is room', async () => {
    const { carrier, gateway } = house;
    let isSlow = false;
    // The server ends at each write that fails. To start it at once, each time, would help nobody.
    const slow = gateway.program.printed(({ msg }) =>
      /started again in [48]00 ms/.test(String(msg)),
    );
    slow.then(
      () => {
        isSlow = true;
      },
      () => undefined,
    );
    const sent: string[] = [];
    const posted: { readonly body: string; readonly isTaken: boolean }[] = [];
    const round = async () => {
      const n = sent.length;
      sent.push(`out ${n} ${'o'.repeat(2_000)}`);
      juliet.send(`${ROMEO}@${DOMAIN}`, sent[n] ?? '', { id: `out ${n}` });
      const body = `in ${n} ${'i'.repeat(500)}`;
      const answer = await carrier.text({ from: ROMEO, to: JULIET.number, body });
      posted.push({ body, isTaken: isTaken(answer) });
    };
    await round();
    await disk?.fill();
    while (!isSlow) await round();
    await disk?.free();
    do await round();
    while (posted.at(-1)?.isTaken !== true);

    // What was refused has come back before the answer to the last word, and the rest is carried.
    juliet.send(`help@${DOMAIN}`, 'whoami');
    await juliet.waitFor(({ attrs }) => attrs.from === `help@${DOMAIN}`);
    const errors = juliet.rest.filter(({ attrs }) => attrs.type === 'error');
    const saidOf = new Map(errors.map((stanza) => [stanza.attrs.id, refusalIn(stanza)]));
    expect(saidOf.size).toBeGreaterThan(0);
    for (const [n, body] of sent.entries()) {
      if (!saidOf.has(`out ${n}`)) await carrier.wait({ body, count: 1 });
    }
    const carried = (await carrier.messages()).map(({ body }) => body);
    expect(carried).toEqual(sent.filter((body) => carried.includes(body)));
    for (const [n, body] of sent.entries()) {
      if (carried.includes(body))
        expect(saidOf.get(`out ${n}`)?.text ?? '').not.toMatch(/not sent/);
    }

    const last = posted.at(-1)?.body;
    const arrived: string[] = [];
    while (arrived.at(-1) !== last) {
      const text = await juliet.waitFor(({ attrs }) => attrs.from === `${ROMEO}@${DOMAIN}`);
      if (text.attrs.type !== 'error') arrived.push(bodyOf(text) ?? '');
    }
    expect(arrived).toEqual(
      posted.flatMap(({ body, isTaken }) => (isTaken || arrived.includes(body) ? [body] : [])),
    );
  });
});

function isTaken(answer: unknown): boolean {
  const { status } = (answer as { answer?: { status: number } }).answer ?? { status: 0 };
  return status >= 200 && status < 300;
}
