import { expect, test } from 'vitest';
import type {
  Departure,
  EventId,
  InboundMessage,
  OwnAddress,
  PeerId,
  PersonId,
  RoomEvent,
} from '../../src/contract/index.ts';
import { child, type Element, NS_COMPONENT, textOf } from '../../src/xmpp/xml/element.ts';
import { serialise } from '../../src/xmpp/xml/serialise.ts';
import { ADDRESSING } from '../support/paper.ts';
import { occupant, PlayedRooms } from '../support/played-rooms.ts';
import { portInMemory } from '../unit/xmpp/port-in-memory.ts';
import { type Chance, fuzz, LIMIT_MS, RUNS } from './fuzz.ts';
import { readStrictly } from './strict-stanza.ts';
import { WayIn } from './way-in.ts';

const DOMAIN = 'gw.example';
const BATCH = 100;
/** What XML has, what ends a line in one way, and what turns nothing: such a text arrives as it is. */
const HARMLESS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is changed on its way
  /^[^\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]*$/u;

/** Half of them legal. */
function textOfNetwork(chance: Chance): string {
  return chance.once(2)
    ? chance.text()
    : `${chance.below(1e6)} <&>'" ü 漢 😀 ]]>\n${'-'.repeat(9)}`;
}

function bodyOf(stanza: Element | undefined): string | undefined {
  const body = stanza && child(stanza, 'body', NS_COMPONENT);
  return body && textOf(body);
}

test('whatever a network says to somebody, he can be sent it, and reads what is legal as it was', {
  timeout: LIMIT_MS,
}, async () => {
  await fuzz('XMPP out, messages', Math.ceil(RUNS / 2 / BATCH), messages, BATCH);
});

async function messages(chance: Chance): Promise<void> {
  // Nothing is known of how other people's adapters read and name their peers.
  const way = new WayIn(DOMAIN, { ...ADDRESSING, describePeer: (peer) => peer }, 'one');
  const given = Array.from({ length: BATCH }, (_, at) => messageOf(chance, at));
  for (const event of given) await way.receiver.receive(event);
  const read = await way.present();
  for (const [at, { text, to }] of given.entries()) {
    const body = bodyOf(read[at]);
    const isPlain = to === 'one' && text !== '' && HARMLESS.test(text);
    if (isPlain && body?.includes(text) !== true) expect(body).toBe(text);
  }
}

function messageOf(chance: Chance, at: number): InboundMessage {
  const text = textOfNetwork(chance);
  return {
    kind: 'message',
    eventId: `${at} ${chance.text(2)}` as EventId,
    to: (chance.once(3) ? chance.text(3) : 'one') as OwnAddress,
    from: (chance.once(3) ? 'romeo' : chance.text(4)) as PeerId,
    text,
    ...(chance.once(6) ? { full: `${text}${chance.text()}` } : {}),
    ...(chance.once(3)
      ? { sentAt: chance.of([0, -1, 1.5, Number.NaN, 1e300, 1_700_000_000_000]) }
      : {}),
    ...(chance.once(3) ? { thread: chance.text(3) } : {}),
  };
}

test('whatever a network says of a room, all who are in it can be shown it', {
  timeout: LIMIT_MS,
}, async () => {
  await fuzz('XMPP out, rooms', Math.ceil(RUNS / 2 / BATCH), rooms, BATCH);
});

async function rooms(chance: Chance): Promise<void> {
  const host = new PlayedRooms();
  const written: string[] = [];
  const { receive, logged, stream } = portInMemory(
    { rooms: host },
    {},
    (stanza) => void written.push(serialise(stanza, DOMAIN)),
  );
  const nicks = ['me', ...Array.from({ length: 5 }, () => chance.text(5))] as [string, ...string[]];
  const join = async () => {
    receive(
      "<presence from='juliet@example.org/a' to='#room@gw.example/me'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
    );
    const people = nicks.slice(1, 4).map((nick) => occupant(nick));
    host.view().tell({ is: 'joined', nick: 'me', occupants: [occupant('me'), ...people] });
    // The history comes first.
    await new Promise(setImmediate);
  };
  await join();
  for (let at = 0; at < BATCH; at++) {
    const event = eventOf(chance, nicks);
    const before = written.length;
    host.view().tell(event);
    if (event.is === 'said' && HARMLESS.test(event.text)) {
      const bodies = readStrictly(written.slice(before), DOMAIN).map(bodyOf);
      expect(bodies).toContain(event.text);
    }
    if (host.view().clients === 0) await join();
  }
  readStrictly(written, DOMAIN);
  expect(written.length).toBeGreaterThan(BATCH / 4);
  expect(logged).toEqual([]);
  stream.offline('', undefined);
}

function eventOf(chance: Chance, nicks: readonly [string, ...string[]]): RoomEvent {
  const nick = chance.of(nicks);
  const words = chance.text();
  const someone = occupant(nick, {
    role: chance.of(['moderator', 'participant', 'visitor']),
    affiliation: chance.of(['owner', 'admin', 'member', 'none']),
    ...(chance.once(2) ? { away: words } : {}),
  });
  const how = chance.of<Departure>([
    { is: 'left', reason: words },
    { is: 'quit', reason: words },
    { is: 'kicked', by: chance.text(3), reason: words },
    { is: 'banned', by: chance.text(3), reason: words },
  ]);
  switch (chance.below(12)) {
    case 0:
      return { is: 'entered', occupant: someone };
    case 1:
      return { is: 'departed', nick, how };
    case 2:
      return { is: 'renamed', from: nick, to: chance.of([chance.text(5), ...nicks]) };
    case 3:
      return { is: 'changed', occupant: someone };
    case 4:
      return { is: 'subject', subject: { text: words, by: nick, at: chance.below(1e9) * 2_000 } };
    case 5:
      return { is: 'announced', text: words };
    case 6:
      return { is: 'split', nicks: [nick, chance.text(3)], words };
    case 7:
      return chance.once(3) ? { is: 'lost', words } : { is: 'announced', text: words };
    case 8:
      return chance.once(8) ? { is: 'out', how } : { is: 'announced', text: words };
    case 9: {
      const refusal = { condition: 'forbidden', type: 'cancel', text: words } as const;
      return { is: 'refused', refusal };
    }
    default: {
      const sentAt = chance.of([undefined, 0, 1_700_000_000_000]);
      const person = chance.text(3) as PersonId;
      const at = sentAt === undefined ? {} : { sentAt };
      return { is: 'said', nick, person, text: textOfNetwork(chance), ...at };
    }
  }
}
