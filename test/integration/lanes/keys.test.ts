import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handed, LEASE_MS, networkId, Room, SENT } from '../../conformance/lanes/room.ts';
import { type LanesOnRedis, startLanesOnRedis } from './lanes-on-redis.ts';

let server: LanesOnRedis;
beforeAll(async () => {
  server = await startLanesOnRedis();
});
afterAll(() => server.close());

/** The lines of the list in keys.ts: `pst:{p07}:l:<lane>   list   …`. */
function documentedKeys(): { pattern: RegExp; type: string }[] {
  const source = readFileSync(new URL('../../../src/store/keys.ts', import.meta.url), 'utf8');
  return [...source.matchAll(/^ \* (pst:\{p\d\d\}:\S+) +(string|hash|list|zset|counter) /gm)].map(
    ([, key = '', type = '']) => {
      const escaped = key.replaceAll(/[{}.]/g, '\\$&').replace(/p\d\d/, 'p\\d\\d');
      const pattern = new RegExp(`^${escaped.replaceAll(/<[^>]+>/g, '.+?')}$`);
      return { pattern, type: type === 'counter' ? 'string' : type };
    },
  );
}

test('all that is written in the life of messages stands in the list of keys', async () => {
  const room = new Room(server.lanes);
  const duplicateKeys = [{ key: 'digest', windowMs: LEASE_MS }];
  await room.store.push([room.entry(room.lane('a'), 'x', { duplicateKeys })]);
  await room.push(room.lane('a'), 'waits');
  await room.push(room.lane('b'), 'dies');
  const id = await room.pushOne(room.lane('c'), 'is handed');
  const { claims } = await room.claim({ perLane: 1 });
  for (const claim of claims) {
    const [entry] = claim.entries;
    if (entry?.event === 'is handed') await room.settled(claim, [handed(LEASE_MS, 'n')]);
    if (entry?.event === 'dies') await room.settled(claim, [{ kind: 'terminal', keep: true }]);
  }
  await room.store.bind(room.transport, networkId('n'), id, LEASE_MS);
  await room.store.keepForLater(room.transport, networkId('m'), 'news', LEASE_MS);

  await room.store.hold({ channel: room.channel, conversation: room.lane('e') }, 'note');
  await room.store.notePause(room.channel, LEASE_MS);

  const written = (await server.command('KEYS', '*')) as string[];
  const documented = documentedKeys();
  const found = new Set<string>();
  for (const key of written) {
    const type = await server.command('TYPE', key);
    const line = documented.find((each) => each.pattern.test(key) && each.type === type);
    expect(line, `${key}, a ${type}, is not in the list`).toBeDefined();
    found.add(key.split(':')[2] ?? '');
  }
  // Each kind of key that lanes have was there to be looked at.
  expect([...found].sort()).toEqual([
    'clock',
    'd',
    'dead',
    'due',
    'hold',
    'j',
    'l',
    'm',
    'n',
    'pause',
    't',
    'w',
    'x',
  ]);
});

test('nothing is left of messages that have ended but their windows and the clock', async () => {
  await server.command('FLUSHALL');
  const room = new Room(server.lanes);
  await room.push(room.lane('a'), 'x', 'y');
  await room.push(room.lane('b'), 'z');
  const { claims } = await room.claim();
  for (const claim of claims) {
    await room.settled(
      claim,
      claim.entries.map(() => SENT),
    );
  }
  const left = ((await server.command('KEYS', '*')) as string[]).map((key) => key.split(':')[2]);
  expect(new Set(left)).toEqual(new Set(['n', 'd', 'clock']));
});
