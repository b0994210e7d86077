/**
 * What lanes are, without any care for crashes, speed or disks: plain arrays. Time is either over
 * or far away.
 */

import type { MessageId } from '../../../src/contract/index.ts';

export type Fate = 'sent' | 'parked' | 'kept' | 'later' | 'wait' | 'unknown' | 'untouched';

export interface ModelMessage {
  readonly id: MessageId;
  readonly lane: number;
  /** Its place in the order of all that was stored. */
  readonly sequence: number;
  state: 'waiting' | 'sending' | 'unknown' | 'handed' | 'dead' | 'gone';
  attempts: number;
  crashes: number;
}

export interface ModelClaim {
  readonly lane: number;
  readonly holder: string;
  readonly messages: readonly ModelMessage[];
}

interface ModelLane {
  queue: ModelMessage[];
  due: boolean;
  held: ModelClaim | undefined;
}

export class Model {
  readonly messages: ModelMessage[] = [];
  readonly lanes: readonly ModelLane[];

  constructor(lanes: number) {
    this.lanes = Array.from({ length: lanes }, () => ({ queue: [], due: false, held: undefined }));
  }

  push(lane: number, id: MessageId): void {
    const sequence = this.messages.length;
    const message: ModelMessage = {
      ...{ id, lane, sequence, attempts: 0, crashes: 0 },
      state: 'waiting',
    };
    this.messages.push(message);
    const { queue } = this.#lane(lane);
    queue.push(message);
    if (queue.length === 1) this.#lane(lane).due = true;
  }

  claim(holder: string, perLane: number, leaseIsOver: boolean): ModelClaim[] {
    const due = this.lanes.flatMap(({ due }, index) => (due ? [index] : []));
    return due.map((lane) => this.#take(lane, holder, perLane, leaseIsOver));
  }

  /** @returns the next claim where one was asked for and possible, or fenced */
  settle(
    claim: ModelClaim,
    fates: readonly Fate[],
    next: number,
  ): ModelClaim | 'fenced' | undefined {
    const lane = this.#lane(claim.lane);
    if (lane.held !== claim) return 'fenced';
    let wait: Fate | undefined;
    for (const [index, message] of claim.messages.entries()) {
      const fate = fates[index] ?? 'untouched';
      if (fate === 'later' || fate === 'wait' || fate === 'unknown') wait = fate;
      this.#end(message, fate);
    }
    lane.queue = lane.queue.filter(({ state }) => !['gone', 'handed', 'dead'].includes(state));
    lane.held = undefined;
    lane.due = lane.queue.length > 0 && wait !== 'wait';
    if (!lane.due || wait !== undefined || next === 0) return undefined;
    return this.#take(claim.lane, claim.holder, next, false);
  }

  rewind(): number {
    const handed = this.messages.filter(({ state }) => state === 'handed');
    for (const message of handed) this.back(message);
    return handed.length;
  }

  back(message: ModelMessage): void {
    const lane = this.#lane(message.lane);
    message.state = 'waiting';
    lane.queue.push(message);
    lane.queue.sort((a, b) => a.sequence - b.sequence);
    if (lane.held === undefined) lane.due = true;
  }

  release(holder: string): number {
    const held = this.lanes.filter((lane) => lane.held?.holder === holder);
    for (const lane of held) Object.assign(lane, { held: undefined, due: true });
    return held.length;
  }

  #take(index: number, holder: string, perLane: number, leaseIsOver: boolean): ModelClaim {
    const lane = this.#lane(index);
    // Whoever still holds a lane that is due has let his lease run out.
    const leftOpen = lane.held?.messages ?? [];
    const messages: ModelMessage[] = [];
    for (const message of lane.queue.slice(0, perLane)) {
      const open = message.state !== 'waiting';
      const alone = open || message.crashes > 0;
      if (alone && messages.length > 0) break;
      const left = message.state === 'unknown' && leftOpen.includes(message);
      if (message.state === 'sending' || left) message.crashes += 1;
      if (!open) message.attempts += 1;
      message.state = open ? 'unknown' : 'sending';
      messages.push(message);
      if (alone) break;
    }
    const claim = { lane: index, holder, messages };
    Object.assign(lane, { held: claim, due: leaseIsOver });
    return claim;
  }

  #end(message: ModelMessage, fate: Fate): void {
    switch (fate) {
      case 'sent':
        message.state = 'gone';
        return;
      case 'parked':
        message.state = 'dead';
        return;
      case 'kept':
        message.state = 'handed';
        return;
      case 'later':
      case 'wait':
        message.state = 'waiting';
        return;
      case 'unknown':
        message.state = 'unknown';
        return;
      case 'untouched':
        if (message.state !== 'sending') return;
        message.state = 'waiting';
        message.attempts -= 1;
    }
  }

  #lane(index: number): ModelLane {
    const lane = this.lanes[index];
    if (lane === undefined) throw new RangeError(`no lane ${index}`);
    return lane;
  }
}
