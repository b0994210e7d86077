/** What a room answers to a request. */

import type { IqAnswer } from '../iq.ts';
import type { Element } from '../xml/element.ts';

/** `before`: what leaves before the answer. */
export type RoomAnswer = IqAnswer & { readonly before?: readonly Element[] };

/** It is large, and made when its turn has come: see `LargeAnswers`. Until then nothing of the request is kept. */
export interface LaterAnswer {
  /** @throws Error as the archive does */
  readonly later: () => RoomAnswer;
}
