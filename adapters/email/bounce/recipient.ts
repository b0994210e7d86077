/** What a report says of one recipient (RFC 3464 §2.3.3; "expanded" is `relayed` to us). */
export type Outcome = 'failed' | 'delayed' | 'delivered' | 'relayed';

/** How a mail ended for one recipient, as far as a report tells. */
export interface BouncedRecipient {
  /** As the report writes it. Left out when it names nobody. */
  readonly address?: string;
  readonly outcome: Outcome;
  /**
   * RFC 3463: "5.1.1". Of a failure, 4.x.x says that the mail was given up after temporary faults.
   * Where the report has only words, it is what they mean.
   */
  readonly status?: string;
  /** RFC 5321 §4.2: 400 to 599. */
  readonly reply?: number;
  /** The words of the server that refused, on one line, at most 200 characters. */
  readonly diagnosis?: string;
}

/** An address as it stands in running text. Lengths: RFC 5321 §4.5.3.1. */
export const ADDRESS = `[^\\s<>()"',;:\\[\\]@]{1,64}@[^\\s<>()"',;:\\[\\]@/=?]{1,254}`;

const ADDRESSES = new RegExp(ADDRESS, 'g');

/** All the addresses of a text, in order, each without a full stop that ends a sentence. */
export function addressesIn(text: string): string[] {
  return Array.from(text.matchAll(ADDRESSES), ([address]) => address.replace(/\.+$/, ''));
}
