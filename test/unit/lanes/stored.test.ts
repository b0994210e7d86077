import { describe, expect, it } from 'vitest';
import type { PeerId } from '../../../src/contract/index.ts';
import {
  readKept,
  readOutbound,
  type StoredOutbound,
  storeKept,
  storeOutbound,
  UnreadableError,
} from '../../../src/lanes/stored.ts';

const OLD: StoredOutbound = {
  v: 1,
  kind: 'message',
  account: 'juliet@example.org',
  peer: 'romeo' as PeerId,
  text: 'hi',
  reply: { to: 'juliet@example.org/balcony', from: 'romeo', wantsReceipt: true },
};

describe('a message on its way to the network', () => {
  it('is read as it was stored, with what later versions added and without it', () => {
    const added = { subject: 'Re: "balcony" \u2028', prepared: '{"a":"\\u0000"}\0\n', thread: 't' };
    for (const event of [OLD, { ...OLD, ...added }]) {
      expect(readOutbound(storeOutbound(event))).toEqual(event);
    }
  });

  it.each([{ originId: 7 }, { isFile: 'yes' }])(
    'of a room is read with what it is shown with, and not with %j',
    (wrong) => {
      const event: StoredOutbound = {
        ...{ ...OLD, kind: 'room-message' },
        reply: { ...OLD.reply, of: 'm1', originId: 'o1', isFile: true },
      };
      expect(readOutbound(storeOutbound(event))).toEqual(event);
      const broken = { ...event, reply: { ...event.reply, ...wrong } };
      expect(() => readOutbound(JSON.stringify(broken))).toThrow(UnreadableError);
    },
  );

  it.each(['subject', 'prepared', 'thread'])('with a %s that is no text is not read', (name) => {
    expect(() => readOutbound(JSON.stringify({ ...OLD, [name]: 7 }))).toThrow(UnreadableError);
  });
});

describe('what is kept', () => {
  it('is read byte for byte, whatever is in its envelope', () => {
    const raw = Buffer.from(Array.from({ length: 1_024 }, (_, at) => at % 256));
    for (const envelope of ['', '\n', '1 kept 4\n', '{"to":["a@b"]}\r\n\0', 'ü\u{1f600}']) {
      expect(readKept(storeKept({ envelope, raw }))).toEqual({ envelope, raw });
    }
  });

  it('of which the end is missing is not read', () => {
    const stored = storeKept({ envelope: '{"to":[]}', raw: Buffer.alloc(0) });
    expect(() => readKept(stored.slice(0, -1))).toThrow(UnreadableError);
  });
});
