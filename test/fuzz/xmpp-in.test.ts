import { expect, test } from 'vitest';
import type { Occupant, PersonId } from '../../src/contract/index.ts';
import { formatJid, JidError } from '../../src/xmpp/jid.ts';
import type { IncomingMessage } from '../../src/xmpp/port.ts';
import { readJid } from '../../src/xmpp/stanza/addresses.ts';
import { readId } from '../../src/xmpp/stanza/id.ts';
import { answerToSkipped } from '../../src/xmpp/stream/skipped.ts';
import { ForbiddenCharacterError } from '../../src/xmpp/xml/characters.ts';
import { type Element, NS_COMPONENT } from '../../src/xmpp/xml/element.ts';
import { StreamReader } from '../../src/xmpp/xml/reader.ts';
import { serialise } from '../../src/xmpp/xml/serialise.ts';
import { XmlError } from '../../src/xmpp/xml/tag.ts';
import { occupant, PlayedRooms, remembered } from '../support/played-rooms.ts';
import { portInMemory } from '../unit/xmpp/port-in-memory.ts';
import { type Chance, fuzz, LIMIT_MS, RUNS } from './fuzz.ts';
import { writeStanza } from './stanzas.ts';
import { readStrictly } from './strict-stanza.ts';

const DOMAIN = 'gw.example';
const HEADER = Buffer.from(
  `<stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='http://etherx.jabber.org/streams'>`,
);
/** Stanzas of one port. */
const BATCH = 200;
/** Each has less than the twenty answers of a second, and several clients' worth of state. */
const USERS = 16;

class Batch {
  readonly heard: IncomingMessage[] = [];
  /** As XML. */
  readonly written: string[] = [];
  readonly logged: string[];
  /** How often each request was made: by who asked and its id. */
  readonly asked = new Map<string, number>();
  readonly errorIds = new Set<string>();
  readonly otherIds = new Set<string>();
  read = 0;
  readonly #port;
  #reader = this.#newReader();

  constructor(chance: Chance) {
    this.#port = portInMemory(
      { rooms: hostOf(chance) },
      { message: (message) => void this.heard.push(message) },
      // What it throws for is logged: the server would close the stream.
      (stanza) => void this.written.push(serialise(stanza, DOMAIN)),
    );
    this.logged = this.#port.logged;
  }

  receive(chunks: Iterable<Buffer>, damaged: boolean): void {
    try {
      for (const chunk of chunks) this.#reader.write(chunk);
    } catch (error) {
      if (!(error instanceof XmlError || error instanceof ForbiddenCharacterError)) throw error;
      if (!damaged) throw error;
    }
    if (damaged) this.#reader = this.#newReader();
  }

  /** All is answered that is answered in a later turn. */
  async settle(): Promise<void> {
    for (let quiet = 0, before = 0; quiet < 5; quiet++) {
      await new Promise(setImmediate);
      if (this.written.length > before) quiet = 0;
      before = this.written.length;
    }
    // Ends what counts the seconds.
    this.#port.stream.offline('', undefined);
  }

  #newReader(): StreamReader {
    const reader = new StreamReader({
      opened() {},
      element: (element) => this.#stanza(element),
      skipped: (header, why) => {
        if (header === undefined) return;
        this.#note(header);
        const answer = answerToSkipped(header, why, DOMAIN);
        if (answer !== undefined) this.written.push(serialise(answer, DOMAIN));
      },
      closed() {},
    });
    reader.write(HEADER);
    return reader;
  }

  #stanza(element: Element): void {
    // As the link does: nothing else is a stanza.
    if (element.ns !== NS_COMPONENT || !/^(message|presence|iq)$/.test(element.name)) return;
    this.read++;
    this.#note(element);
    this.#port.stream.stanza(element);
  }

  #note({ name, ns, attrs }: Element): void {
    const { type } = attrs;
    const isAnswer = type === 'error' || (name === 'iq' && type === 'result');
    (isAnswer ? this.errorIds : this.otherIds).add(attrs.id ?? '');
    const [from, to, id] = [readJid(attrs.from), readJid(attrs.to), readId(attrs.id)];
    if (name !== 'iq' || ns !== NS_COMPONENT || (type !== 'get' && type !== 'set')) return;
    if (from instanceof JidError || from.domain === DOMAIN || id === undefined) return;
    if (!(to instanceof JidError) && to.domain !== DOMAIN) return;
    count(this.asked, `${formatJid(from)} ${id}`);
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Rooms in which everything is said and done that a network can say and do. */
function hostOf(chance: Chance): PlayedRooms {
  const host = new PlayedRooms();
  const someone = (): Occupant => occupant(chance.text(4), { role: 'moderator' });
  const entries = [1, 2].map((at) => ({
    ...{ ...remembered(`e${at}`, at === 1 ? 'alice' : '', 'body', at), kind: 'message' as const },
  }));
  host.archive = {
    page: (_user, _room, { after }) =>
      after === undefined ? { entries, complete: true, count: 2 } : undefined,
    ends: () => undefined,
  };
  host.past = async () => entries;
  host.banned = [{ who: chance.text(4), by: chance.text(3) }];
  host.description = async () => ({ name: chance.text(), subject: chance.text() });
  host.joining = (view, { nick }) => {
    view.tell({ is: 'joined', nick, occupants: [occupant('alice'), someone()] });
    view.tell({ is: 'subject', subject: { text: chance.text(), by: chance.text(2) } });
  };
  host.saying = (view, { text, id }) => {
    view.reflect({ id: remembered('r', '', '').id, text, messageId: id });
    const nick = chance.text(3);
    view.tell({ is: 'said', nick, person: nick as PersonId, text: chance.text() });
  };
  host.renaming = (view, nick) => view.tell({ is: 'renamed', from: view.nick ?? '', to: nick });
  host.going = (view) => {
    if (view.clients === 0) view.close();
  };
  return host;
}

