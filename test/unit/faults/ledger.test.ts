import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  DIRECTIONS,
  idOf,
  keyOf,
  keyOfId,
  Ledger,
  readLedger,
  textOf,
} from '../../support/faults/ledger.ts';

it('a message is known by its text and by its id', () => {
  for (const direction of DIRECTIONS) {
    const key = { direction, lane: 2, n: 17 };
    expect(keyOf(`${textOf(key)}\n`)).toEqual(key);
    expect(keyOfId(idOf(key))).toEqual(key);
  }
  expect(keyOf('⚠ sms-xmpp 1 number 2')).toBeUndefined();
  expect(keyOf('somebody 1 number 2')).toBeUndefined();
  expect(keyOfId('asked-1')).toBeUndefined();
});

it('what is written into a file is read from it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'postern-ledger-'));
  try {
    const ledger = new Ledger();
    ledger.fault('redis', 'killed');
    for (let n = 0; n < 2_500; n++) {
      const key = { direction: 'mail-xmpp', lane: 1, n } as const;
      ledger.note(key, { is: 'arrived', id: `id ${n}` });
    }
    await ledger.write(join(dir, 'ledger'));
    const { records, faults } = await readLedger(join(dir, 'ledger'));
    expect(records).toEqual(ledger.records);
    expect(faults).toEqual(ledger.faults);
    expect(ledger.count('mail-xmpp', 'arrived')).toBe(2_500);
    expect(ledger.count('mail-xmpp', 'offered')).toBe(0);
  } finally {
    await rm(dir, { recursive: true });
  }
});

it('wakes who waits for something in it', async () => {
  const ledger = new Ledger();
  const two = ledger.until((it) => it.count('sms-xmpp', 'offered') === 2);
  for (const n of [0, 1]) ledger.note({ direction: 'sms-xmpp', lane: 0, n }, { is: 'offered' });
  await two;
});

it('takes no more than a million records', () => {
  const ledger = new Ledger();
  const note = (n: number) => ledger.note({ direction: 'sms-xmpp', lane: 0, n }, { is: 'offered' });
  for (let n = 0; n < 1_000_000; n++) note(n);
  expect(() => note(0)).toThrow('the ledger is full');
});
