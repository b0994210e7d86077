import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf } from '../../src/cli/failure.ts';
import type { MessageId, PeerId } from '../../src/contract/index.ts';
import { DatabaseError } from '../../src/history/database.ts';
import { openArchive } from '../../src/history/sqlite-archive.ts';
import { openHistory, readHistory } from '../../src/history/sqlite-history.ts';
import { openOriginals } from '../../src/history/sqlite-originals.ts';
import { newMessageId } from '../../src/lanes/lane.ts';
import { memoryLaneStore } from '../../src/lanes/memory/memory-lane-store.ts';
import { spooled } from '../../src/lanes/spool.ts';
import { readKept, storeKept, UnreadableError } from '../../src/lanes/stored.ts';
import { JULIET, PAPER } from '../support/paper.ts';
import { CHANNEL, entry, lane } from '../support/served-lanes.ts';
import { type Chance, fuzz, LIMIT_MS, RUNS } from './fuzz.ts';

/** Each is a file that is made, opened, written and closed: as dear as some hundred stanzas. */
const FILES = Math.ceil(RUNS / 300);
const AT = 1_700_000_000_000;
const ROOM = { transport: PAPER, account: JULIET, peer: '#a' as PeerId };
const IDS = Array.from({ length: 200 }, (_, number) => newMessageId(0, AT + number));
const idOf = (number: number): MessageId => IDS[number] ?? newMessageId(0, AT);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-damage-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** One of the files, and how it is used: what it had, and what is new. */
interface Kept {
  readonly name: string;
  /** Writes so many. @returns what was said of what could not be */
  write(file: string, numbers: readonly number[]): Promise<string[]>;
  /** @returns which of them can be read */
  read(file: string, numbers: readonly number[]): number[];
}

const retentionMs = Number.MAX_SAFE_INTEGER;

const STORIES: Kept = {
  name: 'history.sqlite',
  async write(file, numbers) {
    const told: string[] = [];
    const history = openHistory(file, {
      retentionMs,
      onError: ({ message }) => told.push(message),
    });
    for (const number of numbers) {
      const conversation = { ...ROOM, direction: 'outbound' } as const;
      const step = { message: idOf(number), transport: PAPER, at: AT + number } as const;
      history.note({ ...step, what: 'accepted', detail: 'x'.repeat(300), conversation });
      history.note({ ...step, what: 'handed', names: [`n${number}`] });
    }
    history.close();
    history.close();
    return told;
  },
  read(file, numbers) {
    const reader = readHistory(file);
    try {
      const found = numbers.filter((number) => reader.story(idOf(number)).length > 0);
      for (const number of numbers) {
        for (const id of reader.named(`n${number}`)) expect(typeof id).toBe('string');
        reader.conversationOf(idOf(number));
      }
      reader.latest({ account: JULIET }, 10);
      return found;
    } finally {
      reader.close();
    }
  },
};

const ARCHIVES: Kept = {
  name: 'rooms.sqlite',
  async write(file, numbers) {
    const told: string[] = [];
    const archive = openArchive(file, {
      retentionMs,
      onError: ({ message }) => told.push(message),
    });
    for (const number of numbers) {
      const entry = { kind: 'message', from: 'romeo', body: 'x'.repeat(300) } as const;
      archive.append(ROOM, { ...entry, id: idOf(number), at: AT + number });
    }
    archive.commit();
    archive.close();
    archive.close();
    return told;
  },
  read(file, numbers) {
    const archive = openArchive(file, { retentionMs });
    try {
      archive.ends(ROOM);
      archive.latest(ROOM, 20);
      archive.page(ROOM, { max: 3, from: 'romeo', before: '' });
      return numbers.filter((number) => {
        const page = archive.page(ROOM, { max: 1, ids: [idOf(number)] });
        return page?.entries[0]?.body === 'x'.repeat(300);
      });
    } finally {
      archive.close();
    }
  },
};

const peerOf = (number: number) => ({ ...ROOM, peer: `p${number}` as PeerId });

const ORIGINALS: Kept = {
  name: 'originals.sqlite',
  async write(file, numbers) {
    const told: string[] = [];
    const originals = openOriginals(file, { onError: ({ message }) => told.push(message) });
    const all = numbers.map((number) => ({
      ...{ event: `e${number}`, conversation: peerOf(number), text: 'x'.repeat(300) },
    }));
    const kept = originals.keep(all).catch((error: unknown) => void told.push(String(error)));
    originals.close();
    originals.close();
    await kept;
    return told;
  },
  read(file, numbers) {
    const originals = openOriginals(file);
    try {
      return numbers.filter((n) => originals.latest(peerOf(n)) === 'x'.repeat(300));
    } finally {
      originals.close();
    }
  },
};

const OLD = Array.from({ length: 60 }, (_, number) => number);
const NEW = [100, 101, 102];