test('every request has one answer, no error has any, and a strict server takes all of it', {
  timeout: LIMIT_MS,
}, async () => {
  const seen = { read: 0, heard: 0, answered: 0, written: 0, errors: 0 };
  await fuzz(
    'XMPP in',
    Math.ceil(RUNS / BATCH),
    async (chance) => {
      const batch = new Batch(chance);
      for (let index = 0; index < BATCH; index++) {
        const from = `u${index % USERS}@example.org/${chance.of(['a', 'b', 'c'])}`;
        const { bytes, damaged } = writeStanza(chance, from, index);
        batch.receive(chance.cut(bytes), damaged);
      }
      await batch.settle();

      expect(batch.logged.filter((line) => !line.includes('ignored for its addresses'))).toEqual(
        [],
      );
      const answers = new Map<string, number>();
      for (const { name, attrs } of readStrictly(batch.written, DOMAIN)) {
        const { id = '', to = '', type } = attrs;
        if (name === 'iq' && (type === 'result' || type === 'error')) count(answers, `${to} ${id}`);
        expect(batch.errorIds.has(id) && !batch.otherIds.has(id) && id !== '').toBe(false);
      }
      expect(answers).toEqual(batch.asked);
      for (const message of batch.heard) checkHeard(message);
      expect(Object.keys(Object.prototype)).toEqual([]);

      seen.read += batch.read;
      seen.heard += batch.heard.length;
      seen.answered += answers.size;
      seen.written += batch.written.length;
      seen.errors += batch.errorIds.size;
    },
    BATCH,
  );
  // Nothing above would fail if nothing came through.
  const inputs = Math.ceil(RUNS / BATCH) * BATCH;
  expect(seen.read).toBeGreaterThan(inputs * 0.7);
  expect(seen.heard).toBeGreaterThan(inputs / 100);
  expect(seen.answered).toBeGreaterThan(inputs / 8);
  expect(seen.written).toBeGreaterThan(inputs / 2);
  expect(seen.errors).toBeGreaterThan(inputs / 20);
});

/** What `IncomingMessage` promises. */
function checkHeard(message: IncomingMessage): void {
  if (message.from.domain === DOMAIN || message.to.domain !== DOMAIN) throw new Error('Addresses');
  if (Buffer.byteLength(message.id ?? '') > 512) throw new Error('The id is too long.');
  if (message.content !== 'text') return;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a text must not have
  const impossible = /[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff\u0085\u2028\u2029]/u;
  if (message.text === '' || impossible.test(message.text)) {
    throw new Error(`The text is ${JSON.stringify(message.text)}.`);
  }
}
