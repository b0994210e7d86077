import { describe, expect, it } from 'vitest';
import { Backlog } from '../../../../src/xmpp/stream/backlog.ts';

const MIB = 1024 * 1024;

function backlog() {
  const lines: [string, object][] = [];
  const at = (level: string) => (fields: object) => void lines.push([level, fields]);
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { tested: new Backlog(log, 'gw.test'), lines: () => lines.splice(0) };
}

/** Whether it has resolved by now. */
async function isOver(waiting: Promise<void> | undefined): Promise<boolean> {
  let over = false;
  void waiting?.then(() => {
    over = true;
  });
  await Promise.resolve();
  return over;
}

describe('a backlog', () => {
  it('is full above one mark, and has room again below another', async () => {
    const { tested } = backlog();
    expect(tested.full(MIB)).toBeUndefined();
    const full = tested.full(MIB + 1);
    expect(full).toBeInstanceOf(Promise);
    // One promise for all who ask, however little waits by then.
    expect(tested.full(3 * MIB)).toBe(full);
    tested.left(MIB / 2);
    expect(tested.full(MIB / 2)).toBe(full);
    expect(await isOver(full)).toBe(false);
    tested.left(MIB / 4);
    expect(await isOver(full)).toBe(true);
    expect(tested.full(MIB)).toBeUndefined();
    expect(tested.full(MIB + 1)).not.toBe(full);
  });

  it('holds nobody up when the link has ended', async () => {
    const { tested } = backlog();
    const full = tested.full(2 * MIB);
    tested.end();
    expect(await isOver(full)).toBe(true);
  });

  it('takes more than it is full of, and says once how much it did not take', () => {
    const { tested, lines } = backlog();
    expect(tested.takes(8 * MIB)).toBe(true);
    for (let i = 0; i < 7; i++) expect(tested.takes(8 * MIB + 1)).toBe(false);
    tested.left(4 * MIB);
    expect(lines()).toEqual([]);
    tested.left(0);
    expect(lines()).toEqual([['error', { domain: 'gw.test', dropped: 7 }]]);
    tested.left(0);
    expect(lines()).toEqual([]);
    tested.takes(9 * MIB);
    tested.end();
    expect(lines()).toEqual([['error', { domain: 'gw.test', dropped: 1 }]]);
  });
});
