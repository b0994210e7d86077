import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type AccountsOptions, openAccounts } from '../../../src/accounts/open-accounts.ts';
import { AccountConflictError } from '../../../src/accounts/settle-owners.ts';
import {
  type Addressing,
  type OwnAddress,
  type PeerId,
  refused,
  type TransportId,
} from '../../../src/contract/index.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type BareJid, parseBareJid } from '../../../src/xmpp/jid.ts';
import { startRedis } from '../../support/peers/redis.ts';
import { withStore } from '../../support/store.ts';

const transport = 'pager' as TransportId;
const juliet = parseBareJid('juliet@example.org');
const romeo = parseBareJid('romeo@example.org');
const bob = 'b' as PeerId;
const DAY_MS = 24 * 60 * 60 * 1_000;
const own = (text: string) => text as OwnAddress;

const accountSchema = z.strictObject({ number: z.string().regex(/^\d+$/) });
type Account = z.infer<typeof accountSchema>;

/** A network of which an account is a number out of a pool. */
const networkOf = (pool: readonly string[]): Addressing<Account> => ({
  parsePeer: (text) => text as PeerId,
  formatPeer: (peer) => `+${peer}`,
  describePeer: (peer) => peer,
  ownAddresses: ({ number }) => [own(number)],
  registration: (taken) => {
    const number = pool.find((each) => !taken(own(each)));
    if (number === undefined) throw refused('resource-constraint', 'wait', 'No number is free.');
    return { number };
  },
});

let store: Store;
let now: number;

withStore((opened) => {
  store = opened;
});
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
});

const accountsOf = (options: Partial<AccountsOptions> & { pool?: readonly string[] } = {}) =>
  openAccounts({
    transport,
    addressing: networkOf(options.pool ?? ['1', '2']),
    accountSchema,
    configured: new Map(),
    store,
    now: () => now,
    ...options,
  });
const configured = (...entries: [BareJid, string][]) =>
  new Map(entries.map(([jid, number]) => [jid, { number }]));

describe('register', () => {
  test('gives a free address, and keeps it over a restart', async () => {
    const accounts = await accountsOf();
    const link = await accounts.register(juliet);
    expect(link).toEqual({
      id: 'pager:juliet@example.org',
      jid: juliet,
      settings: { number: '1' },
    });
    const again = await accountsOf();
    for (const each of [accounts, again]) {
      expect(each.find(juliet)).toEqual(link);
      expect(each.ownerOf(own('1'))).toEqual(link);
      expect(each.ownerOf(own('2'))).toBeUndefined();
      await expect(each.register(juliet)).rejects.toMatchObject({
        refusal: { condition: 'conflict' },
      });
    }
  });

  test('gives one address to one user, however many ask at once and wherever', async () => {
    const pool = Array.from({ length: 20 }, (_, n) => String(n));
    const processes = await Promise.all([accountsOf({ pool }), accountsOf({ pool })]);
    const users = Array.from({ length: 20 }, (_, n) => parseBareJid(`user${n}@example.org`));
    const register = async (jid: BareJid, n: number): Promise<unknown> => {
      try {
        return await processes[n % 2]?.register(jid);
      } catch (error) {
        // Only where the other process was faster each time.
        expect(error).toMatchObject({ refusal: { type: 'wait' } });
        return register(jid, n);
      }
    };
    await Promise.all(users.map(register));
    const after = await accountsOf({ pool });
    const owners = pool.map((number) => after.ownerOf(own(number)));
    expect(owners.map((account) => account?.jid).toSorted()).toEqual(users.toSorted());
    expect(owners.map((account) => account?.settings)).toEqual(pool.map((number) => ({ number })));
  });

  test('says what the network says when nothing is free', async () => {
    const accounts = await accountsOf({ pool: ['1'] });
    await accounts.register(juliet);
    await expect(accounts.register(romeo)).rejects.toMatchObject({
      refusal: { text: 'No number is free.' },
    });
    expect(accounts.find(romeo)).toBeUndefined();
  });

  test('learns of what another process gave away', async () => {
    const [one, other] = [await accountsOf(), await accountsOf()];
    await one.register(juliet);
    expect((await other.register(romeo)).settings).toEqual({ number: '2' });
    expect(other.ownerOf(own('1'))?.jid).toBe(juliet);
    await expect(other.register(juliet)).rejects.toMatchObject({
      refusal: { condition: 'conflict' },
    });
  });

  test('stores nothing that it could not read again', async () => {
    const accounts = await accountsOf({ pool: ['not a number'] });
    await expect(accounts.register(juliet)).rejects.toThrow();
    expect((await accountsOf()).find(juliet)).toBeUndefined();
  });
});

