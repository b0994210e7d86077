/**
 * Custody in two stages, for a network whose messages are costly or dangerous to understand: the raw
 * bytes are stored and acknowledged, and understood later, apart from everything else.
 *
 * 1. `context.keep(…)` resolves when the bytes are durable. Now the network is told that we have them.
 * 2. The core gives them to the adapter's `Opener`, in a worker thread with limits of time and memory.
 * 3. `Adapter.opened` makes events of what the opener found; they are stored together, and the bytes
 *    are let go in the end.
 *
 * A crash at any point begins again at 2. What kills its worker, and does so alone, is put aside for
 * the operator.
 */

import type { EventId, MessageId } from './ids.ts';

/** What is to be kept. */
export interface ToKeep {
  readonly raw: Uint8Array;
  /** Whatever is known of it beside its bytes, in a form of the adapter's own. At most 64 KiB. */
  readonly envelope: string;
  /** Repeats are recognised by this within the declared window, where the network can repeat it. */
  readonly eventId?: EventId;
}

/** What was kept, on its way to be understood. */
export interface Kept {
  /** Stable over every try. */
  readonly id: MessageId;
  readonly raw: Uint8Array;
  readonly envelope: string;
  /** Milliseconds since the epoch. */
  readonly keptAt: number;
}

/**
 * The default export of the module that `AdapterDefinition.opener` names. It runs in a worker thread,
 * several at a time, and sees nothing of the adapter: `config` is a structured clone of it, and what it
 * gives is cloned, too.
 *
 * @throws DeliveryError with the verdict `later` while something that it needs does not answer.
 *   Anything else counts as a fault: after three the bytes are put aside for the operator. So what
 *   the bytes say, however wrong, is a result and no error.
 */
export type Opener<Config = unknown, Opened = unknown> = (
  kept: Kept,
  config: Config,
) => Promise<Opened>;

/** Identity function that infers the type parameters. */
export function defineOpener<Config, Opened>(
  opener: Opener<Config, Opened>,
): Opener<Config, Opened> {
  return opener;
}

/**
 * Whether something new can be stored now.
 *
 * - `full`: the store has room for what is under way only.
 * - `down`: it does not answer.
 * - `stopping`: this process is about to end.
 */
export type Intake = 'open' | 'full' | 'down' | 'stopping';

/** It was not kept, or nobody can tell in time: the network has to come again. */
export class NotKeptError extends Error {
  override readonly name = 'NotKeptError';
  readonly intake: Exclude<Intake, 'open'>;

  constructor(intake: Exclude<Intake, 'open'>, options?: ErrorOptions) {
    super(`nothing new is kept: ${intake}`, options);
    this.intake = intake;
  }
}
