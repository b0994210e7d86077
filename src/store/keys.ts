/**
 * Every key that Postern writes. All of a partition's keys carry its tag in braces, so that they lie
 * in one slot of a cluster and a script touches one slot only.
 *
 * ```
 * pst:{p07}:m:<message>            string  the record: header line, then the event
 * pst:{p07}:j                      hash    journal: message -> state, attempts, intent, parts; lane -> its holder
 * pst:{p07}:l:<lane>               list    message ids in order
 * pst:{p07}:due:<channel>          zset    lane -> when it may be served next, ms
 * pst:{p07}:t:<channel>            zset    handed message -> when its grace or confirmation ends, ms
 * pst:{p07}:dead                   zset    dead letter -> since, ms
 * pst:{p07}:hold                   hash    channel or conversation on hold -> a note
 * pst:{p07}:pause:<channel>        string  there while its network asked to wait, expires
 * pst:{p07}:n                      counter fencing tokens, places in the order of a lane
 * pst:{p07}:clock:<channel>        string  Redis' time when last written and looked at, ms: a clock that is set is noticed
 * pst:{p07}:d:<digest>             string  duplicate key, or message id -> message id, expires
 * pst:{p07}:x:<transport>:<id>     string  network id -> message id, expires
 * pst:{p07}:w:<transport>:<id>     list    statuses that came before their message was known, expires
 * pst:{p07}:lease:<transport>      string  "<token> <holder>" of the owner, expires
 * pst:{p07}:open:<transport>       string  "<ms> <holder>": its stream is open, and was whole at that time
 * pst:{p07}:server:<transport>     string  "<ms> <domain>": when the server began that has what was handed over
 * pst:{p07}:acc:<transport>        hash    bare JID -> account, as registered by words
 * pst:{p07}:own:<transport>        hash    own address -> "<jid>" or "<jid> <released at>"
 * pst:{p07}:frm:<transport>        hash    "<bare JID> <peer>" -> the local part that he writes to
 * pst:{p07}:use:<transport>:<day>  hash    bare JID -> units spent that day, expires
 * pst:{p07}:mem:<transport>        hash    what an adapter remembers
 * pst:{p07}:room:<transport>       hash    "<bare JID> <room>" -> as whom he is in it, seen by which clients
 * pst:{p07}:occ:<transport>        string  the key with which occupant ids are made, given once
 * pst:{p00}:epoch                 string  the name of this data, given once: it is missed when all is gone
 * {pst-wake}:…                             BullMQ's own; may be removed at any time
 * ```
 */

/** How many partitions there are. Every id names its own: this never changes. */
export const PARTITIONS = 64;

/** The tag of a partition (0 to 63), which is also the key that routes a command to its slot. */
export function partitionKey(partition: number): string {
  return `pst:{p${partition.toString().padStart(2, '0')}}`;
}

/** The prefix of all keys of BullMQ. */
export const WAKE_PREFIX = '{pst-wake}';
