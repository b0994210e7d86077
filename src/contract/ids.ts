/**
 * Identifiers that cross the contract. They are opaque: whoever made one may look inside, everyone
 * else compares and stores it. A `PeerId` is made and read by its adapter only, so that nothing in
 * the core ever learns what a phone number or a nick looks like.
 */

declare const brand: unique symbol;

/** A string (or number) that only one place may make; a plain string is not assignable to it. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The `id` of one entry under `transports:`. `[a-z][a-z0-9-]{0,31}`, unique in a configuration. */
export type TransportId = Brand<string, 'TransportId'>;

/** One bare JID's link to one transport. */
export type AccountId = Brand<string, 'AccountId'>;

/**
 * Who or what is on the other side, in the adapter's canonical form: equal peers have equal ids.
 * At most 1,023 bytes of UTF-8, not empty.
 */
export type PeerId = Brand<string, 'PeerId'>;

/** The network's own identity of an inbound event: the same event delivered twice has the same id. */
export type EventId = Brand<string, 'EventId'>;

/** The id that the network gave to something that we handed over (a SID, a Message-ID, a msgid). */
export type NetworkMessageId = Brand<string, 'NetworkMessageId'>;

/**
 * Our id of one message: a ULID of 26 characters. It is the stanza id that we send, the local part
 * of a Message-ID, and what `postern why` takes. Its last six bits name the partition it lives in.
 */
export type MessageId = Brand<string, 'MessageId'>;

/**
 * An address that belongs to one account alone, in the adapter's canonical form: what the network
 * writes to when it means this account.
 */
export type OwnAddress = Brand<string, 'OwnAddress'>;
