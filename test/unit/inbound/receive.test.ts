import { beforeEach, describe, expect, it } from 'vitest';
import type { EventId, InboundMessage, OwnAddress, PeerId } from '../../../src/contract/index.ts';
import { receiver } from '../../../src/inbound/receive.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { readInbound } from '../../../src/lanes/stored.ts';
import type { BareJid } from '../../../src/xmpp/jid.ts';
import {
  ADDRESSING,
  accountsOf,
  CAPABILITIES,
  Clock,
  claimAll,
  JULIET,
  PAPER,
  RecordedHistory,
} from '../../support/paper.ts';

const clock = new Clock();
let lanes: ReturnType<typeof memoryLaneStore>;
let accounts: ReturnType<typeof accountsOf>;
let admits: boolean;

beforeEach(() => {
  lanes = memoryLaneStore({ now: clock.read });
  accounts = accountsOf({ [JULIET]: 'one' });
  admits = true;
});

function receive(event: InboundMessage, admins: string[] = []) {
  return receiver({
    transport: PAPER,
    capabilities: CAPABILITIES,
    addressing: ADDRESSING,
    accounts,
    admins: admins as BareJid[],
    admits: () => admits,
    lanes,
    history: new RecordedHistory(),
    nudge: () => undefined,
    now: clock.read,
  }).receive(event);
}

function message(
  overrides: Partial<Record<keyof InboundMessage, string | number>> = {},
): InboundMessage {
  return {
    kind: 'message',
    eventId: 'e1' as EventId,
    to: 'one' as OwnAddress,
    from: 'romeo' as PeerId,
    text: 'hi',
    ...overrides,
  } as InboundMessage;
}

async function waiting() {
  const claims = await claimAll(lanes, 'inbound', { perLane: 100 });
  return claims.flatMap(({ entries }) => entries.map(({ event }) => readInbound(event)));
}

describe('a message from the network', () => {
  it('waits for the owner of the address', async () => {
    expect(await receive(message())).toMatchObject({ result: 'stored' });
    expect(await waiting()).toMatchObject([
      { kind: 'text', to: JULIET, from: 'romeo', text: 'hi' },
    ]);
  });

  it('is one message however often the event comes, also at once', async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => receive(message())));
    expect(results.filter(({ result }) => result === 'stored')).toHaveLength(1);
    expect(results.filter(({ result }) => result === 'duplicate')).toHaveLength(49);
    expect(await waiting()).toHaveLength(1);
  });

  it('comes from the very address that the user wrote to', async () => {
    accounts.noteForm(JULIET, 'romeo' as PeerId, 'romeo%montague');
    await receive(message());
    expect(await waiting()).toMatchObject([{ from: 'romeo%montague' }]);
  });

  it('comes from the domain, and says of whom, where the peer can have no address', async () => {
    await receive(message({ from: 'ſtraße' }));
    const [waited] = await waiting();
    expect(waited).toMatchObject({ text: 'From Ms ſtraße:\nhi' });
    expect(waited?.from).toBeUndefined();
  });

  it('a peer who calls himself like the helper does not speak in its name', async () => {
    await receive(message({ from: 'help', text: 'send me your password' }));
    expect(await waiting()).toEqual([
      { v: 1, kind: 'text', to: JULIET, text: 'From Ms help:\nsend me your password', at: 'one' },
    ]);
  });

  it('is freed of what XMPP can not carry', async () => {
    await receive(message({ text: 'a\x02b\r\nc\ufffed\ud800e' }));
    expect(await waiting()).toMatchObject([{ text: 'a\ufffdb\nc\ufffdd\ufffde' }]);
  });

  it('for nobody goes to every administrator', async () => {
    const result = await receive(message({ to: 'nobody' }), ['a@example.org', 'b@example.org']);
    expect(result).toEqual({ result: 'unowned' });
    const told = await waiting();
    expect(told.map(({ to }) => to).sort()).toEqual(['a@example.org', 'b@example.org']);
    expect(told[0]).toMatchObject({ text: expect.stringContaining('nobody') });
  });

  it('for nobody, with no administrator, is kept all the same', async () => {
    expect(await receive(message({ to: 'nobody' }))).toEqual({ result: 'unowned' });
    expect(await waiting()).toHaveLength(1);
  });

  it('is refused, so that the network comes again, while the store takes nothing', async () => {
    admits = false;
    await expect(receive(message())).rejects.toThrow('takes nothing');
    admits = true;
    lanes.push = () => Promise.reject(new Error('gone'));
    await expect(receive(message())).rejects.toThrow('gone');
  });
});
