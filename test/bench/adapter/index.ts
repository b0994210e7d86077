/** An adapter that answers at once and counts. The gateway loads it as any other, by its path. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import {
  type Adapter,
  type AdapterContext,
  DeliveryError,
  defineAdapter,
  type EventId,
  type Handed,
  type OutboundMessage,
  type OwnAddress,
  type PeerId,
  refused,
} from 'postern/adapter';
import { z } from 'zod';
import { type News, type Order, PROGRESS_EVERY, readStamp, sharedMicros, stamp } from './probe.ts';

const config = z.strictObject({
  /** Path of the unix socket on which the bench listens. */
  probe: z.string(),
  /** Whether the network is closed until `release`. */
  hold: z.boolean(),
  /** Local parts of the accounts' addresses, for messages in. */
  conversations: z.number().int(),
  textLength: z.number().int(),
});
const account = z.strictObject({ address: z.string() });

type Config = z.output<typeof config>;
type Account = z.output<typeof account>;

export default defineAdapter({
  contract: 1,
  name: 'bench',
  title: 'Bench',
  gatewayType: 'bench',
  sends: ['message'],
  capabilities: {
    connection: 'stateless',
    accounts: 'registration',
    receipts: 'none',
    resend: 'may-duplicate',
    order: 'conversation',
    deadlineMs: 3_600_000,
    deadlineFrom: 'accept',
    confirmationMs: 0,
    duplicateWindowMs: 3_600_000,
    concurrency: 256,
  },
  config,
  account,
  addressing: () => ({
    parsePeer(text) {
      if (!/^p\d+$/.test(text)) throw refused('jid-malformed', 'modify', 'Write p and a number.');
      return text as PeerId;
    },
    formatPeer: (peer) => peer,
    describePeer: (peer) => peer,
    ownAddresses: ({ address }) => [address as OwnAddress],
    registration: () => ({ address: 'new' }),
  }),
  create: (context) => new Bench(context),
});

/** The network as a whole takes nothing just now. */
const CLOSED = { kind: 'later', afterMs: 100, scope: 'transport' } as const;

class Bench implements Adapter<Account, 'message'> {
  readonly #context: AdapterContext<Config, Account>;
  readonly #socket: Socket;
  /** By peer, the number that has to come next. */
  readonly #next = new Map<PeerId, number>();
  #held: boolean;
  #delivered = 0;
  #outOfTurn = 0;
  #expected = 0;
  #latencies: number[] | undefined;
  #received = 0;

  constructor(context: AdapterContext<Config, Account>) {
    this.#context = context;
    this.#socket = connect({ path: context.config.probe });
    this.#socket.on('error', () => undefined);
    this.#held = context.config.hold;
  }

  async start(): Promise<void> {
    if (this.#socket.connecting) await once(this.#socket, 'connect');
    createInterface(this.#socket).on('line', (line) => this.#obey(JSON.parse(line) as Order));
    this.#context.health('connected', '');
  }

  async stop(): Promise<void> {
    this.#socket.destroy();
  }

  assess() {
    return { units: 1 };
  }

  open() {
    return {
      deliver: async (event: OutboundMessage): Promise<Handed> => {
        if (this.#held) throw new DeliveryError(CLOSED, 'the bench holds it back');
        this.#count(event);
        return { networkIds: [] };
      },
      close: async () => undefined,
    };
  }

  #count({ peer, text }: OutboundMessage): void {
    const { at, number } = readStamp(text);
    const expected = this.#next.get(peer);
    if (expected !== undefined && number !== expected) this.#outOfTurn++;
    this.#next.set(peer, number + 1);
    this.#latencies?.push(sharedMicros() - at);
    this.#delivered++;
    if (this.#delivered % PROGRESS_EVERY === 0) this.#tellProgress();
    if (this.#delivered === this.#expected) this.#tellReached();
  }

  #tellProgress(): void {
    this.#tell({ is: 'progress', delivered: this.#delivered, outOfTurn: this.#outOfTurn });
  }

  #tellReached(): void {
    this.#tellProgress();
    this.#tell({ is: 'reached', latencies: this.#latencies ?? [] });
    this.#latencies = undefined;
  }

  #obey(order: Order): void {
    switch (order.do) {
      case 'expect':
        this.#expected = order.total;
        this.#latencies = order.timed ? [] : undefined;
        if (this.#delivered >= order.total) this.#tellReached();
        return;
      case 'receive':
        this.#receive(order.messages, order.atOnce).then(
          () => this.#tell({ is: 'received' }),
          (error: unknown) => this.#context.log.error({ error: String(error) }, 'not received'),
        );
        return;
      case 'release':
        this.#held = false;
    }
  }

  async #receive(messages: number, atOnce: number): Promise<void> {
    const end = this.#received + messages;
    const one = async () => {
      while (this.#received < end) await this.#receiveOne(this.#received++);
    };
    await Promise.all(Array.from({ length: atOnce }, one));
  }

  async #receiveOne(number: number): Promise<void> {
    const { conversations, textLength } = this.#context.config;
    const conversation = number % conversations;
    const text = stamp(sharedMicros(), Math.floor(number / conversations));
    await this.#context.receive({
      kind: 'message',
      eventId: `e${number}` as EventId,
      to: addressOf(conversation) as OwnAddress,
      from: `p${conversation}` as PeerId,
      text: text.padEnd(textLength, 'x'),
    });
  }

  #tell(news: News): void {
    this.#socket.write(`${JSON.stringify(news)}\n`);
  }
}

function addressOf(conversation: number): string {
  return `a${conversation % 50}`;
}