describe('unregister', () => {
  test('lets the address rest for 90 days, but not for its last owner', async () => {
    const accounts = await accountsOf({ pool: ['1'] });
    await accounts.register(juliet);
    await accounts.unregister(juliet);
    expect(accounts.find(juliet)).toBeUndefined();
    expect(accounts.ownerOf(own('1'))).toBeUndefined();

    now += 90 * DAY_MS;
    for (const each of [accounts, await accountsOf({ pool: ['1'] })]) {
      await expect(each.register(romeo)).rejects.toMatchObject({ refusal: { type: 'wait' } });
    }
    await accounts.register(juliet);
    await accounts.unregister(juliet);
    now += 90 * DAY_MS + 1;
    expect((await accounts.register(romeo)).settings).toEqual({ number: '1' });
    expect((await accountsOf({ pool: ['1'] })).ownerOf(own('1'))?.jid).toBe(romeo);
  });

  test('tells that the account is no more', async () => {
    const gone: string[] = [];
    const accounts = await accountsOf({ unregistered: ({ jid }) => void gone.push(jid) });
    await accounts.register(juliet);
    await expect(accounts.unregister(romeo)).rejects.toThrow();
    await accounts.unregister(juliet);
    expect(gone).toEqual([juliet]);
  });

  test('an address that rests is refused by the store itself', async () => {
    const [one, other] = [await accountsOf({ pool: ['1'] }), await accountsOf({ pool: ['1'] })];
    await one.register(juliet);
    await one.unregister(juliet);
    await expect(other.register(romeo)).rejects.toMatchObject({
      refusal: { text: 'No number is free.' },
    });
  });

  test('is refused without an account, and for one of the configuration', async () => {
    const accounts = await accountsOf({ configured: configured([juliet, '7']) });
    await expect(accounts.unregister(romeo)).rejects.toMatchObject({
      refusal: { condition: 'item-not-found' },
    });
    await expect(accounts.unregister(juliet)).rejects.toMatchObject({
      refusal: { condition: 'not-allowed' },
    });
    expect(accounts.find(juliet)).toBeDefined();
  });
});

describe('the configuration', () => {
  test('wins over what a user has registered', async () => {
    await (await accountsOf()).register(juliet);
    const accounts = await accountsOf({ configured: configured([juliet, '7']) });
    expect(accounts.find(juliet)?.settings).toEqual({ number: '7' });
    expect(accounts.ownerOf(own('7'))?.jid).toBe(juliet);
    expect((await accounts.register(romeo)).settings).toEqual({ number: '2' });
  });

  test('keeps its addresses out of registration', async () => {
    const accounts = await accountsOf({ configured: configured([juliet, '1']) });
    expect((await accounts.register(romeo)).settings).toEqual({ number: '2' });
  });

  test('stops the start where it gives away what another user has registered', async () => {
    await (await accountsOf()).register(juliet);
    await expect(accountsOf({ configured: configured([romeo, '1']) })).rejects.toThrow(
      new AccountConflictError(
        'pager: the configuration gives 1 to romeo@example.org, but juliet@example.org has registered it. Leave it out of the configuration until juliet@example.org has unregistered.',
      ),
    );
  });

  test('stops the start where it gives one address to two users', async () => {
    await expect(
      accountsOf({ configured: configured([juliet, '1'], [romeo, '1']) }),
    ).rejects.toThrow(
      'pager: the configuration gives 1 to juliet@example.org and to romeo@example.org.',
    );
  });

  test('leaves an address out: it rests, but not for its last owner', async () => {
    await accountsOf({ configured: configured([juliet, '1']) });
    const accounts = await accountsOf({ pool: ['1'] });
    expect(accounts.find(juliet)).toBeUndefined();
    expect(accounts.ownerOf(own('1'))).toBeUndefined();
    now += 90 * DAY_MS;
    for (const each of [accounts, await accountsOf({ pool: ['1'] })]) {
      await expect(each.register(romeo)).rejects.toMatchObject({ refusal: { type: 'wait' } });
    }
    await accounts.register(juliet);
    await accounts.unregister(juliet);
    now += 90 * DAY_MS + 1;
    expect((await accounts.register(romeo)).settings).toEqual({ number: '1' });
  });

  test('moves an address from one user to another', async () => {
    await accountsOf({ configured: configured([juliet, '1']) });
    const accounts = await accountsOf({ configured: configured([romeo, '1']) });
    expect(accounts.ownerOf(own('1'))?.jid).toBe(romeo);
    expect(accounts.find(juliet)).toBeUndefined();
  });

  test('gives back what a user has registered when it does not name him any more', async () => {
    await (await accountsOf()).register(juliet);
    await accountsOf({ configured: configured([juliet, '7']) });
    const accounts = await accountsOf();
    expect(accounts.find(juliet)?.settings).toEqual({ number: '1' });
    expect(accounts.ownerOf(own('1'))?.jid).toBe(juliet);
    expect(accounts.ownerOf(own('7'))).toBeUndefined();
  });

  test('may give away an address that rests', async () => {
    const before = await accountsOf();
    await before.register(juliet);
    await before.unregister(juliet);
    const accounts = await accountsOf({ configured: configured([romeo, '1']) });
    expect(accounts.ownerOf(own('1'))?.jid).toBe(romeo);
  });
});

