import { describe, expect, it } from 'vitest';
import type { MessageId, PeerId } from '../../../src/contract/index.ts';
import {
  readInbound,
  readOutbound,
  type StoredOutbound,
  storeOutbound,
} from '../../../src/lanes/stored.ts';
import { reportsOf } from '../../../src/outbound/reports.ts';
import { Clock, JULIET, PAPER } from '../../support/paper.ts';

const clock = new Clock();
const reports = reportsOf(PAPER, clock.read);
const ABOUT = { id: '01JD3Y5W8Q0Z6T4V7N2K9M1RXA' as MessageId, acceptedAt: clock.now };
const REFUSAL = { condition: 'gone', type: 'cancel', text: 'Nobody is there.' } as const;

const event: StoredOutbound = {
  ...{ v: 1, kind: 'message', account: JULIET, peer: 'romeo' as PeerId, text: 'wherefore' },
  reply: { to: `${JULIET}/balcony`, from: 'romeo', of: 's1', wantsReceipt: true },
};

/** As it lies in its lane. */
const stored = (changed: StoredOutbound) => readOutbound(storeOutbound(changed));
const told = (entries: ReturnType<typeof reports.delivered>) =>
  entries.map((entry) => readInbound(entry.event));

describe('a message that is tried once more after its sender was told that it failed', () => {
  const revived = reports.revived(event);

  it('he is told of at once', () => {
    expect(told(revived.reports)).toMatchObject([
      { kind: 'text', to: JULIET, from: 'romeo', text: expect.stringContaining('> wherefore') },
    ]);
  });

  it('gets no receipt beside its error: he is told in words', () => {
    expect(told(reports.delivered(ABOUT.id, event))).toMatchObject([{ kind: 'receipt' }]);
    expect(told(reports.delivered(ABOUT.id, stored(revived.event)))).toMatchObject([
      { kind: 'text', text: '✓ Delivered after all:\n> wherefore' },
    ]);
  });

  it('gets no second error', () => {
    expect(told(reports.failed(ABOUT, event, REFUSAL))).toMatchObject([{ kind: 'error' }]);
    expect(told(reports.failed(ABOUT, stored(revived.event), REFUSAL))).toMatchObject([
      { kind: 'text', text: '⚠ Nobody is there.\n> wherefore' },
    ]);
  });
});
