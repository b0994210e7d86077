import { beforeEach, describe, expect, it } from 'vitest';
import {
  GRACE_MS,
  type Presenter,
  type PresentOptions,
  presenter,
} from '../../../src/inbound/present.ts';
import { laneOf, newMessageId } from '../../../src/lanes/lane.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import { type StoredInbound, storeInbound } from '../../../src/lanes/stored.ts';
import { parseJid } from '../../../src/xmpp/jid.ts';
import {
  type OutgoingMessage,
  PoisonousError,
  StreamLostError,
  UnserialisableError,
} from '../../../src/xmpp/port.ts';
import {
  Clock,
  claimAll,
  JULIET,
  LEASE_MS,
  PAPER,
  RecordedHistory,
  serveOnce,
} from '../../support/paper.ts';

const clock = new Clock();
let lanes: ReturnType<typeof memoryLaneStore>;
let history: RecordedHistory;
let wire: OutgoingMessage[];
let parked: string[];
/** What the server does with a message. */
let deliver: (message: OutgoingMessage) => Promise<void>;
let options: PresentOptions;
let server: Presenter;

beforeEach(() => {
  lanes = memoryLaneStore({ now: clock.read });
  history = new RecordedHistory();
  wire = [];
  parked = [];
  deliver = async () => undefined;
  options = {
    port: {
      deliver: (message) => {
        wire.push(message);
        return deliver(message);
      },
    },
    lanes,
    note: (message, what) => history.note({ message, transport: PAPER, at: clock.now, what }),
    parked: (_message, why) => void parked.push(why),
    nudge: () => undefined,
    onError: (error) => void parked.push(String(error)),
    now: clock.read,
  };
  server = presenter(options);
});

async function push(event: Partial<StoredInbound> & { text?: string }, raw?: string) {
  const lane = laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' }, 'inbound');
  const id = newMessageId(lane.partition, clock.now);
  const full = { v: 1, kind: 'text', to: JULIET, from: 'romeo', ...event } as StoredInbound;
  await lanes.push([
    {
      id,
      lane,
      event: raw ?? storeInbound(full),
      acceptedAt: clock.now,
      deadlineAt: clock.now + 86_400_000,
      duplicateKeys: [],
    },
  ]);
  return id;
}

const serve = (perLane = 32) => serveOnce(lanes, 'inbound', server, { perLane });
const texts = () => wire.map((message) => (message.kind === 'text' ? message.text : message.kind));

describe('what waits for a user', () => {
  it('is sent together, in order, and kept through the grace period', async () => {
    const first = await push({ text: 'one' });
    await push({ text: 'two' });
    await serve();
    expect(texts()).toEqual(['one', 'two']);
    expect((await lanes.read(first))?.state).toBe('handed');
    clock.pass(GRACE_MS + 1);
    await lanes.expireHanded('paper.i' as never);
    expect(await lanes.read(first)).toBeUndefined();
  });

  it('is sent again with the same id after the stream broke, before what came later', async () => {
    await push({ text: 'one' });
    await push({ text: 'two' });
    deliver = async (message) => {
      if (message.kind === 'text' && message.text === 'one') return;
      throw new StreamLostError('gone');
    };
    await serve();
    await push({ text: 'three' });
    deliver = async () => undefined;
    await lanes.rewind('paper.i' as never);
    clock.pass(1_000);
    await serve();
    expect(texts()).toEqual(['one', 'two', 'one', 'two', 'three']);
    expect(wire[0]?.id).toBe(wire[2]?.id);
  });

  it('is sent again without a question after a crash', async () => {
    await push({ text: 'one' });
    await claimAll(lanes, 'inbound', { holder: 'crashed' });
    clock.pass(LEASE_MS + 1);
    await serve();
    expect(texts()).toEqual(['one']);
  });

  it.each([
    ['can not be written', new UnserialisableError('a lone surrogate')],
    ['ended the stream twice', new PoisonousError('ended the stream')],
  ])('is put aside when it %s, and the next goes its way', async (_, error) => {
    await push({ text: 'bad' });
    await push({ text: 'good' });
    deliver = async (message) => {
      if (message.kind === 'text' && message.text === 'bad') throw error;
    };
    await serve();
    expect(parked).toEqual([error.message]);
    expect(await lanes.deadLetters(10)).toHaveLength(1);
    expect(await claimAll(lanes, 'inbound')).toEqual([]);
  });

  it.each([['no json'], ['{"v":2,"kind":"text"}'], ['{"v":1,"kind":"dance","to":"a@b"}']])(
    'is put aside when %s is stored',
    async (raw) => {
      await push({}, raw);
      await push({ text: 'good' });
      await serve();
      expect(texts()).toEqual(['good']);
      expect(parked).toHaveLength(1);
    },
  );

  it('is not sent a second time when the server is only slow', async () => {
    await push({ text: 'one' });
    const answer = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    deliver = () => {
      written.resolve();
      return answer.promise;
    };
    const late = new AbortController();
    const first = serveOnce(lanes, 'inbound', server, { turn: { signal: late.signal } });
    await written.promise;
    late.abort();
    await first;
    clock.pass(1_000);
    const second = serveOnce(lanes, 'inbound', server);
    answer.resolve();
    await second;
    expect(texts()).toEqual(['one']);
  });
});

describe('a message that came back', () => {
  const from = parseJid(JULIET);
  const error = (type: 'wait' | 'cancel', sender = from) => ({
    content: 'error' as const,
    from: sender,
    to: parseJid('romeo@paper.example.org'),
    id: undefined,
    condition: 'service-unavailable' as const,
    type,
    text: undefined,
  });

  it('is tried again where the server asks to wait', async () => {
    const id = await push({ text: 'one' });
    await serve();
    await server.bounced(id, error('wait'));
    clock.pass(300_000);
    await serve();
    expect(texts()).toEqual(['one', 'one']);
  });

  it('is put aside where it will not help', async () => {
    const id = await push({ text: 'one' });
    await serve();
    await server.bounced(id, error('cancel'));
    expect(parked).toHaveLength(1);
    expect(await lanes.deadLetters(10)).toHaveLength(1);
  });

  it('does so also when the error overtakes the answer that the server has it', async () => {
    const id = await push({ text: 'one' });
    const put = Promise.withResolvers<void>();
    options = { ...options, parked: () => put.resolve() };
    server = presenter(options);
    deliver = () => server.bounced(id, error('cancel'));
    await serve();
    await put.promise;
    expect(await lanes.deadLetters(10)).toHaveLength(1);
  });

  it('is not believed to have, when somebody else says so', async () => {
    const id = await push({ text: 'one' });
    await serve();
    await server.bounced(id, error('cancel', parseJid('mallory@example.org')));
    expect(parked).toEqual([]);
    expect((await lanes.read(id))?.state).toBe('handed');
  });
});
