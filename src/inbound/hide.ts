/** Less of a message is shown than there is: once all of it is kept, and not before. */

import type { InboundMessage } from '../contract/index.ts';
import type { Original, Originals } from '../history/originals.ts';
import type { ConversationKey } from '../lanes/lane.ts';
import { bounded, HINT } from './full.ts';
import { readable } from './readable.ts';

/** A message for one user. */
export interface Copy {
  readonly event: InboundMessage;
  /** The user and the peer. */
  readonly conversation: ConversationKey;
  /** The local part under which the peer speaks; undefined: the domain speaks of him. */
  readonly local: string | undefined;
  /** What stands before the text. */
  readonly prefix: string;
  /** By which a repeat of the same event is recognised. */
  readonly key: string;
}

export interface HideOptions {
  readonly originals: Pick<Originals, 'keep'>;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps what is to be hidden. Where that can not be done nothing is hidden. It always takes its turn,
 * so that no message overtakes another whose original waits for the disk.
 * @returns what the user is shown of each
 */
export async function hide(
  { originals, onError }: HideOptions,
  copies: readonly Copy[],
): Promise<(copy: Copy) => string> {
  const hidden = new Map<Copy, Original>();
  for (const copy of copies) {
    const original = originalOf(copy);
    if (original !== undefined) hidden.set(copy, original);
  }
  try {
    await originals.keep([...hidden.values()]);
  } catch (error) {
    onError(error);
    hidden.clear();
  }
  return (copy) => {
    const { event, prefix } = copy;
    if (hidden.has(copy)) return `${prefix}${readable(event.text)}\n${HINT}`;
    return prefix + readable(event.full ?? event.text);
  };
}

/** Undefined where all is shown, or where there is no contact to whom the user could send the word. */
function originalOf({ event, conversation, local, key }: Copy): Original | undefined {
  const { full, text } = event;
  if (local === undefined || full === undefined || full === text) return undefined;
  return { conversation, event: key, text: bounded(readable(full)) };
}
