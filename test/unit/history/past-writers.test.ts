import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TransportId } from '../../../src/contract/index.ts';
import type { Step } from '../../../src/history/history.ts';
import { openHistory } from '../../../src/history/sqlite-history.ts';
import { newMessageId } from '../../../src/lanes/lane.ts';

const PAGER = 'pager' as TransportId;
const AT = Date.UTC(2026, 0, 31, 12);

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-writers-'));
  file = join(directory, 'history.sqlite');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function written(...steps: readonly Step[]): void {
  const history = openHistory(file, { now: () => AT });
  for (const step of steps) history.note(step);
  history.close();
}

function accepted(account: string, at: number, more: Partial<Step> = {}): Step {
  const conversation = { account, peer: 'romeo', direction: 'outbound' } as const;
  const message = newMessageId(1, at);
  return { message, transport: PAGER, at, what: 'accepted', conversation, ...more };
}

async function wroteBetween(from: number, until: number): Promise<readonly string[]> {
  const history = openHistory(file, { now: () => AT });
  try {
    return [...(await history.wroteBetween(PAGER, from, until))].sort();
  } finally {
    history.close();
  }
}

describe('who wrote to a process that is gone', () => {
  test('is who wrote in that time, to that network', async () => {
    const inbound = { account: 'd', peer: 'romeo', direction: 'inbound' } as const;
    written(
      accepted('a', AT - 1),
      accepted('b', AT),
      accepted('c', AT + 5),
      accepted('c', AT + 6),
      accepted('d', AT + 7, { conversation: inbound }),
      accepted('e', AT + 8, { transport: 'other' as TransportId }),
      accepted('f', AT + 10),
    );
    expect(await wroteBetween(AT, AT + 10)).toEqual(['b', 'c']);
  });

  test('is found among more messages than are read at once', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `user${i + 10}`);
    written(...Array.from({ length: 2_000 }, (_, i) => accepted(names[i % 20] ?? '', AT + i)));
    expect(await wroteBetween(AT, AT + 2_000)).toEqual(names);
    // The one that wrote first, and never again.
    written(accepted('early', AT - 1));
    expect(await wroteBetween(AT - 1, AT + 2_000)).toEqual(['early', ...names]);
  });

  test('is found where the story began with another step', async () => {
    const one = accepted('a', AT);
    const { message, transport, at } = one;
    written({ message, transport, at, what: 'attempt', detail: 'x'.repeat(300) }, one);
    expect(await wroteBetween(AT, AT + 1)).toEqual(['a']);
  });

  test('is nobody when the file is closed meanwhile', async () => {
    written(...Array.from({ length: 1_000 }, (_, i) => accepted(`u${i}`, AT + i)));
    const history = openHistory(file, { now: () => AT });
    const asked = history.wroteBetween(PAGER, AT, AT + 1_000);
    history.close();
    expect((await asked).size).toBe(500);
  });
});
