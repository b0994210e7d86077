import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type House, JULIET, ROMEO, startHouse } from '../support/house.ts';
import { postern } from '../support/postern.ts';

let house: House;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postern-asks-'));
  house = await startHouse();
});

afterAll(async () => {
  await house?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** The same configuration for a gateway that was never started. */
async function neverStarted(): Promise<string> {
  const file = join(dir, 'postern.yaml');
  await writeFile(file, await readFile(house.gateway.config));
  return file;
}

it('why: the story of a text that a user has got, by the id of its stanza', async () => {
  const { carrier, gateway } = house;
  const juliet = await house.client();
  await carrier.text({ from: ROMEO, to: JULIET.number, body: 'wherefore' });
  const text = await juliet.waitFor(({ name }) => name === 'message');
  const id = String(text.attrs.id);
  // A story is written when its gateway ends, at the latest.
  await gateway.program.end();
  const told = await postern('why', id.toLowerCase(), '-c', gateway.config);
  expect(told.output).toMatch(/taken from its sender, and stored\n.*the other side has it\n/);
  expect(told.output).toMatch(new RegExp(`${id}  sms  .* → ${JULIET.jid}\n`));
  expect(told.output).not.toContain('wherefore');
  expect(told.code).toBe(0);

  const json = await postern('why', id, '--json', '-c', gateway.config);
  expect(JSON.parse(json.output)).toMatchObject({
    message: id,
    steps: [{ what: 'accepted' }, { what: 'handed' }],
  });
});

it.each([['0123456789ABCDEFGHJKMNPQRS'], ['7ZZZZZZZZZZZZZZZZZZZZZZZZZ']])(
  'why %s: nobody knows it, exit code 1',
  async (id) => {
    const { output, code } = await postern('why', id, '-c', house.gateway.config);
    expect(output).toBe(`${id} is not known here.\n`);
    expect(code).toBe(1);
  },
);

it('why, before the first start: nobody knows it, exit code 1', async () => {
  const id = '0123456789ABCDEFGHJKMNPQRS';
  const { output, code } = await postern('why', id, '-c', await neverStarted());
  expect(output).toBe(`${id} is not known here.\n`);
  expect(code).toBe(1);
});

it('why, without an id: what is missing, exit code 64', async () => {
  const { output, code } = await postern('why', '-c', house.gateway.config);
  expect(output).toContain('Say which: the id of a message');
  expect(code).toBe(64);
});

it('ready: 0 when every domain is up, 1 while one is not, 69 when there is no gateway', async () => {
  const { gateway, server } = house;
  await gateway.program.end();
  const none = await postern('ready', '-c', gateway.config);
  expect(none.output).toContain('no answer');
  expect(none.code).toBe(69);

  await server.kill('SIGKILL');
  await gateway.restart();
  await gateway.program.printed(({ msg }) => msg === 'started');
  const down = await postern('ready', '-c', gateway.config);
  expect(down.output).toMatch(/not ready: .*sms/);
  expect(down.code).toBe(1);

  await server.restart();
  const up = await postern('ready', '--wait', '60', '-c', gateway.config);
  expect(up.output).toBe('ready\n');
  expect(up.code).toBe(0);
});
