import { describe, expect, it } from 'vitest';
import { RecentWriters } from '../../../src/outbound/gap.ts';
import type { BareJid } from '../../../src/xmpp/jid.ts';

const jid = (name: string) => `${name}@example.org` as BareJid;

describe('who was writing when the stream died', () => {
  it('is who wrote in the minutes before, and after', () => {
    const writers = new RecentWriters();
    writers.wrote(jid('early'), 1_000);
    writers.wrote(jid('shortly-before'), 900_000);
    writers.wrote(jid('after'), 1_010_000);
    expect(writers.around(1_000_000)).toEqual([jid('shortly-before'), jid('after')]);
  });

  it('is remembered in bounded memory', () => {
    const writers = new RecentWriters();
    for (let i = 0; i < 20_000; i++) writers.wrote(jid(`u${i}`), 1_000);
    expect(writers.around(1_000)).toHaveLength(10_000);
  });
});