/** What may become of a file: of a disk, of a copy, of a power failure, of another program. */
function damage(chance: Chance, sound: Buffer): Buffer {
  const bytes = Buffer.from(sound);
  switch (chance.below(8)) {
    case 0:
      return chance.of([Buffer.alloc(0), Buffer.from('SQLite'), Buffer.alloc(8_192), sound]);
    case 1:
      return bytes.subarray(0, chance.below(bytes.length));
    case 2:
      return Buffer.concat([
        bytes.subarray(0, 4_096 * chance.below(4)),
        Buffer.from(chance.text()),
      ]);
    case 3:
      return bytes
        .fill(0, 4_096 * chance.below(bytes.length / 4_096))
        .fill(sound.subarray(0, 9), 0, 9);
    case 4:
      // The header: its counts, its version, its encoding.
      for (let bit = 0; bit < 4; bit++) bytes[chance.below(100)] = chance.below(256);
      return bytes;
    default:
      for (let bit = 0; bit <= chance.below(40); bit++) {
        const at = chance.below(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8));
      }
      return bytes;
  }
}

/**
 * Whether what is new can not be read, and it is seen that it can not. What SQLite itself takes for sound
 * has to be: it has no checksums, and looks through all of a file only where it is asked to.
 */
function isBroken(kept: Kept, file: string): boolean {
  let found: readonly number[] = [];
  try {
    found = kept.read(file, NEW);
  } catch (error) {
    if (!/malformed|not a database|damaged|I\/O/.test(String(error))) throw error;
    return true;
  }
  if (found.length === NEW.length) return false;
  const database = new DatabaseSync(file);
  const check = database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check;
  database.close();
  expect(check).not.toBe('ok');
  return true;
}

/** An operator has to know which file it is, and what to do. */
function checkRefusal(error: unknown, file: string): void {
  expect(error).toBeInstanceOf(DatabaseError);
  const { words = '', code } = failureOf(error) ?? {};
  expect(code).toBe(78);
  expect(words).toContain(file);
  expect(words).toMatch(/move the file away/i);
}

describe.each([STORIES, ARCHIVES, ORIGINALS])('$name', (kept) => {
  const fileOf = (name: string) => join(directory, `${name}-${kept.name}`);

  test('is opened, or refused by its name, and nothing new is lost in it without a word', {
    timeout: LIMIT_MS,
  }, async () => {
    const sample = fileOf('sample');
    expect(await kept.write(sample, OLD)).toEqual([]);
    expect(kept.read(sample, OLD)).toEqual(OLD);
    const sound = readFileSync(sample);
    let [refused, told, whole] = [0, 0, 0];
    await fuzz(`Damaged ${kept.name}`, FILES, async (chance, index) => {
      const file = fileOf(`${index}`);
      writeFileSync(file, damage(chance, sound));
      // What a process that was killed has left beside it.
      if (chance.once(6)) {
        writeFileSync(`${file}-wal`, chance.damage(sound.subarray(0, chance.below(9_000))));
      }
      try {
        const said = await kept.write(file, NEW);
        if (said.length > 0 || isBroken(kept, file)) told++;
        else whole++;
      } catch (error) {
        checkRefusal(error, file);
        refused++;
      } finally {
        for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      }
    });
    // So each of the ends was there to be had.
    if (FILES > 100) expect(Math.min(refused, told, whole)).toBeGreaterThan(0);
  });

  test.each([
    ['of a newer version', 'PRAGMA user_version = 99'],
    ['of no version', 'PRAGMA user_version = -1'],
    [
      'of another program',
      'CREATE TABLE story (x); CREATE TABLE archive (x); CREATE TABLE original (x)',
    ],
  ])('%s is refused by its name', async (what, sql) => {
    const file = fileOf(what.replaceAll(' ', '-'));
    if (!sql.startsWith('CREATE')) await kept.write(file, OLD);
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
    const before = readFileSync(file);
    const error = await kept.write(file, NEW).catch((thrown: unknown) => thrown);
    checkRefusal(error, file);
    // It is somebody's, and stays as it is.
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

const MAIL = storeKept({ envelope: '{"v":1}', raw: Buffer.alloc(90_000, 'From: é\r\n') });

test('a large event is what was written, or is parked, and holds up no other', {
  timeout: LIMIT_MS,
}, async () => {
  const folder = join(directory, 'spool');
  const store = await spooled(memoryLaneStore(), folder, false);
  const partitions = Array.from({ length: 64 }, (_, partition) => partition);
  const request = { channel: CHANNEL, holder: 'one', leaseMs: 30_000, perLane: 1, lanes: 2 };
  let [sound, parked] = [0, 0];
  await fuzz('Damaged spool', FILES, async (chance, index) => {
    const large = entry(lane(`a${index}`), MAIL);
    const other = entry(lane(`b${index}`), MAIL);
    await store.push([large, other]);
    const file = join(folder, large.id);
    const written = readFileSync(file);
    rmSync(file);
    if (chance.once(20)) mkdirSync(file);
    else if (!chance.once(20)) writeFileSync(file, damage(chance, written));
    const { claims } = await store.claim({ ...request, partitions });
    const events = new Map(
      claims.flatMap(({ entries }) => entries.map((one) => [one.id, one.event])),
    );
    expect(events.get(other.id) === MAIL).toBe(true);
    const event = events.get(large.id);
    if (event === MAIL) sound++;
    else {
      expect(() => readKept(event ?? 'none')).toThrow(UnreadableError);
      parked++;
    }
    rmSync(file, { recursive: true, force: true });
    await store.settle(
      claims.map((claim) => ({
        ...{ claim, settlements: [{ kind: 'terminal', keep: false }], reports: [] },
        ...{ next: 0, leaseMs: 30_000 },
      })),
    );
  });
  store.stop();
  if (FILES > 100) expect(Math.min(sound, parked)).toBeGreaterThan(0);
});
