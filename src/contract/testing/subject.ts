import type { AdapterDefinition, WebhookResponse } from '../index.ts';

/** What an adapter brings to be checked: itself, examples of its addresses, and its network. */
export interface AdapterUnderTest {
  readonly definition: AdapterDefinition;
  readonly addresses: {
    /** Each group names one peer in several ways; the first of it is the canonical text. */
    readonly same: readonly (readonly [string, ...string[]])[];
    /** None of these may become a peer. */
    readonly malformed: readonly string[];
  };
  /** A fresh stand-in of the network on loopback. It accepts what it is given, and is closed after use. */
  network(): Promise<NetworkUnderTest>;
}

/**
 * How the network treats a message that is handed to it.
 *
 * - `accepts`, `refuses` (for good), `throttles`: it answers.
 * - `unreachable`: no connection can be made.
 * - `drops-untaken`, `drops-taken`: the connection ends before an answer; the message was taken or not.
 * - `hangs`: it reads and never answers.
 */
export type NetworkBehaviour =
  | 'accepts'
  | 'refuses'
  | 'throttles'
  | 'unreachable'
  | 'drops-untaken'
  | 'drops-taken'
  | 'hangs';

export interface NetworkUnderTest {
  /** As an operator would write it; checked by the adapter's own schema. */
  readonly config: unknown;
  readonly account: unknown;
  /** Every form in which a secret of `config` could be shown: as it is, encoded, … */
  readonly secrets: readonly string[];
  /** A peer that can be written to, as a user writes it, and a text that fits into one part. */
  readonly peer: string;
  readonly text: string;
  /** A room that the account may join. Left out where there are none. */
  readonly room?: string;
  /** A text that `assess` accepts, or would, and that needs several parts. Left out where none does. */
  readonly longText?: string;
  /** Left out: it does. False where a network never learns what became of what it brought. */
  readonly acknowledges?: false;
  behave(how: NetworkBehaviour): Promise<void>;
  /** The texts of the messages (or parts) that the network took, in the order of their arrival. */
  readonly taken: readonly string[];
  /** How many connections were made to it. */
  readonly connections: number;
  /** Whether the adapter can be reached: for one that listens itself. */
  listening?(): Promise<boolean>;
  /** Calls back each time that the first bytes of a message arrive. */
  onFirstBytes(listener: () => void): void;
  /** Somebody says all of these in the room, at once. Left out where the network can not be made to wait. */
  talk?(texts: readonly string[]): void;
  /** Somebody writes to the account. The same `id` twice is the same message again. */
  inbound(message: InboundSample, doors: Doors): Promise<Acknowledgement>;
  /** Tries to pass as the network in every way that it should not, each with its name. */
  forge(
    doors: Doors,
  ): Promise<readonly { readonly how: string; readonly answer: Acknowledgement }[]>;
  close(): Promise<void>;
}

export interface InboundSample {
  /** A number from 1 to 999. */
  readonly id: number;
  readonly text: string;
}

/** What the network learns of its message: we have it, not now, no. */
export type Acknowledgement = 'acknowledged' | 'try-again' | 'refused';

/** The webhooks that the adapter mounted, for a network that posts. */
export interface Doors {
  url(name: string): URL;
  /** @param url one of the addresses above, with a query of its own */
  post(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<WebhookResponse>;
}
