import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MessageId, RoomEvent } from '../../../../src/contract/index.ts';
import type { Remembered, RoomView } from '../../../../src/xmpp/rooms/port.ts';
import { child, type Element } from '../../../../src/xmpp/xml/element.ts';
import { occupant, remembered } from '../../../support/played-rooms.ts';
import { inWords } from '../../../support/room-words.ts';
import { house, JOIN, JOIN_ONLY, ROOM } from './house.ts';

const NICKS = ['juliet', 'alice', 'bob', '\u0430lice', 'alice\u200b', 'Bob'];
const CLIENTS = ['balcony', 'phone', 'desk'];
/** So much of the archive makes a history. */
const HISTORY = 4;

/** A client as strict as any: what it is sent must make sense in the order in which it comes. */
class StrictClient {
  is: 'out' | 'coming' | 'greeted' | 'in' = 'out';
  readonly roster = new Set<string>();
  readonly #heard = new Set<string>();

  joins(): void {
    this.is = 'coming';
    this.roster.clear();
    this.#heard.clear();
  }

  reads(stanza: Element): void {
    const words = inWords(stanza);
    const who = (stanza.attrs.from ?? '').slice(ROOM.length + 1);
    if (words.startsWith('!')) this.is = 'out';
    else if (words.startsWith('+')) this.#present(who, words);
    else if (words.startsWith('-')) this.#absent(who, words);
    else this.#told(stanza, words);
  }

  #present(who: string, words: string): void {
    expect(this.is, 'somebody is shown to who is out').not.toBe('out');
    this.roster.add(who);
    if (words.includes(' 110') && this.is === 'coming') this.is = 'greeted';
  }

  #absent(who: string, words: string): void {
    if (words.includes(' 110') && !words.includes(' 303')) {
      this.is = 'out';
      this.roster.clear();
      return;
    }
    expect(this.roster.delete(who), `${who} went and was never there`).toBe(true);
  }

  #told(stanza: Element, words: string): void {
    const isHistory = child(stanza, 'delay', 'urn:xmpp:delay') !== undefined;
    if (words.startsWith('topic') && this.is === 'greeted') this.is = 'in';
    else
      expect(this.is, `"${words}" came too early or too late`).toBe(isHistory ? 'greeted' : 'in');
    const { id } = stanza.attrs;
    if (id === undefined) return;
    expect(this.#heard.has(id), `"${words}" came twice`).toBe(false);
    this.#heard.add(id);
  }
}

/** The network, the house before it, and the clients: each step is one thing that happens to them. */
class Play {
  readonly #house = house();
  readonly #clients = new Map(CLIENTS.map((name) => [name, new StrictClient()]));
  readonly #archive: Remembered[] = [];
  readonly #histories: ((found: readonly Remembered[]) => void)[] = [];
  #here = new Set<string>();
  #view: RoomView | undefined;
  #self = 'juliet';
  #isOpen = false;
  #isLost = false;
  #isOnline = true;
  #said = 0;

