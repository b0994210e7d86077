import type { MessageId } from '../../contract/index.ts';
import type { Channel, Lane } from '../lane.ts';
import type {
  Claim,
  ClaimedEntry,
  NewEntry,
  Pushed,
  Settled,
  Settlement,
  SettleRequest,
} from '../lane-store.ts';
import { Expiring } from './expiring.ts';
import { change, entryOf, type Message, newMessage, partAccepted, verdictOf } from './message.ts';

/** The messages of a lane that wait or are being sent, in order. */
interface Queue {
  readonly lane: Lane;
  readonly ids: MessageId[];
  dueAt: number;
  held: { readonly token: number; readonly holder: string } | undefined;
}

/** For so long a message is recognised when it is pushed again, whatever became of it. */
const REPEAT_WINDOW_MS = 120_000;

/** What is in the lanes, and the moves that several calls share. */
export class Custody {
  readonly messages = new Map<MessageId, Message>();
  readonly handed = new Set<Message>();
  /** What is on hold, by channel or conversation, each with its note. */
  readonly holds = new Map<string, string>();
  /** The time of the step that is being taken. */
  now = 0;
  readonly #queues = new Map<string, Queue>();
  readonly #duplicates = new Expiring<MessageId>(() => this.now);
  #counter = 0;

  push(entry: NewEntry): Pushed {
    const { id, lane, duplicateKeys } = entry;
    const keys = duplicateKeys.map(({ key, windowMs }) => ({
      key: `${lane.partition} ${key}`,
      windowMs,
    }));
    for (const { key } of keys) {
      const of = this.#duplicates.get(key);
      if (of !== undefined && of !== id) return { result: 'duplicate', of };
    }
    if (this.messages.has(id) || this.#duplicates.get(id) !== undefined)
      return { result: 'stored' };
    this.#duplicates.set(id, id, REPEAT_WINDOW_MS);
    for (const { key, windowMs } of keys) this.#duplicates.set(key, id, windowMs);
    this.messages.set(id, newMessage(entry, this.#count()));
    this.#queueOf(lane).ids.push(id);
    return { result: 'stored' };
  }

  queuesOf(channel: Channel): Queue[] {
    return [...this.#queues.values()].filter(({ lane }) => lane.channel === channel);
  }

  queueIn(lane: Lane): Queue | undefined {
    return this.#queues.get(keyOf(lane));
  }

  isOnHold({ channel, name }: Lane): boolean {
    return this.holds.has(channel) || this.holds.has(name.split('.', 1)[0] ?? '');
  }

  /** Takes a message that waits out of its lane, and forgets it. */
  withdraw(message: Message): void {
    this.messages.delete(message.id);
    const queue = this.queueIn(message.lane);
    if (queue === undefined) return;
    const wasHead = queue.ids[0] === message.id;
    leave(queue, message.id);
    if (queue.ids.length === 0) this.#queues.delete(keyOf(queue.lane));
    else if (wasHead && queue.held === undefined) queue.dueAt = this.now;
  }

  /** The lane of a claim, while it is held by it. */
  heldBy(claim: Claim): Queue | undefined {
    const queue = this.#queues.get(keyOf(claim.lane));
    return queue?.held?.token === claim.token ? queue : undefined;
  }

  /** @param after of an earlier holder: his lease is over, or he has just settled */
  take(
    queue: Queue,
    holder: string,
    leaseMs: number,
    most: number,
    after: 'lease' | 'settlement',
  ): Claim {
    const lapsed = after === 'lease' ? queue.held?.token : undefined;
    const token = this.#count();
    queue.held = { token, holder };
    queue.dueAt = this.now + leaseMs;
    const entries: ClaimedEntry[] = [];
    for (const id of queue.ids.slice(0, most)) {
      const message = this.messages.get(id);
      if (message === undefined) continue;
      const alone = message.crashes > 0 || isOpen(message);
      if (alone && entries.length > 0) break;
      entries.push(this.#intent(message, token, lapsed));
      if (alone) break;
    }
    return { lane: queue.lane, token, entries };
  }

  settle({ claim, settlements, reports, next, leaseMs }: SettleRequest): Settled {
    const queue = this.heldBy(claim);
    if (queue?.held === undefined) return { result: 'fenced' };
    const { holder } = queue.held;
    const confirmed: MessageId[] = [];
    let wait: number | undefined;
    for (const [index, { id }] of claim.entries.entries()) {
      const message = this.messages.get(id);
      if (message === undefined) continue;
      const settlement = settlements[index] ?? { kind: 'untouched' };
      wait = this.#settleOne(queue, message, settlement) ?? wait;
      if (message.state === 'handed' && verdictOf(message.parts) !== undefined) confirmed.push(id);
    }
    for (const report of reports) this.push(report);
    const more = queue.ids.length > 0 && wait === undefined && !this.isOnHold(queue.lane);
    if (more && next > 0) {
      const taken = this.take(queue, holder, leaseMs, next, 'settlement');
      return { result: 'settled', next: taken, more: false, confirmed };
    }
    queue.held = undefined;
    queue.dueAt = this.now + (wait ?? 0);
    if (queue.ids.length === 0) this.#queues.delete(keyOf(queue.lane));
    return { result: 'settled', next: undefined, more, confirmed };
  }

  end(message: Message, keep: boolean): void {
    this.handed.delete(message);
    if (keep) change(message, { state: 'dead', since: this.now });
    else this.messages.delete(message.id);
  }

  /** To its old place before what was stored after it: mostly the head. */
  back(message: Message, afterMs: number): void {
    this.handed.delete(message);
    change(message, { state: 'waiting', since: this.now });
    const queue = this.#queueOf(message.lane);
    const isLater = (id: MessageId) => (this.messages.get(id)?.sequence ?? 0) > message.sequence;
    const at = queue.ids.findIndex(isLater);
    queue.ids.splice(at < 0 ? queue.ids.length : at, 0, message.id);
    if (queue.held === undefined) queue.dueAt = this.now + afterMs;
  }

  /** A dead letter begins anew, at the end of its lane. */
  revive({ id, lane, acceptedAt }: Message, deadlineAt: number, event: string): void {
    const entry: NewEntry = { id, lane, event, acceptedAt, deadlineAt, duplicateKeys: [] };
    this.messages.set(id, { ...newMessage(entry, this.#count()), since: this.now });
    this.#queueOf(lane).ids.push(id);
  }

  #count(): number {
    this.#counter += 1;
    return this.#counter;
  }

  #queueOf(lane: Lane): Queue {
    let queue = this.#queues.get(keyOf(lane));
    if (queue === undefined) {
      queue = { lane, ids: [], dueAt: this.now, held: undefined };
      this.#queues.set(keyOf(lane), queue);
    }
    return queue;
  }

  #intent(message: Message, token: number, lapsed: number | undefined): ClaimedEntry {
    const interrupted = isOpen(message);
    // Whoever let his lease run out left in a crash what he had open, be it only to look into it.
    const left = message.state === 'unknown' && lapsed !== undefined && message.token === lapsed;
    if (message.state === 'sending' || left) message.crashes += 1;
    message.token = token;
    if (interrupted) message.state = 'unknown';
    else this.open(message);
    return { ...entryOf(message), interrupted };
  }

  open(message: Message): void {
    const attempts = message.attempts + 1;
    change(message, { state: 'sending', attempts, since: this.now });
  }

  /** @returns for how long the lane has to wait, where it has to */
  #settleOne(queue: Queue, message: Message, settlement: Settlement): number | undefined {
    const { now } = this;
    switch (settlement.kind) {
      case 'handed': {
        leave(queue, message.id);
        const { parts, keepMs } = settlement;
        if (keepMs === 0) {
          this.end(message, false);
          return undefined;
        }
        for (const { part, networkId } of parts) partAccepted(message, part, networkId);
        change(message, { state: 'handed', since: now, keptUntil: now + keepMs });
        this.handed.add(message);
        return undefined;
      }
      case 'terminal':
        leave(queue, message.id);
        this.end(message, settlement.keep);
        return undefined;
      case 'later':
        change(message, { state: 'waiting', since: now });
        return settlement.afterMs;
      case 'unknown':
        message.state = 'unknown';
        return settlement.afterMs;
      case 'untouched':
        // An intent that was found open stays open.
        if (message.state === 'sending') {
          const attempts = message.attempts - 1;
          change(message, { state: 'waiting', attempts, since: now });
        }
        return undefined;
    }
  }
}

function isOpen({ state }: Message): boolean {
  return state === 'sending' || state === 'unknown';
}

function keyOf({ partition, name }: Lane): string {
  return `${partition} ${name}`;
}

function leave(queue: Queue, id: MessageId): void {
  const at = queue.ids.indexOf(id);
  if (at >= 0) queue.ids.splice(at, 1);
}
