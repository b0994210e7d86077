import type { Answer, Asker, MessageCommand, Request } from '../../../src/commands/desk.ts';
import { queue } from '../../../src/commands/queue.ts';
import type { MessageId } from '../../../src/contract/index.ts';
import { parseJid } from '../../../src/xmpp/jid.ts';
import { deskOn, OPERATOR } from '../../support/desk.ts';
import { claimAll, JULIET } from '../../support/paper.ts';
import { OutboundBench, text } from '../outbound/outbound-bench.ts';

export const NURSE = 'nurse@example.org';

/** A gateway on paper, and somebody at its desk. */
export class Asking {
  readonly bench = new OutboundBench();
  readonly desk = deskOn({
    lanes: this.bench.lanes,
    history: this.bench.history,
    now: this.bench.clock.read,
  });
  #stanzas = 0;

  constructor() {
    void this.bench.accounts.register(NURSE as Parameters<typeof this.bench.accounts.find>[0]);
  }

  /** A message that somebody writes to a contact, and that is stored. */
  async written(from = JULIET as string, to = 'romeo', body = 'wherefore'): Promise<MessageId> {
    this.#stanzas += 1;
    const id = `s${this.#stanzas}`;
    this.bench.accept(
      text(body, {
        ...{ id, from: parseJid(`${from}/x`), to: parseJid(`${to}@paper.example.org`) },
        wantsReceipt: true,
      }),
    );
    await this.bench.stored();
    // Each is younger than the one before, by its id, too.
    this.bench.clock.pass(1);
    const [message] = this.bench.history.named(id);
    if (message === undefined) throw new Error('it was not stored');
    return message;
  }

  /** One that was tried in vain, and waits for another attempt. */
  async delayed(from?: string, to?: string): Promise<MessageId> {
    const id = await this.written(from, to);
    this.bench.deliver = () => Promise.reject(new Error('nobody answers'));
    await this.bench.serve();
    return id;
  }

  /** One that was put aside after three crashes; its sender has been told. */
  async poisoned(from?: string, to?: string): Promise<MessageId> {
    const id = await this.written(from, to);
    for (let crash = 0; crash < 3; crash++) {
      await claimAll(this.bench.lanes, 'outbound', { holder: `h${crash}` });
      this.bench.clock.pass(60_000);
    }
    const server = this.bench.server();
    const [claim] = await claimAll(this.bench.lanes, 'outbound', { holder: 'last' });
    if (claim === undefined) throw new Error('nothing to claim');
    // What was entered as a crash three times is parked by whoever serves it next.
    const turn = { signal: new AbortController().signal, live: () => true };
    const served = await server.serve(claim, {
      ...turn,
      reopen: async () => true,
      partSent: async () => true,
    });
    await this.bench.lanes.settle([{ claim, ...served, next: 0, leaseMs: 1 }]);
    return id;
  }

  ask(words: string, asker: Asker = OPERATOR, more: Partial<Request> = {}): Promise<Answer> {
    return this.askFor(queue, words, asker, more);
  }

  askFor(
    command: Pick<MessageCommand, 'run'>,
    words: string,
    asker: Asker = OPERATOR,
    more: Partial<Request> = {},
  ): Promise<Answer> {
    const request = { words: words.split(' ').filter((word) => word !== ''), ...more };
    return command.run(this.desk, asker, request);
  }
}
