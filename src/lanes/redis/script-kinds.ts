import { PRELUDE } from './prelude.ts';

// The first line of a script tells the server (Redis 7, Valkey) what it may do, and lets it check in
// a cluster that no more than one slot is touched.

/** Brings something new in: refused while the server is full. */
export const STORES = `#!lua\n${PRELUDE}`;

/** Moves on what is stored already, in a full server too: it is the way out of being full. */
export const MOVES = `#!lua flags=allow-oom\n${PRELUDE}`;

export const READS = `#!lua flags=no-writes\n${PRELUDE}`;
