import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openAccounts } from '../../src/accounts/open-accounts.ts';
import { AccountConflictError } from '../../src/accounts/settle-owners.ts';
import type { MessageId, PeerId } from '../../src/contract/index.ts';
import type { PageQuery } from '../../src/history/archive.ts';
import { readLines, writeLine } from '../../src/history/chapter.ts';
import { openArchive } from '../../src/history/sqlite-archive.ts';
import { presenter } from '../../src/inbound/present.ts';
import { laneOf, newMessageId } from '../../src/lanes/lane.ts';
import { list, readClaim, readEntry } from '../../src/lanes/redis/stored-form.ts';
import {
  readKept,
  storeInbound,
  storeKept,
  storeOutbound,
  UnreadableError,
} from '../../src/lanes/stored.ts';
import { openRoomMemory } from '../../src/rooms/memory.ts';
import { openSeal } from '../../src/rooms/seal.ts';
import type { BareJid } from '../../src/xmpp/jid.ts';
import { writeMessage } from '../../src/xmpp/stanza/message.ts';
import { serialise } from '../../src/xmpp/xml/serialise.ts';
import { ADDRESSING, CAPABILITIES, JULIET, PAPER, serveOnce } from '../support/paper.ts';
import { OutboundBench } from '../unit/outbound/outbound-bench.ts';
import { type Chance, fuzz, LIMIT_MS, RUNS } from './fuzz.ts';
import { readStrictly } from './strict-stanza.ts';

const DOMAIN = 'gw.example';
const BATCH = 50;
const LANE = laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' }, 'outbound');
const ID = newMessageId(LANE.partition, 1_700_000_000_000);

const REPLY = { to: `${JULIET}/a`, from: 'romeo', of: 'x', originId: 'o', wantsReceipt: true };
const REFUSAL = { condition: 'gone', type: 'cancel', text: 'No.' } as const;
const OUTBOUND = [
  storeOutbound({
    ...{ v: 1, kind: 'message', account: JULIET, peer: 'romeo' as PeerId, text: 'hello' },
    ...{ thread: 't', subject: 's', prepared: '{"parts":1}', reply: REPLY },
  }),
  storeOutbound({
    ...{ v: 1, kind: 'room-message', account: JULIET, peer: '#a' as PeerId, text: 'https://x/y' },
    reply: { ...REPLY, isFile: true, toldFailed: true },
  }),
] as [string, ...string[]];
const INBOUND = [
  storeInbound({
    v: 1,
    kind: 'text',
    to: JULIET,
    from: 'romeo',
    text: 'hi',
    sentAt: 1,
    thread: 't',
  }),
  storeInbound({ v: 1, kind: 'receipt', to: `${JULIET}/a`, from: 'romeo', of: 'x', about: ID }),
  storeInbound({
    ...{ v: 1, kind: 'error', to: `${JULIET}/a`, of: 'x', about: ID, refusal: REFUSAL },
  }),
] as [string, ...string[]];

/** What is stored, damaged: a value of it, or its bytes. A third of it is sound. */
function damaged(chance: Chance, sample: string): string {
  if (chance.once(3)) return sample;
  if (chance.once(2)) return chance.damage(Buffer.from(sample)).toString();
  return sample.replace(/"[^"]*"|\d+|true|false/g, (value) =>
    chance.once(6) ? anyJson(chance, 2) : value,
  );
}

function anyJson(chance: Chance, depth: number): string {
  const inner = () => (depth > 0 ? anyJson(chance, depth - 1) : 'null');
  switch (chance.below(8)) {
    case 0:
      return chance.of(['null', 'true', '-1', '1e400', '1e300', '0.5', '99999999999999999999']);
    case 1:
      return `[${chance.some(3, inner).join()}]`;
    case 2:
      return `{"__proto__":${inner()},"constructor":${inner()},"v":1}`;
    case 3:
      return '';
    default:
      return JSON.stringify(chance.text(6));
  }
}

function isUnpolluted(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('polluted' in {} || 'v' in {}).toBe(false);
}

test('what lies in a lane outbound is sent or parked, whatever has become of it', {
  timeout: LIMIT_MS,
}, async () => {
  const runs = Math.ceil(RUNS / 4 / BATCH);
  let [sent, parked] = [0, 0];
  await fuzz(
    'Stored, outbound',
    runs,
    async (chance) => {
      const bench = new OutboundBench();
      const events = Array.from({ length: BATCH }, () => damaged(chance, chance.of(OUTBOUND)));
      await bench.lanes.push(
        events.map((event, at) => entryOf(event, `peer ${at}`, bench.clock.now)),
      );
      await bench.serve();
      const left = await bench.lanes.claim({
        ...{ channel: LANE.channel, holder: 'next', leaseMs: 1, lanes: 99, perLane: 9 },
        partitions: [LANE.partition],
      });
      expect(left.claims).toEqual([]);
      expect(bench.errors).toEqual([]);
      // What is told of it can be read again.
      await bench.told();
      sent += bench.sent.length;
      parked += bench.parked.length;
      isUnpolluted();
    },
    BATCH,
  );
  expect(sent).toBeGreaterThan((runs * BATCH) / 4);
  expect(parked).toBeGreaterThan((runs * BATCH) / 10);
});

