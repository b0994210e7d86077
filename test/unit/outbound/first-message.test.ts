import { beforeEach, describe, expect, it } from 'vitest';
import type { Accounts } from '../../../src/accounts/accounts.ts';
import { answer } from '../../../src/commands/chat.ts';
import { type Refusal, refused, type TransportId } from '../../../src/contract/index.ts';
import { readOutbound } from '../../../src/lanes/stored.ts';
import type { Acceptor } from '../../../src/outbound/accept.ts';
import { BUSY, NOT_STORED } from '../../../src/outbound/refusals.ts';
import type { BareJid } from '../../../src/xmpp/jid.ts';
import { parseJid } from '../../../src/xmpp/jid.ts';
import type { IncomingText } from '../../../src/xmpp/port.ts';
import { deskOn } from '../../support/desk.ts';
import { ADDRESSING, accountsOf, CAPABILITIES, claimAll, PAPER } from '../../support/paper.ts';
import { OutboundBench, text } from './outbound-bench.ts';

const NURSE = 'nurse@example.org' as BareJid;

let bench: OutboundBench;
let accounts: Accounts;
let door: Acceptor;
/** Told, with the words of the message. */
let told: [string, Refusal][];
/** Registrations wait for this. */
let gate: PromiseWithResolvers<void>;
let registrations: number;

beforeEach(() => {
  bench = new OutboundBench();
  bench.capabilities = { ...CAPABILITIES, accounts: 'first-message' };
  accounts = accountsOf({});
  told = [];
  registrations = 0;
  gate = Promise.withResolvers();
  door = openDoor();
});

function openDoor(register: (jid: BareJid) => Promise<unknown> = (jid) => accounts.register(jid)) {
  return bench.openDoor({
    capabilities: bench.capabilities,
    accounts: {
      ...accounts,
      async register(jid) {
        registrations += 1;
        await gate.promise;
        await register(jid);
        return await Promise.resolve(accounts.find(jid) as never);
      },
    },
    port: { refuse: (message, refusal) => void told.push([bodyOf(message), refusal]) },
  });
}

const bodyOf = (message: { readonly content?: string }) => (message as IncomingText).text;

const of = (jid: string, body: string, overrides: Partial<IncomingText> = {}) =>
  text(body, { from: parseJid(`${jid}/x`), ...overrides });

async function stored(): Promise<string[]> {
  await door.settled();
  const claims = await claimAll(bench.lanes, 'outbound', { perLane: 100 });
  return claims.flatMap(({ entries }) => entries.map(({ event }) => readOutbound(event).text));
}

