/** A mail as it came in, and what is found of its sender. */

export interface Received {
  readonly raw: Buffer;
  /** The single address of the single From field. Undefined if there is none such. */
  readonly from: string | undefined;
  /** Of the client that brought it; empty if that is no network address. */
  readonly remoteAddress: string;
  readonly helo: string;
  /** The envelope sender; empty for the null sender. */
  readonly mailFrom: string;
  /** Our own name. */
  readonly mta: string;
  /** When it came; now, if left out. Signatures are judged by it, however long DNS was away. */
  readonly receivedAt?: Date;
}

export type Authenticity =
  /** It is from that address. By `off` this is said of every mail with one sender. */
  | { readonly is: 'confirmed' }
  | {
      readonly is: 'unconfirmed';
      /** A few words for the reader, without a full stop. */
      readonly why: string;
      /** Its domain asks that such mail be rejected. */
      readonly rejectedByPolicy: boolean;
    }
  /** DNS did not answer: a later check may find more. */
  | { readonly is: 'unknown'; readonly why: string };

export function unconfirmed(
  why = 'there is no proof of its sender',
  rejectedByPolicy = false,
): Authenticity {
  return { is: 'unconfirmed', why, rejectedByPolicy };
}