function entryOf(event: string, name: string, now: number, lane = LANE) {
  return {
    ...{ id: newMessageId(lane.partition, now), lane: { ...lane, name }, event, acceptedAt: now },
    ...{ deadlineAt: now + CAPABILITIES.deadlineMs, duplicateKeys: [] },
  };
}

test('what lies in a lane inbound is written as a stanza or parked, whatever has become of it', {
  timeout: LIMIT_MS,
}, async () => {
  const runs = Math.ceil(RUNS / 4 / BATCH);
  const lane = laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' }, 'inbound');
  let [sent, parked] = [0, 0];
  await fuzz(
    'Stored, inbound',
    runs,
    async (chance) => {
      const { lanes, clock } = new OutboundBench();
      const written: string[] = [];
      const server = presenter({
        ...{ lanes, now: clock.read, note() {}, nudge() {} },
        port: {
          async deliver(message) {
            written.push(serialise(writeMessage(message, DOMAIN, clock.now), DOMAIN));
          },
        },
        parked: () => void parked++,
        onError: (error) => expect.fail(String(error)),
      });
      const events = Array.from({ length: BATCH }, () => damaged(chance, chance.of(INBOUND)));
      await lanes.push(events.map((event, at) => entryOf(event, `peer ${at}`, clock.now, lane)));
      const served = await serveOnce(lanes, 'inbound', server);
      const settlements = served.flatMap(({ settlements }) => settlements.map(({ kind }) => kind));
      expect(settlements).toHaveLength(BATCH);
      // What is tried again for ever would hold its lane.
      expect(settlements).not.toContain('later');
      readStrictly(written, DOMAIN);
      sent += written.length;
      isUnpolluted();
    },
    BATCH,
  );
  expect(sent).toBeGreaterThan((runs * BATCH) / 4);
  expect(parked).toBeGreaterThan((runs * BATCH) / 10);
});

const JOURNALS = [
  ...['', 'A 1 0 0 1700000000000 -', 'S 2 7 1 1700000000000 [[0,"SM1","a"],[1,"SM2","d"]]'],
  ...['H 1 9 0 1700000000000 [[0,"n","f"]]', 'U 1 0 3 1 [[0,"n","constructor"]]', 'D 1 0 0 1 -'],
  ...['H 1 9 0 1 [[1e400,"n","a"]]'],
] as [string, ...string[]];

test('what Redis gives back is an entry, whatever it is', { timeout: LIMIT_MS }, async () => {
  await fuzz('Stored, records', Math.ceil(RUNS / 4), (chance) => {
    const head = `1 1700000000000 1700000100000 0 ${LANE.channel} ${LANE.name}\n`;
    const record = damaged(chance, `${head}${chance.of(OUTBOUND)}`);
    const journal = damaged(chance, chance.of(JOURNALS));
    checkEntry(readEntry(ID, record, journal, LANE));
    const time = '1700000000000';
    const entries = [[ID, record, journal], ['x', null, 7], []];
    const reply: unknown[] = ['7', LANE.name, '12', time, ...entries];
    if (chance.once(4)) reply[chance.below(reply.length)] = chance.of([null, 7, [null], 'x', []]);
    try {
      for (const entry of readClaim(reply, LANE.channel).entries) checkEntry(entry);
      list(record);
    } catch (error) {
      // Not one of our scripts: the drain says so, and goes on.
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toMatch(/a script answered/);
    }
    try {
      const kept = storeKept({ envelope: 'from a to b', raw: Buffer.from('Subject: x\r\n\r\ny') });
      const { envelope, raw } = readKept(damaged(chance, kept));
      expect(typeof envelope === 'string' && Buffer.isBuffer(raw)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableError);
    }
  });
  isUnpolluted();
});

function checkEntry(entry: ReturnType<typeof readEntry>): void {
  const { state, attempts, crashes, acceptedAt, deadlineAt, since, parts, event } = entry;
  if (!/^(waiting|sending|unknown|handed|dead)$/.test(state)) throw new Error(`state ${state}`);
  for (const number of [attempts, crashes, acceptedAt, deadlineAt, since]) {
    if (!(number >= 0)) throw new Error(`It has ${number}.`);
  }
  if (typeof event !== 'string' || typeof entry.lane.name !== 'string') throw new Error('No text');
  for (const part of parts) {
    const isKnown = /^(accepted|delivered|failed)$/.test(String(part.state));
    const isText = typeof part.networkId === 'string';
    if (!isKnown || !isText || !Number.isFinite(part.part)) throw new Error('A strange part');
  }
}

