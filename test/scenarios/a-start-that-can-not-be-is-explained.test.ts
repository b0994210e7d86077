import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Carrier, startCarrier } from '../support/carrier.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { configuration, DOMAIN, JULIET, SECRET } from '../support/house.ts';
import { startProsody } from '../support/peers/prosody.ts';
import { freePorts, type XmppServer } from '../support/peers/xmpp-server.ts';
import { Program } from '../support/processes.ts';

let prosody: XmppServer;
let carrier: Carrier;
let dir: string;
const gateways: GatewayProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postern-start-'));
  [prosody, carrier] = await Promise.all([
    startProsody({ components: { [DOMAIN]: SECRET } }),
    startCarrier([JULIET.number]),
  ]);
});

afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all([prosody?.stop(), carrier?.stop()]);
  await rm(dir, { recursive: true, force: true });
});

/** Starts with one thing wrong, and resolves to what the log says of the stream. */
async function reasonFor(wrong: {
  xmpp?: Record<string, unknown>;
  transport?: Record<string, unknown>;
}): Promise<string> {
  const config = configuration(prosody, carrier, wrong.transport);
  const xmpp = { ...(config.xmpp as object), ...wrong.xmpp };
  const gateway = await startGateway({ config: { ...config, xmpp } });
  gateways.push(gateway);
  const line = await gateway.program.printed(({ msg }) => msg === 'xmpp offline');
  expect(gateway.program.exitCode).toBeNull();
  return String(line.reason);
}

it('a wrong secret, an unknown domain, a wrong port and another service are told apart, and none ends the process', async () => {
  const [closed] = await freePorts(1);
  const reasons = await Promise.all([
    reasonFor({ xmpp: { secret: 'not-the-secret' } }),
    reasonFor({ transport: { domain: 'unknown.localhost' } }),
    reasonFor({ xmpp: { connect: `127.0.0.1:${closed}` } }),
    reasonFor({ xmpp: { connect: `127.0.0.1:${prosody.c2sPort}` } }),
  ]);
  expect(new Set(reasons).size).toBe(reasons.length);
  expect(reasons[0]).toContain('secret');
  expect(reasons[1]).toContain('unknown.localhost');
  expect(reasons[2]).toContain(String(closed));
});

it('a key that is unknown: file, line, column, a suggestion, exit code 78', async () => {
  const file = join(dir, 'postern.yaml');
  await writeFile(file, 'xmpp:\n  server: localhost\n  secrt: something-secret\n');
  const program = new Program('src/cli/main.ts', ['start', '-c', file], { cwd: dir });
  expect(await program.exited()).toBe(78);
  expect(program.output).toContain('postern.yaml:3:3');
  expect(program.output).toMatch(/secrt.*secret/);
  expect(program.output).not.toContain('something-secret');
});

it('a file that is not there: exit code 78', async () => {
  const program = new Program('src/cli/main.ts', ['start', '-c', join(dir, 'none.yaml')]);
  expect(await program.exited()).toBe(78);
  expect(program.output).toContain('none.yaml');
});

it('a verb that is not there: exit code 64, and the usage', async () => {
  const program = new Program('src/cli/main.ts', ['strat']);
  expect(await program.exited()).toBe(64);
  expect(program.output).toContain('postern start');
});
