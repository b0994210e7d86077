import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Archive, Entry, PageQuery } from '../../../src/history/archive.ts';
import { openArchive } from '../../../src/history/sqlite-archive.ts';
import { pageByReading, withRaisedTimes } from './archive-model.ts';
import { AT, entries, entry, idsOf, NOBODY, room } from './archived.ts';

const KIB = 1024;

let directory: string;
let archive: Archive;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-archive-'));
  archive = openArchive(join(directory, 'archive.sqlite'), { now: () => AT });
});
afterEach(() => {
  archive.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a page', () => {
  it('has what its query wants: written or not, in both directions', () => {
    let run = 0;
    fc.assert(
      fc.property(said, fc.nat(12), fc.array(asked, { maxLength: 12 }), (all, n, asks) => {
        const here = room(`room ${run++}`);
        const model = withRaisedTimes(all);
        for (const one of all.slice(0, n)) archive.append(here, one);
        archive.commit();
        for (const one of all.slice(n)) archive.append(here, one);
        for (const ask of asks) {
          const query = queryOf(ask, all);
          expect(archive.page(here, query)).toEqual(pageByReading(model, query));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('leads to the next until all have been seen once, forwards and backwards', () => {
    const all = entries(50);
    for (const one of all.slice(0, 35)) archive.append(room(), one);
    archive.commit();
    for (const one of all.slice(35)) archive.append(room(), one);
    const seen: Entry[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)?.id) {
      const page = archive.page(room(), { max: 7, after });
      seen.push(...(page?.entries ?? []));
      if (page?.complete !== false) break;
    }
    expect(seen).toEqual(all);
    seen.length = 0;
    for (let before = ''; ; before = seen[0]?.id ?? '') {
      const page = archive.page(room(), { max: 7, before });
      seen.unshift(...(page?.entries ?? []));
      if (page?.complete !== false) break;
    }
    expect(seen).toEqual(all);
  });

  it('ends early where its entries are long, and says that there are more', () => {
    const all = Array.from({ length: 6 }, () => entry('x'.repeat(100 * KIB)));
    for (const one of all) archive.append(room(), one);
    archive.commit();
    const first = archive.page(room(), { max: 9 });
    expect(idsOf(first?.entries)).toEqual(idsOf(all.slice(0, 2)));
    expect(first?.complete).toBe(false);
    const last = archive.page(room(), { max: 9, before: '' });
    expect(idsOf(last?.entries)).toEqual(idsOf(all.slice(4)));
    archive.append(room('of one'), entry('x'.repeat(300 * KIB)));
    expect(archive.page(room('of one'), { max: 9 })?.complete).toBe(true);
  });
});

/** Few times and nicks, so that some are equal. */
const said = fc
  .array(
    fc.record({
      at: fc.integer({ min: AT - 6, max: AT }),
      from: fc.constantFrom('juliet', 'romeo', ''),
    }),
    { maxLength: 12 },
  )
  .map((all) => all.map((rest, n) => entry(`line ${n}`, rest)));

/** Names entries by their place; 12 and more is an id that is nobody's. */
const place = fc.option(fc.nat(13), { nil: undefined });
const time = fc.option(fc.integer({ min: AT - 7, max: AT + 1 }), { nil: undefined, freq: 2 });
const asked = fc.record({
  from: fc.option(fc.constantFrom('juliet', 'romeo', 'nurse'), { nil: undefined, freq: 2 }),
  start: time,
  end: time,
  afterId: place,
  beforeId: place,
  ids: fc.option(fc.array(fc.nat(12), { maxLength: 6 }), { nil: undefined, freq: 2 }),
  after: place,
  before: fc.oneof(place, fc.constant('' as const)),
  max: fc.nat(6),
});

function queryOf(
  {
    afterId,
    beforeId,
    ids,
    after,
    before,
    ...rest
  }: typeof asked extends fc.Arbitrary<infer T> ? T : never,
  all: readonly Entry[],
): PageQuery {
  const idOf = (n: number | undefined) => (n === undefined ? undefined : (all[n]?.id ?? NOBODY));
  return {
    ...rest,
    afterId: idOf(afterId),
    beforeId: idOf(beforeId),
    ids: ids?.map((n) => idOf(n) ?? NOBODY),
    after: idOf(after),
    before: before === '' ? '' : idOf(before),
  };
}