const HASHES = [
  [JULIET, '{"address":"one"}', 'romeo@example.org', '{"address":"two"}'],
  ['one', JULIET, 'two', 'romeo@example.org', 'three', `${JULIET} 1700000000000`],
  [`${JULIET} romeo`, 'romeo%x', `${JULIET} #a`, '#a'],
] as const;

test('accounts, addresses and rooms that are stored are read or left out, whatever they are', {
  timeout: LIMIT_MS,
}, async () => {
  const seal = await openSeal('a secret', 'rooms');
  const user = JULIET;
  const room = JSON.stringify({
    ...{ v: 1, user, room: '#a', local: '#a', nick: 'jo', wished: 'jo', clients: [`${user}/a`] },
    sealed: seal.close('swordfish', `${user} #a`),
  });
  await fuzz('Stored, hashes', Math.ceil(RUNS / 8), async (chance) => {
    const hash = (sample: readonly string[]): unknown => {
      const flat = sample.map((text) => damaged(chance, text));
      return chance.once(40) ? chance.of<unknown>([null, 'x', [1], [null, {}]]) : flat;
    };
    const store = {
      command: async (command: string, _partition: number, key: string) => {
        if (command !== 'HGETALL') return 'OK';
        if (key.startsWith('room:')) return hash([`${user} #a`, room]);
        return hash(HASHES[['acc', 'own', 'frm'].indexOf(key.slice(0, 3))] ?? []);
      },
      script: () => ({ run: async () => 'ok' }),
      partitionFor: () => 7,
    };
    const given = { transport: PAPER, store, onError: () => undefined };
    try {
      const accounts = await openAccounts({
        ...{ ...given, addressing: ADDRESSING, configured: new Map() },
        accountSchema: z.strictObject({ address: z.string().min(1).max(100) }),
      });
      for (const address of accounts.addresses()) {
        const owner = accounts.ownerOf(address);
        if (owner !== undefined) expect(accounts.find(owner.jid as BareJid)).toBe(owner);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(AccountConflictError);
    }
    const { left } = await openRoomMemory(store, PAPER, seal, () => undefined);
    for (const { local, nick = '', clients } of left) {
      const texts = [local, nick, ...clients];
      expect(texts.every((text) => typeof text === 'string')).toBe(true);
    }
  });
  isUnpolluted();
});

test('lines of a story are steps or nothing', { timeout: LIMIT_MS }, async () => {
  const [message, transport, at] = [ID, PAPER, 1_700_000_000_000];
  const step = { message, transport, at } as const;
  const lines = ['accepted', 'attempt', 'handed'] as const;
  const sample = lines.map((what) => writeLine({ ...step, what, detail: 'why' })).join('');
  await fuzz('Stored, stories', Math.ceil(RUNS / 8), (chance) => {
    const text = chance.once(2) ? writeLine({ ...step, what: 'later', detail: chance.text() }) : '';
    if (text !== '') expect(readLines(message, transport, text)).toHaveLength(1);
    for (const read of readLines(message, transport, damaged(chance, sample))) {
      expect(read.at >= 0 && typeof read.what === 'string').toBe(true);
    }
  });
});

const ROOM = { transport: PAPER, account: JULIET, peer: '#a' as PeerId };

test('rows of an archive are entries, whatever is in them', {
  timeout: LIMIT_MS,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-fuzz-'));
  const file = join(directory, 'archive.sqlite');
  const before = openArchive(file);
  const entry = { at: 1_700_000_000_000, kind: 'message', from: 'romeo', body: 'hi' } as const;
  for (const id of ['a', 'b', 'c']) before.append(ROOM, { ...entry, id: id as MessageId });
  before.close();
  const archive = openArchive(file);
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF');
  const columns = ['at', 'id', 'kind', 'nick', 'occupant', 'body', 'message', 'network'];
  await fuzz('Stored, rows', Math.ceil(RUNS / 50), (chance) => {
    const column = columns[chance.below(columns.length)] ?? '';
    const value = /^(at|kind)$/.test(column)
      ? chance.of([-1, 0, 99, 2 ** 52, -(2 ** 52)])
      : chance.of([chance.text(), '', ...(/occ|mes|net/.test(column) ? [null] : [])]);
    try {
      database
        .prepare(`UPDATE entry SET ${column} = ? WHERE seq = ?`)
        .run(value, 1 + chance.below(3));
    } catch (error) {
      // Two of one id: SQLite keeps what it has.
      expect(String(error)).toMatch(/constraint/i);
    }
    const query = chance.of<PageQuery>([
      { max: 2 },
      { max: 2, before: '' },
      { max: 1, from: chance.text(2) },
    ]);
    for (const { kind, body, at } of archive.page(ROOM, query)?.entries ?? []) {
      expect([typeof body, Number.isFinite(at)]).toEqual(['string', true]);
      expect(['message', 'subject', 'file']).toContain(kind);
    }
  });
  database.close();
  archive.close();
  rmSync(directory, { recursive: true });
});
