/** Network → XMPP without what is between: what is received is stored, presented and read by a strict server. */

import { expect } from 'vitest';
import type { Addressing } from '../../src/contract/index.ts';
import { presenter } from '../../src/inbound/present.ts';
import { type Receiver, receiver } from '../../src/inbound/receive.ts';
import { laneOf } from '../../src/lanes/lane.ts';
import type { ClaimedEntry, NewEntry } from '../../src/lanes/lane-store.ts';
import { writeMessage } from '../../src/xmpp/stanza/message.ts';
import type { Element } from '../../src/xmpp/xml/element.ts';
import { serialise } from '../../src/xmpp/xml/serialise.ts';
import { accountsOf, CAPABILITIES, JULIET, PAPER, RecordedHistory } from '../support/paper.ts';
import { readStrictly } from './strict-stanza.ts';

const LANE = laneOf({ transport: PAPER, account: JULIET, peer: 'romeo' }, 'inbound');

export class WayIn {
  readonly receiver: Receiver;
  #stored: NewEntry[] = [];
  readonly #domain: string;
  readonly #now = () => 1_800_000_000_000;

  /** @param own the address of Juliet, who has the only account and is the administrator */
  constructor(domain: string, addressing: Addressing<unknown>, own: string) {
    this.#domain = domain;
    this.receiver = receiver({
      ...{ transport: PAPER, capabilities: CAPABILITIES, admits: () => true, now: this.#now },
      ...{ addressing, accounts: accountsOf({ [JULIET]: own }), admins: [JULIET] },
      history: new RecordedHistory(),
      lanes: {
        push: async (entries) => {
          this.#stored.push(...entries);
          return entries.map(({ id }) => ({ result: 'stored', id }) as const);
        },
        read: async () => undefined,
      },
      originals: { keep: async () => undefined },
      nudge() {},
      onError: (error) => expect.fail(String(error)),
    });
  }

  /** All that was received, once. @throws where it is parked, or no server would take it */
  async present(): Promise<Element[]> {
    const written: string[] = [];
    const parked: string[] = [];
    const server = presenter({
      ...{ note() {}, nudge() {}, now: this.#now, parked: (_, why) => void parked.push(why) },
      onError: (error) => expect.fail(String(error)),
      port: {
        deliver: async (message) => {
          written.push(serialise(writeMessage(message, this.#domain, this.#now()), this.#domain));
        },
      },
      lanes: { reopen: async () => true, bounce: async () => true, read: async () => undefined },
    });
    const entries = this.#stored.map((entry) => ({
      ...{ ...entry, state: 'sending', attempts: 1, crashes: 0, since: this.#now(), parts: [] },
      interrupted: false,
    })) satisfies ClaimedEntry[];
    this.#stored = [];
    const turn = {
      ...{ signal: new AbortController().signal, live: () => true },
      ...{ reopen: async () => true, partSent: async () => true },
    };
    await server.serve({ lane: LANE, token: 1, entries }, turn);
    expect(parked).toEqual([]);
    return readStrictly(written, this.#domain);
  }
}
