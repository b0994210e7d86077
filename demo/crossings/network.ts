import type { Child } from '../child.ts';
import type { XmppClient } from '../xmpp/client.ts';

/** What a stand-in must know. */
export interface Surroundings {
  /** Where it may keep files. */
  readonly dir: string;
  /** `http.publicUrl` of Postern. */
  readonly publicUrl: string;
  /** Fires when the demo will not come to its crossings. */
  readonly signal: AbortSignal;
  /** Called with each program as it is started: the demo ends it. */
  keep(child: Child): void;
}

/** One network of the demo. */
export interface Network {
  readonly name: string;
  /** For people: what stands in for it. */
  readonly title: string;
  /** What Postern serves it as. */
  readonly domain: string;
  /** Starts what stands in for the network. */
  start(surroundings: Surroundings): Promise<StandIn>;
}

export interface StandIn {
  /** Its entry under `transports:`. */
  readonly transport: string;
  /** The files below `secrets/` that the entry names. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly crossings: readonly Crossing[];
  /** What a person can do while the demo stays up, a line each. */
  readonly invitation: readonly string[];
  /** The contact that a typed line goes to. */
  readonly contact: string;
  /** Tells what arrives on the network's side. @throws when the signal fires */
  watch(tell: (line: string) => void, signal: AbortSignal): Promise<never>;
}

/** One real message from one side to the other. */
export interface Crossing {
  readonly direction: 'outbound' | 'inbound';
  /** For people: who writes what to whom. */
  readonly what: string;
  /**
   * Resolves when the message has arrived and all that belongs to it is proved.
   * @returns milliseconds from the writing to the arrival
   * @throws Error with what did not happen
   */
  run(juliet: XmppClient, signal: AbortSignal): Promise<number>;
}
