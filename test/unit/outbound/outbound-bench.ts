import type {
  Adapter,
  Attempt,
  Handed,
  MessageId,
  NetworkMessageId,
  OutboundEvent,
  PastAttempt,
  Reconciled,
  Refusal,
} from '../../../src/contract/index.ts';
import type { StepKind } from '../../../src/history/history.ts';
import { memoryLaneStore } from '../../../src/lanes/memory/memory-lane-store.ts';
import type { StoredInbound } from '../../../src/lanes/stored.ts';
import { readInbound } from '../../../src/lanes/stored.ts';
import { type AcceptOptions, type Acceptor, acceptor } from '../../../src/outbound/accept.ts';
import { deliverer } from '../../../src/outbound/deliver.ts';
import { reportsOf } from '../../../src/outbound/reports.ts';
import { statusDesk } from '../../../src/outbound/status.ts';
import { parseJid } from '../../../src/xmpp/jid.ts';
import type { IncomingText } from '../../../src/xmpp/port.ts';
import {
  ADDRESSING,
  accountsOf,
  CAPABILITIES,
  Clock,
  claimAll,
  JULIET,
  PAPER,
  RecordedHistory,
  serveOnce,
} from '../../support/paper.ts';

type Deliver = (message: OutboundEvent, attempt: Attempt) => Promise<Handed>;
type Reconcile = (message: OutboundEvent, past: PastAttempt) => Promise<Reconciled>;

/** The way out of one transport, over a store in memory and a network that the test plays. */
export class OutboundBench {
  readonly clock = new Clock();
  readonly lanes = memoryLaneStore({ now: this.clock.read });
  readonly history = new RecordedHistory();
  readonly accounts = accountsOf({ [JULIET]: 'one' });
  readonly refusals: Refusal[] = [];
  readonly parked: string[] = [];
  readonly errors: unknown[] = [];
  capabilities = CAPABILITIES;
  unknownOutcome: 'fail' | 'resend' = 'fail';
  admits = true;
  prepare: NonNullable<Adapter['prepare']> | undefined;
  readonly givenBack: number[] = [];
  /** What was said in rooms: archived there, and seen by who said it. */
  readonly saidInRooms = new Set<MessageId>();
  readonly seenInRooms: MessageId[] = [];
  /** What the network does with the next message. */
  deliver: Deliver = async () => ({ networkIds: [] });
  reconcile: Reconcile | undefined;
  /** The first bytes left, by this network's account. */
  readonly sent: OutboundEvent[] = [];
  readonly #running: Promise<unknown>[] = [];

  readonly reports = reportsOf(PAPER, this.clock.read);
  readonly desk = statusDesk({
    transport: PAPER,
    lanes: this.lanes,
    reports: this.reports,
    note: (...step) => this.#note(...step),
    nudgeInbound: () => undefined,
  });

  #note(message: MessageId, what: StepKind, detail?: string, names?: readonly string[]) {
    const step = { message, transport: PAPER, at: this.clock.now, what };
    this.history.note({
      ...step,
      ...(detail === undefined ? {} : { detail }),
      ...(names === undefined ? {} : { names }),
    });
  }

  accept(message: IncomingText, spend: (units: number) => Refusal | undefined = () => undefined) {
    this.openDoor({}, spend).accept(message);
  }

  openDoor(
    options: Partial<AcceptOptions> = {},
    spend: (units: number) => Refusal | undefined = () => undefined,
  ): Acceptor {
    const { prepare } = this;
    return acceptor({
      transport: PAPER,
      domain: 'paper.example.org',
      capabilities: this.capabilities,
      deadlineMs: this.capabilities.deadlineMs,
      addressing: ADDRESSING,
      adapter: {
        assess: ({ text }) => ({ units: text.length }),
        ...(prepare === undefined ? {} : { prepare }),
      },
      accounts: this.accounts,
      policy: {
        refuses: () => undefined,
        isAdmin: () => false,
        spend: (_jid, units) => spend(units),
        giveBack: (_jid, units) => void this.givenBack.push(units),
      },
      admits: () => this.admits,
      lanes: { push: (entries, sent) => this.#track(this.lanes.push(entries, sent)) },
      history: this.history,
      port: { refuse: (_message, refusal) => void this.refusals.push(refusal) },
      nudge: () => undefined,
      onError: (error) => this.errors.push(error),
      now: this.clock.read,
      ...options,
    });
  }

  /** Until everything that was accepted is stored. */
  async stored(): Promise<void> {
    await Promise.all(this.#running.splice(0));
  }

  /** One round over all lanes that are due. */
  async serve() {
    const served = await serveOnce(this.lanes, 'outbound', this.server());
    await this.stored();
    return served;
  }

  server() {
    return deliverer({
      transport: PAPER,
      capabilities: this.capabilities,
      deadlineMs: this.capabilities.deadlineMs,
      deadlineOf: ({ deadlineAt }) => deadlineAt,
      unknownOutcome: this.unknownOutcome,
      accounts: this.accounts,
      sessionOf: () => ({
        deliver: (message, attempt) => {
          this.sent.push(message);
          return this.deliver(message, attempt);
        },
        ...(this.reconcile === undefined ? {} : { reconcile: this.reconcile }),
        close: async () => undefined,
      }),
      lanes: this.lanes,
      reports: this.reports,
      note: (...step) => this.#note(...step),
      saidInRoom: async (message) => {
        this.saidInRooms.add(message);
        return () => void this.seenInRooms.push(message);
      },
      wasSaidInRoom: (message) => this.saidInRooms.has(message),
      parked: (_message, why) => void this.parked.push(why),
      newsOf: (message, news) => void this.#track(this.desk.apply(message, news)),
      confirmedEarly: (message) => void this.#track(this.desk.endConfirmed(message)),
      nudgeInbound: () => undefined,
      onError: (error) => this.errors.push(error),
      now: this.clock.read,
      chance: () => 0,
    });
  }

  /** What waits to be told to users, oldest first in each conversation. */
  async told(): Promise<StoredInbound[]> {
    const claims = await claimAll(this.lanes, 'inbound', { perLane: 100 });
    return claims.flatMap(({ entries }) => entries.map(({ event }) => readInbound(event)));
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.push(work);
    return work;
  }
}

let ids = 0;

export function text(body: string, overrides: Partial<IncomingText> = {}): IncomingText {
  return {
    content: 'text',
    from: parseJid(`${JULIET}/balcony`),
    to: parseJid('romeo@paper.example.org'),
    id: `stanza-${++ids}`,
    originId: undefined,
    text: body,
    thread: undefined,
    subject: undefined,
    wantsReceipt: true,
    ...overrides,
  };
}

export const id = (text: string): NetworkMessageId => text as NetworkMessageId;
