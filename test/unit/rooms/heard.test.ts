import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type MessageId,
  type NetworkMessageId,
  type PersonId,
  RefusedError,
} from '../../../src/contract/index.ts';
import type { Archive } from '../../../src/history/archive.ts';
import { openArchive } from '../../../src/history/sqlite-archive.ts';
import { GARDEN, garden, inside, JULIET, linkOf, ROMEO, saidBy } from './garden.ts';

const OWN = 'own' as MessageId;

let directory: string;
let archive: Archive;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postern-'));
  archive = openArchive(join(directory, 'archive.db'));
});

afterEach(async () => {
  archive.close();
  await rm(directory, { recursive: true });
});

it('is in the archive before it is shown, under the same id', async () => {
  const { host, did, happens, view } = inside({ archive });
  const networkId = 'n1' as NetworkMessageId;
  happens({ is: 'said', nick: 'romeo', person: 'r' as PersonId, text: 'hi', networkId });
  expect(did()).toEqual(['told said with an id']);
  expect(await host.history(view, { most: 5 })).toMatchObject([
    { from: 'romeo', body: 'hi', occupantId: 'r', networkId },
  ]);
  expect(host.archive?.ends(JULIET, GARDEN)?.last.body).toBe('hi');
});

it('is what was really sent, where that is what a user said himself', async () => {
  const { host, view } = inside({ archive });
  host.saidInRoom(OWN, saidBy(JULIET, 'a long text'), ['a long', 'text'])();
  expect(view.reflected).toMatchObject([
    { id: OWN, text: 'a long', messageId: 'stanza' },
    { text: 'text', messageId: undefined },
  ]);
  const kept = await host.history(view, { most: 5 });
  const own = { from: 'julie', occupantId: 'own id' };
  expect(kept).toMatchObject([
    { ...own, id: OWN, body: 'a long' },
    { ...own, id: view.reflected[1]?.id, body: 'text' },
  ]);
});

it('is a file where its link was sent as a whole', async () => {
  const { host, view } = inside({ archive });
  const link = 'https://up.example/a.jpg';
  const { reply, ...event } = saidBy(JULIET, link);
  const file = { ...event, reply: { ...reply, isFile: true } };
  host.saidInRoom('a' as MessageId, file, undefined)();
  host.saidInRoom('b' as MessageId, file, ['https://up.', 'example/a.jpg'])();
  host.saidInRoom('c' as MessageId, { ...event, reply }, undefined)();
  const kept = await host.history(view, { most: 9 });
  expect(kept.map(({ kind }) => kind)).toEqual(['file', 'message', 'message', 'message']);
  expect(view.reflected.map(({ isFile }) => isFile)).toEqual([true, false, false, false]);
});

it('is known to have been said, also to the process after', () => {
  const { host } = inside({ archive });
  const event = saidBy(JULIET, 'hi');
  expect(host.wasSaidInRoom(OWN, event)).toBe(false);
  host.saidInRoom(OWN, event, undefined);
  expect(garden({ archive }).host.wasSaidInRoom(OWN, event)).toBe(true);
});

it('is not for who may not use this any more, or has no account', () => {
  const forbidden = { condition: 'forbidden', type: 'cancel', text: 'No.' } as const;
  const readers = [garden({ archive, refusal: forbidden }), garden({ archive, known: [] })];
  inside({ archive }).host.saidInRoom(OWN, saidBy(JULIET, 'hi'), undefined);
  for (const { host } of readers) {
    expect(() => host.archive?.page(JULIET, GARDEN, { max: 1 })).toThrow(RefusedError);
    expect(() => host.archive?.ends(JULIET, GARDEN)).toThrow(RefusedError);
  }
});

it('goes with the account: who gets one at the same address later finds none of it', () => {
  const { host, happens } = inside({ archive, known: [JULIET, ROMEO] });
  host.saidInRoom(OWN, saidBy(JULIET, 'hi'), undefined);
  happens({ is: 'said', nick: 'romeo', person: 'r' as PersonId, text: 'hi' });
  host.unregistered(linkOf(JULIET));
  expect(host.archive?.ends(JULIET, GARDEN)).toBeUndefined();
  expect(garden({ archive }).host.archive?.page(JULIET, GARDEN, { max: 1 })?.entries).toEqual([]);
});

it('is what people said, and not what the room is about', async () => {
  const { host, happens, view } = inside({ archive });
  happens({ is: 'subject', subject: { text: 'Love', by: 'romeo' } });
  happens({ is: 'announced', text: 'romeo is moderator' });
  happens({ is: 'said', nick: 'romeo', person: 'r' as PersonId, text: 'hi' });
  expect(await host.history(view, { most: 5 })).toMatchObject([{ body: 'hi' }]);
  expect(host.archive?.page(JULIET, GARDEN, { max: 9 })?.entries).toHaveLength(1);
});

it('is nowhere where nothing is kept', async () => {
  const { host, view } = inside();
  const event = saidBy(JULIET, 'hi');
  host.saidInRoom(OWN, event, undefined)();
  expect(view.reflected).toMatchObject([{ id: OWN, text: 'hi' }]);
  expect(host.archive).toBeUndefined();
  expect(host.wasSaidInRoom(OWN, event)).toBe(false);
  expect(await host.history(view, { most: 5 })).toEqual([]);
});
