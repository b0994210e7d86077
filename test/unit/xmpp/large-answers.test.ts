import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MessageId } from '../../../src/contract/index.ts';
import { occupant, PlayedRooms } from '../../support/played-rooms.ts';
import { inWords } from '../../support/room-words.ts';
import { type PortInMemory, portInMemory } from './port-in-memory.ts';

const ROOM = '#room@gw.example';
const PAGE = "<query xmlns='urn:xmpp:mam:2'/>";
const PING = "<ping xmlns='urn:xmpp:ping'/>";

interface Gateway extends PortInMemory {
  /** Whose pages were made, in order. */
  readonly made: string[];
  ask(user: string, content?: string): string[];
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Everybody has an archive of ten entries. */
function gateway(): Gateway {
  const rooms = new PlayedRooms();
  const made: string[] = [];
  const entries = Array.from({ length: 10 }, (_, at) => ({
    ...{ id: `A${at}` as MessageId, at, kind: 'message' as const, from: 'alice', body: 'text' },
  }));
  rooms.archive = {
    page(user) {
      made.push(user);
      return { entries, complete: true, count: 10 };
    },
    ends: () => undefined,
  };
  const memory = portInMemory({ rooms });
  return {
    ...{ ...memory, made },
    ask(user, content = PAGE) {
      const type = content === PAGE ? 'set' : 'get';
      return memory
        .receive(`<iq type='${type}' id='q' from='${user}/a' to='${ROOM}'>${content}</iq>`)
        .map(inWords);
    },
  };
}

/** The loop goes round so often. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

test('of two thousand questions at once none is answered before its turn, and 400 wait for it', async () => {
  const { ask, made, written } = gateway();
  const seen = Array.from({ length: 2_000 }, () => ask('juliet@example.org')).flat();
  expect(made).toEqual([]);
  // Twenty a second are told so.
  expect(seen).toEqual(Array(20).fill('!resource-constraint iq *'));
  await turns(1);
  expect(made).toHaveLength(1);
  expect(written()).toHaveLength(11);
  expect(ask('romeo@example.org', PING)).toEqual(['iq result *']);
  for (let second = 0; second < 25; second++) {
    await turns(25);
    expect(made.length).toBeLessThanOrEqual(20 * (second + 1));
    vi.advanceTimersByTime(1_000);
  }
  expect(made).toHaveLength(400);
  expect(vi.getTimerCount()).toBe(0);
});

test('users take turns', async () => {
  const { ask, made } = gateway();
  for (let n = 0; n < 3; n++) ask('juliet@example.org');
  ask('romeo@example.org');
  await turns(2);
  expect(made).toEqual(['juliet@example.org', 'romeo@example.org']);
  await turns(3);
  expect(made.slice(2)).toEqual(['juliet@example.org', 'juliet@example.org']);
});

test('nothing is made while the server does not read', async () => {
  const { ask, made, fill } = gateway();
  ask('juliet@example.org');
  ask('juliet@example.org');
  const before = fill();
  await turns(3);
  expect(made).toEqual([]);
  before();
  await turns(1);
  const after = fill();
  await turns(3);
  expect(made).toHaveLength(1);
  after();
  await turns(2);
  expect(made).toHaveLength(2);
});

test('nobody waits any longer when the stream has gone', async () => {
  const { ask, made, stream, written } = gateway();
  for (let n = 0; n < 30; n++) ask('juliet@example.org');
  await turns(25);
  written();
  stream.offline('gone', undefined);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1_000);
  await turns(5);
  expect(made).toHaveLength(20);
  expect(written()).toEqual([]);
  // There is nobody before who asks on the next one.
  ask('juliet@example.org');
  await turns(1);
  expect(made).toHaveLength(21);
});

test('what fails is answered', async () => {
  const rooms = new PlayedRooms();
  const page = (): never => {
    throw new Error('secret words');
  };
  rooms.archive = { page, ends: () => undefined };
  const { receive, written, logged } = portInMemory({ rooms });
  receive(`<iq type='set' id='q' from='juliet@example.org/a' to='${ROOM}'>${PAGE}</iq>`);
  await turns(1);
  expect(written().map(inWords)).toEqual(['!internal-server-error iq *']);
  expect(logged.join()).not.toContain('secret words');
});

test('who is no longer in the room is not told who is', async () => {
  const rooms = new PlayedRooms();
  const { receive, written } = portInMemory({ rooms });
  const from = 'juliet@example.org/a';
  receive(
    `<presence from='${from}' to='${ROOM}/juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
  );
  rooms.view().tell({ is: 'joined', nick: 'juliet', occupants: [occupant('alice')] });
  for (const query of [
    "<query xmlns='http://jabber.org/protocol/disco#items'/>",
    "<query xmlns='http://jabber.org/protocol/muc#admin'><item role='participant'/></query>",
  ]) {
    receive(`<iq type='get' id='q' from='${from}' to='${ROOM}'>${query}</iq>`);
  }
  receive(`<presence type='unavailable' from='${from}' to='${ROOM}/juliet'/>`);
  written();
  await turns(2);
  const answers = written();
  expect(answers.map(inWords)).toEqual(['iq result *', '!forbidden iq *']);
  expect(JSON.stringify(answers)).not.toContain('alice');
});
