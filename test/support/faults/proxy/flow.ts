/** What happens to bytes on their way through a proxy. */
export type Flow =
  | { readonly is: 'pass' }
  /**
   * They are read and thrown away, and no end of a connection gets through: the other side is gone, and
   * nobody says so. A connection that has lost something is reset when this is over.
   */
  | { readonly is: 'black-hole' }
  /** Nothing moves, and nothing is lost. */
  | { readonly is: 'stall' }
  /** So many bytes a write, each with a turn of the loop to be read in. */
  | { readonly is: 'slice'; readonly bytes: number }
  /** Each byte arrives so many milliseconds after it came. */
  | { readonly is: 'delay'; readonly ms: number }
  | { readonly is: 'rate'; readonly bytesPerSecond: number }
  /**
   * Where these bytes pass, the connection is reset, `after` or `before` the other side gets them. It
   * happens once; then all passes.
   */
  | { readonly is: 'cut'; readonly on: string | Buffer; readonly when: 'before' | 'after' };

/** `there`: from who connected to the target. */
export type Way = 'there' | 'back';

export const PASS: Flow = { is: 'pass' };

/** What may leave now of what has come, and what to do then. */
export interface Step {
  readonly send: number;
  /** Milliseconds until the next step; undefined: as soon as it is written. */
  readonly waitMs?: number;
  /** Thrown away, in place of being sent. */
  readonly swallow?: true;
  /** The connection ends with it. */
  readonly cut?: true;
}

const RATE_STEP_MS = 50;
const NOTHING: Step = { send: 0, waitMs: Number.POSITIVE_INFINITY };

/** @param waiting what has come and has not left, oldest first, and how long ago that came */
export function nextStep(flow: Flow, waiting: Buffer, agoMs: number): Step {
  switch (flow.is) {
    case 'pass':
      return { send: waiting.length };
    case 'black-hole':
      return { send: waiting.length, swallow: true };
    case 'stall':
      return NOTHING;
    case 'slice':
      return { send: Math.min(flow.bytes, waiting.length) };
    case 'delay':
      return agoMs >= flow.ms
        ? { send: waiting.length }
        : { send: 0, waitMs: Math.ceil(flow.ms - agoMs) };
    case 'rate': {
      const waitMs = Math.max(RATE_STEP_MS, 1_000 / flow.bytesPerSecond);
      const share = Math.max(1, Math.floor((flow.bytesPerSecond * waitMs) / 1_000));
      return { send: Math.min(share, waiting.length), waitMs };
    }
    case 'cut':
      return cutStep(Buffer.from(flow.on), flow.when, waiting);
  }
}

function cutStep(pattern: Buffer, when: 'before' | 'after', waiting: Buffer): Step {
  const at = waiting.indexOf(pattern);
  if (at >= 0) return { send: when === 'before' ? at : at + pattern.length, cut: true };
  // What may be its beginning waits for the rest.
  const send = waiting.length - beginningAtEnd(pattern, waiting);
  return send > 0 ? { send } : NOTHING;
}

/** How many bytes at the end of these are the beginning of the pattern. */
function beginningAtEnd(pattern: Buffer, bytes: Buffer): number {
  for (let length = Math.min(pattern.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(pattern.subarray(0, length))) return length;
  }
  return 0;
}
