import type { Asker, Desk } from '../../src/commands/desk.ts';
import { Listings } from '../../src/commands/listings.ts';
import type { Channel } from '../../src/lanes/lane.ts';
import type { LaneStore } from '../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../src/lanes/memory/memory-lane-store.ts';
import { reportsOf } from '../../src/outbound/reports.ts';
import { ADDRESSING, CAPABILITIES, JULIET, PAPER, RecordedHistory } from './paper.ts';

/** The desk of a gateway whose one network is on paper. */
export function deskOn({
  lanes = memoryLaneStore(),
  history = new RecordedHistory(),
  now = Date.now,
}: {
  readonly lanes?: LaneStore;
  readonly history?: RecordedHistory;
  readonly now?: () => number;
} = {}): Desk & { readonly woken: [Channel, number][]; served: boolean } {
  const woken: [Channel, number][] = [];
  const desk = {
    transports: [
      {
        id: PAPER,
        domain: 'paper.example.org',
        addressing: ADDRESSING,
        reports: reportsOf(PAPER, now),
        deadlineMs: CAPABILITIES.deadlineMs,
      },
    ],
    stories: history,
    lanes,
    note: history.note.bind(history),
    woken,
    wake: (channel: Channel, partition: number) => void woken.push([channel, partition]),
    served: true,
    isServed: async () => desk.served,
    listings: new Listings(),
    now,
  };
  return desk;
}

export const OPERATOR: Asker = { is: 'operator', name: 'the command line', inChat: false };
export const ADMIN: Asker = { is: 'operator', name: 'ops@example.org', inChat: true };

/** A user in a chat. */
export function user(jid = JULIET): Asker {
  return { is: 'user', jid, transport: PAPER, settings: undefined };
}
