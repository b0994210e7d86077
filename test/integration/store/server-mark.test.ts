import { describe, expect, test } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import { openServerMark } from '../../../src/store/server-mark.ts';
import type { Store } from '../../../src/store/store.ts';
import { withStore } from '../../support/store.ts';

let store: Store;

withStore((opened) => {
  store = opened;
});

const markOf = (transport: string, server?: string) =>
  openServerMark(store, transport as TransportId, server);

describe('the mark of the server that has what was handed over', () => {
  test('is found by the next process of that transport, until the server does not say', async () => {
    expect(await markOf('net', 'example.org').found()).toBeUndefined();
    await markOf('net', 'example.org').set(1_000.4);
    expect(await markOf('net', 'example.org').found()).toBe(1_000);
    expect(await markOf('other', 'example.org').found()).toBeUndefined();
    await markOf('net', 'example.org').set(undefined);
    expect(await markOf('net', 'example.org').found()).toBeUndefined();
  });

  test('is none of a server of another domain, or of none', async () => {
    await markOf('net', 'example.org').set(1_000);
    expect(await markOf('net', 'example.com').found()).toBeUndefined();
    expect(await markOf('net').found()).toBeUndefined();
    await markOf('net').set(2_000);
    expect(await markOf('net', 'example.org').found()).toBeUndefined();
  });

  test('is none where something else stands in its place', async () => {
    await store.command('SET', store.partitionFor('net'), 'server:net', 'yes');
    expect(await markOf('net', 'example.org').found()).toBeUndefined();
  });
});
