import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  EventId,
  InboundMessage,
  MessageId,
  OwnAddress,
  PeerId,
} from '../../../src/contract/index.ts';
import type { Originals } from '../../../src/history/originals.ts';
import { openOriginals } from '../../../src/history/sqlite-originals.ts';
import { HINT } from '../../../src/inbound/full.ts';
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
let history: RecordedHistory;
let directory: string;
let originals: Originals;
let errors: unknown[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-receive-'));
  originals = openOriginals(join(directory, 'originals.sqlite'));
  errors = [];
  history = new RecordedHistory();
  lanes = memoryLaneStore({ now: clock.read });
  accounts = accountsOf({ [JULIET]: 'one' });
  admits = true;
});

afterEach(() => {
  originals.close();
  rmSync(directory, { recursive: true });
});

function door(admins: string[] = []) {
  return receiver({
    transport: PAPER,
    capabilities: CAPABILITIES,
    addressing: ADDRESSING,
    accounts,
    admins: admins as BareJid[],
    admits: () => admits,
    lanes,
    history,
    originals,
    nudge: () => undefined,
    onError: (error) => errors.push(error),
    now: clock.read,
  });
}

function receive(event: InboundMessage, admins: string[] = []) {
  return door(admins).receive(event);
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

  it('can be asked for by its user, its contact and the ids of the network', async () => {
    await receive(message({ eventId: 'net e1' }));
    await receive(message({ eventId: 'digest', networkId: 'm1@example.net', from: 'paris' }));
    const [second, first] = history.latest({ account: JULIET }, 9);
    expect(history.named('e1')).toEqual([first]);
    expect(history.named('m1@example.net')).toEqual([second]);
    expect(history.latest({ account: JULIET, peer: 'romeo' }, 9)).toEqual([first]);
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

  it('can be written and read again, whatever an adapter makes of a name and a time', async () => {
    await receive(message({ from: 'a\u0002b\ud800', sentAt: Number.NaN }));
    await receive(message({ eventId: 'e2', to: 'c\0d' }), ['admin@example.org']);
    expect(await waiting()).toMatchObject([
      { text: 'From Ms a\ufffdb\ufffd:\nhi' },
      { text: 'Ms romeo wrote to c\ufffdd, which no user owns:\nhi' },
    ]);
  });

  it('comes from the domain, and says of whom, where the peer can have no address', async () => {
    await receive(message({ from: 'ſtraße' }));
    const [waited] = await waiting();
    expect(waited).toMatchObject({ text: 'From Ms ſtraße:\nhi' });
    expect(waited?.from).toBeUndefined();
  });

  it('says so of a peer whose name hides something or turns the line', async () => {
    await receive(message({ from: 'ro\u200bm\u202eeo' }));
    expect(await waiting()).toMatchObject([{ text: 'From Ms romeo:\nhi' }]);
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

const FULL = 'hi\n> Good morrow, cousin.';

function original(account: string = JULIET, peer = 'romeo') {
  return originals.latest({ transport: PAPER, account, peer });
}

/** What was to be written before is. */
function written() {
  const conversation = { transport: PAPER, account: JULIET, peer: 'nobody' };
  return originals.keep([{ conversation, event: 'last', text: 'last' }]);
}

describe('a message of which a part is hidden', () => {
  it('says so, and all of it is kept before it is stored', async () => {
    const push = lanes.push;
    const kept: unknown[] = [];
    lanes.push = (entries) => {
      kept.push(original());
      return push(entries);
    };
    expect(await receive(message({ full: `${FULL}\x02` }))).toMatchObject({ result: 'stored' });
    expect(kept).toEqual([`${FULL}\ufffd`]);
    expect(await waiting()).toMatchObject([{ from: 'romeo', text: `hi\n${HINT}` }]);
  });

  it('is whole where nothing more is in it', async () => {
    await receive(message({ full: 'hi' }));
    expect(await waiting()).toMatchObject([{ text: 'hi' }]);
    expect(original()).toBeUndefined();
  });

  it('is sent whole where all of it can not be kept', async () => {
    originals.close();
    expect(await receive(message({ full: FULL }))).toMatchObject({ result: 'stored' });
    expect(await waiting()).toMatchObject([{ text: FULL }]);
    expect(errors).not.toEqual([]);
  });

  it('is sent whole where there is no contact to whom the word could be sent', async () => {
    await receive(message({ from: 'help', full: FULL }));
    await receive(message({ to: 'nobody', full: FULL }), [JULIET]);
    expect((await waiting()).map((event) => 'text' in event && event.text).sort()).toEqual([
      `From Ms help:\n${FULL}`,
      `Ms romeo wrote to nobody, which no user owns:\n${FULL}`,
    ]);
    expect(original()).toBeUndefined();
    expect(original(JULIET, 'help')).toBeUndefined();
  });

  it('is one message, and one original, however often it comes', async () => {
    await receive(message({ full: FULL }));
    await receive(message({ eventId: 'e2', full: 'hi\n> later' }));
    expect(await receive(message({ full: FULL }))).toEqual({ result: 'duplicate' });
    expect(original()).toBe('hi\n> later');
  });

  it('can be had until another one comes of which a part is hidden', async () => {
    await receive(message({ full: FULL }));
    await receive(message({ eventId: 'e2' }));
    await receive(message({ eventId: 'e3', from: 'paris', full: 'Paris, wholly' }));
    await written();
    expect(original()).toBe(FULL);
    await receive(message({ eventId: 'e4', full: 'another one, wholly' }));
    expect(original()).toBe('another one, wholly');
  });

  it('stays the last beside what came together with it', async () => {
    const events = [message({ full: FULL }), message({ eventId: 'e2', text: 'a file' })];
    await door().receiveOpened(events, 'K' as MessageId);
    await written();
    expect(original()).toBe(FULL);
  });

  it('is not overtaken while it waits for the disk', async () => {
    const texts = ['one', 'two', 'three', 'four'];
    const one = door();
    await Promise.all(
      texts.map((text, n) =>
        one.receive(
          message({ eventId: text, text, ...(n % 2 ? {} : { full: `${text} and more` }) }),
        ),
      ),
    );
    const stored = await waiting();
    expect(stored.map((event) => 'text' in event && event.text.split('\n')[0])).toEqual(texts);
  });
});
