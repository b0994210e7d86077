import { describe, expect, test } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import { openMark } from '../../../src/store/open-mark.ts';
import type { Store } from '../../../src/store/store.ts';
import { withStore } from '../../support/store.ts';

const NET = 'net' as TransportId;

let store: Store;

withStore((opened) => {
  store = opened;
});

const markOf = (holder: string) => openMark(store, NET, holder);

describe('the mark of an open stream', () => {
  test('is found by the next process, unless it was removed', async () => {
    const [one, two] = [markOf('one'), markOf('two')];
    expect(await one.found()).toBeUndefined();
    await one.set(1_000);
    await one.set(2_000);
    expect(await two.found()).toBe(2_000);
    await one.remove();
    expect(await two.found()).toBeUndefined();
  });

  test('is not removed by whoever had the stream before', async () => {
    const [one, two] = [markOf('one'), markOf('two')];
    await one.set(1_000);
    await two.set(2_000);
    await one.remove();
    expect(await two.found()).toBe(2_000);
  });

  test('is none where something else stands in its place', async () => {
    await store.command('SET', store.partitionFor(NET), 'open:net', 'yes');
    expect(await markOf('one').found()).toBeUndefined();
    await markOf('one').remove();
  });
});