test('what no longer fits the settings is told, kept from others, and can be left', async () => {
  await (await accountsOf()).register(juliet);
  await store.command('HSET', store.partitionFor(transport), 'acc:pager', juliet, '{"old":1}');
  const errors: unknown[] = [];
  const accounts = await accountsOf({ onError: (error) => errors.push(error) });
  expect(String(errors)).toMatch(/pager: 1 registered accounts do not fit/);
  expect(accounts.find(juliet)).toBeUndefined();
  expect(accounts.ownerOf(own('1'))).toBeUndefined();
  expect((await accounts.register(romeo)).settings).toEqual({ number: '2' });
  await expect(accounts.register(juliet)).rejects.toMatchObject({
    refusal: { text: expect.stringContaining('Unregister') },
  });
  await accounts.unregister(juliet);
  expect((await accounts.register(juliet)).settings).toEqual({ number: '1' });
});

test('refresh reads what another process has changed', async () => {
  const [one, other] = [await accountsOf(), await accountsOf()];
  await one.register(juliet);
  one.noteForm(juliet, bob, '00b');
  expect(other.find(juliet)).toBeUndefined();
  await other.refresh();
  expect(other.find(juliet)).toEqual(one.find(juliet));
  expect(other.formOf(juliet, bob)).toBe('00b');
});

describe('forms', () => {
  const stored = () => store.command('HLEN', store.partitionFor(transport), 'frm:pager');

  test('the last one that is not canonical is kept, for each user and peer', async () => {
    const accounts = await accountsOf();
    expect(accounts.formOf(juliet, bob)).toBeUndefined();
    accounts.noteForm(juliet, bob, '+b');
    expect(await stored()).toBe(0);
    accounts.noteForm(juliet, bob, '00b');
    accounts.noteForm(juliet, bob, 'tel\\3ab');
    accounts.noteForm(romeo, bob, '00b');
    accounts.noteForm(juliet, 'a peer with spaces' as PeerId, 'x');
    expect(accounts.formOf(juliet, bob)).toBe('tel\\3ab');
    const again = await accountsOf();
    expect(again.formOf(juliet, bob)).toBe('tel\\3ab');
    expect(again.formOf(romeo, bob)).toBe('00b');
    expect(again.formOf(juliet, 'a peer with spaces' as PeerId)).toBe('x');
    again.noteForm(juliet, bob, '+b');
    expect(again.formOf(juliet, bob)).toBeUndefined();
    expect((await accountsOf()).formOf(juliet, bob)).toBeUndefined();
  });

  test('are bounded: the one used least lately goes', async () => {
    const accounts = await accountsOf({ mostForms: 3 });
    const peers = ['p', 'q', 'r', 's'].map((text) => text as PeerId);
    for (const peer of peers.slice(0, 3)) accounts.noteForm(juliet, peer, 'x');
    accounts.noteForm(juliet, peers[0] ?? bob, 'x');
    accounts.noteForm(juliet, peers[3] ?? bob, 'x');
    const known = ['x', undefined, 'x', 'x'];
    expect(peers.map((peer) => accounts.formOf(juliet, peer))).toEqual(known);
    const again = await accountsOf();
    expect(peers.map((peer) => again.formOf(juliet, peer))).toEqual(known);
    expect(await stored()).toBe(3);
  });

  test('one that could not be stored is noted again with the next message', async () => {
    const peer = await startRedis();
    const away = openStore({ kind: 'url', url: `unix:${peer.socket}` });
    const errors: unknown[] = [];
    const accounts = await accountsOf({ store: away, onError: (error) => errors.push(error) });
    await peer.kill('SIGKILL');
    accounts.noteForm(juliet, bob, '00b');
    await vi.waitUntil(() => errors.length > 0, { timeout: 30_000 });
    expect(accounts.formOf(juliet, bob)).toBeUndefined();
    await peer.restart();
    await vi.waitUntil(() => away.client.status === 'ready', { timeout: 30_000 });
    accounts.noteForm(juliet, bob, '00b');
    expect((await accountsOf({ store: away })).formOf(juliet, bob)).toBe('00b');
    await away.close();
    await peer.stop();
  });
});

describe('a change by the operator', () => {
  const stored = () => store.command('HGETALL', store.partitionFor(transport), `own:${transport}`);

  test('that is discarded leaves what was stored, and who owned what', async () => {
    const accounts = await accountsOf({ configured: configured([juliet, '1']) });
    const before = await stored();
    const { discard } = await accounts.prepare(configured([romeo, '1'], [juliet, '3']));
    expect(await stored()).not.toEqual(before);
    discard();
    await accounts.refresh();
    expect(await stored()).toEqual(before);
    expect(accounts.ownerOf(own('1'))?.jid).toBe(juliet);
    expect(accounts.find(romeo)).toBeUndefined();
  });

  test('lets nobody register until it is decided, so that it forgets nobody', async () => {
    const accounts = await accountsOf();
    const { apply } = await accounts.prepare(configured([romeo, '3']));
    const registered = accounts.register(juliet);
    // By then it would be done.
    for (let rounds = 0; rounds < 20; rounds++) await stored();
    apply();
    expect(accounts.find(juliet)).toBeUndefined();
    expect(await registered).toBe(accounts.find(juliet));
    expect(accounts.ownerOf(own('3'))?.jid).toBe(romeo);
  });
});
