import {
  type Attempt,
  DeliveryError,
  type MessageId,
  type NetworkMessageId,
} from '../contract/index.ts';
import { crashPointSoon } from '../crash-point.ts';
import type { Turn } from '../lanes/serving.ts';

/** The attempt that an adapter sees of a turn, and whether it has let anything leave. */
export function attemptOf(
  number: number,
  id: MessageId,
  sentParts: ReadonlyMap<number, NetworkMessageId>,
  turn: Turn,
  deadlineAt: number,
): { readonly attempt: Attempt; readonly left: () => boolean } {
  let left = false;
  const attempt: Attempt = {
    number,
    signal: turn.signal,
    deadlineAt,
    sentParts,
    leave() {
      // The store fences a late holder, the outside world can not.
      if (!turn.live()) throw new DeliveryError({ kind: 'later', afterMs: 1 }, OVER);
      left = true;
      crashPointSoon('send.left', '');
    },
    async partSent(part, networkId) {
      if (!(await turn.partSent(id, part, networkId))) {
        throw new DeliveryError({ kind: 'unknown-outcome' }, OVER);
      }
    },
  };
  return { attempt, left: () => left };
}

const OVER = 'the time of this attempt was over';