describe('the first message of a user', () => {
  it('gives him an account, and what he writes meanwhile keeps its order', async () => {
    for (const body of ['one', 'two', 'three']) door.accept(of(NURSE, body));
    gate.resolve();
    // What comes while the account is being made, and just when it is: none overtakes.
    const late = accounts.find(NURSE) === undefined;
    door.accept(of(NURSE, 'four'));
    queueMicrotask(() => door.accept(of(NURSE, 'five')));
    await door.settled();
    door.accept(of(NURSE, 'six'));
    expect(late).toBe(true);
    expect(await stored()).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
    expect(registrations).toBe(1);
    expect(told).toEqual([]);
  });

  it('in every tick of the registration, keeps its order', async () => {
    door.accept(of(NURSE, '0'));
    gate.resolve();
    for (let tick = 1; tick <= 30; tick++) {
      door.accept(of(NURSE, String(tick)));
      await Promise.resolve();
    }
    const numbers = Array.from({ length: 31 }, (_, index) => String(index));
    expect(await stored()).toEqual(numbers);
  });

  it('is not settled before it is stored', async () => {
    door.accept(of(NURSE, 'one'));
    let settled = false;
    const settling = door.settled().then(() => {
      settled = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    gate.resolve();
    await settling;
    expect(await claimAll(bench.lanes, 'outbound')).toHaveLength(1);
  });

  it('gives nothing to whom the address can not be', async () => {
    door.accept(of(NURSE, 'one', { to: parseJid('romeo5@paper.example.org') }));
    gate.resolve();
    expect(await stored()).toEqual([]);
    expect(registrations).toBe(0);
    expect(told).toMatchObject([['one', { condition: 'jid-malformed' }]]);
  });

  it('gives nothing while nothing is taken', async () => {
    bench.admits = false;
    door.accept(of(NURSE, 'one'));
    expect(registrations).toBe(0);
    expect(told).toEqual([['one', BUSY]]);
  });

  it('after he has given his account back gives him one again', async () => {
    gate.resolve();
    door.accept(of(NURSE, 'one'));
    await door.settled();
    await accounts.unregister(NURSE);
    door.accept(of(NURSE, 'two'));
    expect(await stored()).toEqual(['one', 'two']);
    expect(registrations).toBe(2);
  });

  it('is taken where he came by an account in another way meanwhile', async () => {
    door.accept(of(NURSE, 'one'));
    door.accept(of(NURSE, 'two'));
    await accounts.register(NURSE);
    gate.resolve();
    expect(await stored()).toEqual(['one', 'two']);
    expect(told).toEqual([]);
  });

  it('shows him his address when he asks who he is', async () => {
    gate.resolve();
    door.accept(of(NURSE, 'one'));
    await door.settled();
    const asked = {
      ...{ jid: NURSE, isAdmin: false, transport: PAPER, domain: 'd', title: 'Paper' },
      ...{ accounts, addressing: ADDRESSING, desk: deskOn() },
    };
    expect(await answer('whoami', asked, () => undefined)).toBe(
      'You are nurse@example.org. Your address is new.',
    );
  });

  it('to one network gives him nothing on another', async () => {
    const other = accountsOf({});
    const next = bench.openDoor({
      transport: 'pulp' as TransportId,
      capabilities: bench.capabilities,
      accounts: other,
    });
    gate.resolve();
    door.accept(of(NURSE, 'one'));
    await door.settled();
    expect(other.find(NURSE)).toBeUndefined();
    next.accept(of(NURSE, 'two'));
    await next.settled();
    expect(other.find(NURSE)).toBeDefined();
  });
});

describe('an account that can not be made', () => {
  it('is told for each of his messages, and in its words', async () => {
    door = openDoor(async () => {
      throw refused('conflict', 'cancel', 'No address is left for you.');
    });
    door.accept(of(NURSE, 'one'));
    door.accept(of(NURSE, 'two'));
    gate.resolve();
    expect(await stored()).toEqual([]);
    const refusal = { condition: 'conflict', text: 'No address is left for you.' };
    expect(told).toMatchObject([
      ['one', refusal],
      ['two', refusal],
    ]);
    expect(bench.errors).toEqual([]);
  });

  it('because the store is down: he is told that nothing is stored, and can try again', async () => {
    let down = true;
    door = openDoor(async (jid) => {
      if (down) throw new Error('no answer');
      await accounts.register(jid);
    });
    door.accept(of(NURSE, 'one'));
    gate.resolve();
    expect(await stored()).toEqual([]);
    expect(told).toEqual([['one', NOT_STORED]]);
    expect(bench.errors).toHaveLength(1);
    down = false;
    door.accept(of(NURSE, 'two'));
    expect(await stored()).toEqual(['two']);
  });
});

describe('a storm', () => {
  it('of one user: 32 messages wait, and he is told of the others', async () => {
    for (let i = 0; i < 40; i++) door.accept(of(NURSE, `${i}`));
    expect(told).toEqual(Array.from({ length: 8 }, (_, i) => [`${32 + i}`, BUSY]));
    gate.resolve();
    expect(await stored()).toHaveLength(32);
  });

  it('of users: 1,000 wait, and the others are told', async () => {
    for (let i = 0; i < 1_010; i++) door.accept(of(`n${i}@example.org`, `${i}`));
    expect(told.map(([body]) => body)).toEqual(
      Array.from({ length: 10 }, (_, i) => String(1_000 + i)),
    );
    gate.resolve();
    await door.settled();
    expect(registrations).toBe(1_000);
    told.length = 0;
    door.accept(of('late@example.org', 'late'));
    await door.settled();
    expect(told).toEqual([]);
  });

  it('of long messages: some wait, and the others are told', async () => {
    const long = 'l'.repeat(512 * 1024);
    for (let i = 0; i < 40; i++) door.accept(of(`n${i % 4}@example.org`, long));
    expect(told).toHaveLength(24);
    gate.resolve();
    await door.settled();
    told.length = 0;
    door.accept(of('late@example.org', long));
    await door.settled();
    expect(told).toEqual([]);
  });
});
