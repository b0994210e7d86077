import type { InboundEvent, OwnAddress, Received } from 'postern/adapter';
import { expect, it, vi } from 'vitest';
import { Inbound } from '../../inbound.ts';
import type { Said } from '../../wire/events.ts';

const STORED: Received = { result: 'noted' };

function inbound(receive: (event: InboundEvent) => Promise<Received>) {
  const held: boolean[] = [];
  const told: string[] = [];
  const tested = new Inbound({
    context: { receive, place: { domain: 'irc.example.org', server: 'example.org' } },
    server: 'test',
    own: 'juliet@example.org' as OwnAddress,
    remarks: {
      notStoredYet: () => void told.push('again'),
      unstored: (_, count) => void told.push(`${count} lost`),
    },
    hold: (isHeld) => void held.push(isHeld),
  });
  return { tested, held, told };
}

function said(text: string, id?: string): Said {
  return {
    ...{ is: 'message', from: { nick: 'romeo', user: 'r', host: 'h' }, own: false, text },
    target: 'juliet',
    ...(id === undefined ? {} : { id }),
  };
}

it('tries again what could not be stored, before all that came later', async () => {
  vi.useFakeTimers();
  const stored: InboundEvent[] = [];
  let isDown = true;
  const { tested, told } = inbound(async (event) => {
    if (isDown) throw new Error('down');
    stored.push(event);
    return STORED;
  });
  tested.said(said('one', 'm1'));
  tested.said(said('two'));
  await vi.advanceTimersByTimeAsync(2_500);
  expect(stored).toEqual([]);
  expect(told).toEqual(['again', 'again', 'again']);
  isDown = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(stored).toMatchObject([{ eventId: 'test m1', text: 'one' }, { text: 'two' }]);
  vi.useRealTimers();
});

it('lets the server wait while too much does, and again', async () => {
  const going: (() => void)[] = [];
  const { tested, held, told } = inbound(
    () => new Promise((resolve) => going.push(() => resolve(STORED))),
  );
  for (let count = 0; count < 30; count++) tested.said(said(`text ${count}`));
  expect(held.at(-1)).toBe(true);
  for (let count = 0; count < 11; count++) {
    going.shift()?.();
    await vi.waitUntil(() => going.length > 0);
  }
  expect(held.at(-1)).toBe(false);
  tested.said(said('one more'));
  expect(held.at(-1)).toBe(true);
  tested.close();
  expect(told).toEqual(['20 lost']);
});

it('gives no id twice to messages that have none', async () => {
  const ids = new Set<string>();
  const { tested } = inbound(async (event) => {
    if (event.kind === 'message') ids.add(event.eventId);
    return STORED;
  });
  tested.said(said('hello'));
  tested.said(said('hello'));
  await vi.waitUntil(() => ids.size === 2);
});
