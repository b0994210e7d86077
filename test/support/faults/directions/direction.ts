import { GRACE_MS } from '../../../../src/inbound/present.ts';
import type { Promised } from '../checker.ts';
import type { DirectionName, FaultKind, Ledger } from '../ledger.ts';
import type { Pulse } from '../pulse.ts';
import type { Resident } from '../resident.ts';

/** What all directions of a house have in common. */
export interface Scene {
  readonly ledger: Ledger;
  readonly pulse: Pulse;
  /** Juliet. */
  readonly resident: Resident;
  /** Changes when what was written into the gateway's streams may not have been read. */
  readonly breaks: () => number;
}

/** Traffic one way: a source that does not give up, and a sink, both of which write into the ledger. */
export interface Direction {
  readonly name: DirectionName;
  readonly promised: Promised;
  /** How many conversations there are. */
  readonly lanes: number;
  /**
   * Its source offers so many further messages, in one conversation or dealt out over all in turn, and again whatever is
   * refused or may not have been heard: as its kind does in real life. Returns at once.
   * @param bytes of each, at least, where its network has such messages
   */
  send(count: number, lane?: number, bytes?: number): void;
  /** Resolves when its source knows of every message that the gateway has it, or what became of it. */
  taken(): Promise<void>;
  /** Notes what the sink has and has not told. Called when nothing is under way in the gateway. */
  collect(): Promise<void>;
  /** For people, while `taken` has not resolved. */
  readonly waitsFor: string;
}

/** So many bytes that nobody reads, in lines. */
export function filler(bytes: number): string {
  return `\n${'x'.repeat(63)}`.repeat(Math.ceil(bytes / 64));
}

/** What may break a stream with what is under way in it: XEP-0114 has at most 128 stanzas unproved. */
const BREAKS_STREAM: readonly FaultKind[] = [
  ...(['gateway', 'redis', 'server', 'link-xmpp', 'link-redis'] as const),
];
const WINDOW = 128;

/** A server that is killed is given again what it may not have written down: so long, and on its way. */
const FORGOTTEN_MS = GRACE_MS + 10_000;

/** Of what comes to XMPP: design, "Invariants". */
export const TO_XMPP: Pick<Promised, 'duplicates' | 'again' | 'sameId'> = {
  again: { of: 'server', ms: FORGOTTEN_MS },
  duplicates: Object.fromEntries(BREAKS_STREAM.map((what) => [what, WINDOW])),
  sameId: true,
};