  constructor() {
    this.#house.host.joining = (view) => {
      this.#view = view;
      this.#isOpen = this.#isLost = false;
    };
    this.#house.host.past = () => {
      const { promise, resolve } = Promise.withResolvers<readonly Remembered[]>();
      this.#histories.push(resolve);
      return promise;
    };
  }

  async step(what: number, which: number): Promise<void> {
    const client = CLIENTS[which % CLIENTS.length] ?? '';
    const nick = NICKS[which % NICKS.length] ?? '';
    const other = NICKS[(which >> 3) % NICKS.length] ?? '';
    switch (what) {
      case 0:
      case 1:
        return this.#join(client, what === 0 ? JOIN : JOIN_ONLY);
      case 2:
        return this.#presence(client, '', "type='unavailable'");
      case 3:
        return this.#bounce(client);
      case 4:
        return this.#opens(which);
      case 5:
        return this.#happens({ is: 'entered', occupant: occupant(nick) }, () =>
          this.#here.add(nick),
        );
      case 6:
        if (nick === this.#self) return;
        return this.#happens({ is: 'departed', nick, how: { is: 'left' } }, () =>
          this.#here.delete(nick),
        );
      case 7:
        return this.#renames(nick, other);
      case 8:
      case 9:
        return this.#says(nick);
      case 10:
        return this.#happens({ is: 'subject', subject: { text: `${which}` } }, () => undefined);
      case 11:
        return this.#happens({ is: 'lost', words: 'lost' }, () => {
          this.#isLost = true;
        });
      case 12:
        return this.#splits([nick, other]);
      case 13:
        if (which % 5 === 0) this.#tell({ is: 'out', how: { is: 'kicked' } });
        return;
      case 14:
        return this.#stream(which % 2 === 0);
      default:
        return this.#givesHistory();
    }
  }

  /** All that was under way is over: now nobody may be shown who is not there, or the other way round. */
  async end(): Promise<void> {
    this.#stream(true);
    while (this.#histories.length > 0) await this.#givesHistory();
    const here = [...this.#here].map((nick) => this.#view?.shownAs(nick)).sort();
    for (const client of this.#clients.values()) {
      if (client.is === 'out' || client.is === 'coming') continue;
      expect(client.is).toBe('in');
      expect([...client.roster].sort()).toEqual(here);
    }
  }

  #join(client: string, content: string): void {
    vi.advanceTimersByTime(60_000);
    if (!this.#isOnline) return;
    this.#clients.get(client)?.joins();
    this.#presence(client, content);
  }

  #presence(client: string, content: string, attrs = ''): void {
    if (!this.#isOnline) return;
    const from = `juliet@example.org/${client}`;
    const answers = this.#house.receive(
      `<presence from='${from}' to='${ROOM}/juliet' ${attrs}>${content}</presence>`,
    );
    for (const stanza of answers) this.#reads(stanza);
  }

  /** Its server has lost it: nobody tells it, and it must hear of nothing. */
  #bounce(client: string): void {
    const error =
      "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    this.#presence(client, error, "type='error'");
    const known = this.#clients.get(client);
    if (known !== undefined && this.#isOnline) known.is = 'out';
  }

  #opens(which: number): void {
    if (this.#view === undefined || (this.#isOpen && !this.#isLost)) return;
    this.#here = new Set(NICKS.filter((_nick, n) => n > 0 && which & (1 << n)));
    this.#self = which % 3 === 0 ? 'juliet_' : 'juliet';
    this.#here.add(this.#self);
    this.#isOpen = true;
    this.#isLost = false;
    const occupants = [...this.#here].map((nick) => occupant(nick));
    this.#tell({ is: 'joined', nick: this.#self, occupants });
  }

  #happens(event: RoomEvent, change: () => void): void {
    if (!this.#isOpen || this.#isLost) return;
    change();
    this.#tell(event);
  }

  #renames(from: string, to: string): void {
    if (!this.#here.has(from) || this.#here.has(to)) return;
    this.#happens({ is: 'renamed', from, to }, () => {
      this.#here.delete(from);
      this.#here.add(to);
      if (this.#self === from) this.#self = to;
    });
  }

  #splits(nicks: readonly string[]): void {
    const gone = nicks.filter((nick) => nick !== this.#self);
    this.#happens({ is: 'split', nicks: gone, words: 'split' }, () => {
      for (const nick of gone) this.#here.delete(nick);
    });
  }

  #says(nick: string): void {
    const id = `S${++this.#said}` as MessageId;
    const { person } = occupant(nick);
    if (!this.#isOpen || this.#isLost) return;
    const view = this.#view;
    this.#archive.push(remembered(id, view?.shownAs(nick) ?? '', id));
    if (nick === this.#self) view?.reflect({ id, text: id });
    else view?.tell({ is: 'said', nick, person, text: id }, id);
    this.#read();
  }

  #tell(event: RoomEvent): void {
    this.#view?.tell(event);
    if (event.is === 'out') {
      this.#view = undefined;
      this.#isOpen = false;
      this.#here.clear();
    }
    this.#read();
  }

  #stream(online: boolean): void {
    if (online === this.#isOnline) return;
    this.#isOnline = online;
    if (online) this.#house.stream.online();
    else this.#house.stream.offline('broken', 0);
    this.#read();
  }

  async #givesHistory(): Promise<void> {
    this.#histories.shift()?.(this.#archive.slice(-HISTORY));
    await Promise.resolve();
    await Promise.resolve();
    this.#read();
  }

  #read(): void {
    for (const stanza of this.#house.written()) this.#reads(stanza);
  }

  #reads(stanza: Element): void {
    const resource = (stanza.attrs.to ?? '').replace(/^.*\//, '');
    this.#clients.get(resource)?.reads(stanza);
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('whatever happens in whatever order: no ghost, nothing twice, nothing before the subject', async () => {
  const steps = fc.array(fc.tuple(fc.nat(15), fc.nat(63)), { minLength: 10, maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const play = new Play();
      // So that something happens at all in most of them.
      for (const [what, which] of [[0, 0], [4, 7], ...given] as const) await play.step(what, which);
      await play.end();
    }),
    { numRuns: 1_500, seed: 20261124 },
  );
});
