/**
 * The way XMPP → network, first step: a user's message is refused at once, or stored.
 *
 * Everything before the store is synchronous, so that the order of a conversation is the order of
 * its stanzas.
 */

import type { Accounts } from '../accounts/accounts.ts';
import {
  type AccountLink,
  type Adapter,
  type Addressing,
  type Capabilities,
  type OutboundMessage,
  type PeerId,
  type Refusal,
  RefusedError,
  type TransportId,
} from '../contract/index.ts';
import type { History } from '../history/history.ts';
import { duplicateKey, laneOf, laneOfItsOwn, newMessageId } from '../lanes/lane.ts';
import {
  type LaneStore,
  type NewEntry,
  type Pushed,
  UnansweredError,
} from '../lanes/lane-store.ts';
import { type StoredOutbound, storeOutbound } from '../lanes/stored.ts';
import type { Policy } from '../policy/policy.ts';
import { type BareJid, bareJid, formatJid, JidError, unescapeLocal } from '../xmpp/jid.ts';
import type { IncomingText, XmppPort } from '../xmpp/port.ts';

/** How long a repeat of the same stanza is recognised. */
const DUPLICATE_WINDOW_MS = 3_600_000;

export interface AcceptOptions {
  readonly transport: TransportId;
  /** What the users know it by. */
  readonly domain: string;
  readonly capabilities: Capabilities;
  readonly deadlineMs: number;
  readonly addressing: Addressing<unknown>;
  readonly adapter: Pick<Adapter, 'assess'>;
  readonly accounts: Accounts;
  readonly policy: Policy;
  /** False while the store is too full, or does not answer. */
  readonly admits: () => boolean;
  readonly lanes: Pick<LaneStore, 'push'>;
  readonly history: History;
  readonly port: Pick<XmppPort, 'refuse'>;
  /** Something waits in this partition. */
  readonly nudge: (partition: number) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/** A message that may be sent, before it is stored. */
interface Admitted {
  readonly jid: BareJid;
  readonly peer: PeerId;
  readonly units: number;
  readonly entry: NewEntry;
}

/** The door for users' messages of one transport. */
export interface Acceptor {
  /** Never throws. */
  accept(message: IncomingText): void;
  /** Resolves when what has been accepted so far is stored, or its sender is told that it is not. */
  settled(): Promise<void>;
}

export function acceptor(options: AcceptOptions): Acceptor {
  const storing = new Set<Promise<void>>();
  return {
    accept(message) {
      const admitted = admit(options, message);
      if ('condition' in admitted) {
        options.port.refuse(message, admitted);
        return;
      }
      const stored = store(options, message, admitted).finally(() => storing.delete(stored));
      storing.add(stored);
    },
    async settled() {
      await Promise.all(storing);
    },
  };
}

function admit(options: AcceptOptions, message: IncomingText): Admitted | Refusal {
  const jid = bareJid(message.from);
  const refusal = options.policy.refuses(jid);
  if (refusal !== undefined) return refusal;
  if (!options.admits()) return BUSY;
  try {
    const account = options.accounts.find(jid);
    const peer = options.addressing.parsePeer(
      unescapeLocal(message.to.local ?? ''),
      account?.settings,
    );
    if (account === undefined) return needsAccount(options.domain);
    return admitTo(options, message, jid, account, peer);
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    if (error instanceof JidError) return malformed(error.message);
    options.onError(error);
    return BROKEN;
  }
}

function admitTo(
  options: AcceptOptions,
  message: IncomingText,
  jid: BareJid,
  account: AccountLink<unknown>,
  peer: PeerId,
): Admitted | Refusal {
  const { transport, capabilities } = options;
  const acceptedAt = options.now();
  const lane = laneOf({ transport, account: jid, peer }, 'outbound');
  const id = newMessageId(lane.partition, acceptedAt);
  const event: OutboundMessage = {
    kind: 'message',
    id,
    peer,
    text: message.text,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    acceptedAt,
  };
  const { units } = options.adapter.assess(event, account);
  const refusal = options.policy.spend(jid, units);
  if (refusal !== undefined) return refusal;
  const entry: NewEntry = {
    id,
    lane: capabilities.order === 'none' ? laneOfItsOwn(lane, id) : lane,
    event: storeOutbound(stored(message, jid, peer)),
    acceptedAt,
    deadlineAt: acceptedAt + options.deadlineMs,
    duplicateKeys: duplicateKeys(transport, message, jid, peer),
  };
  return { jid, peer, units, entry };
}

function stored(message: IncomingText, jid: BareJid, peer: PeerId): StoredOutbound {
  return {
    v: 1,
    kind: 'message',
    account: jid,
    peer,
    text: message.text,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    reply: {
      to: formatJid(message.from),
      from: message.to.local ?? '',
      ...(message.id === undefined ? {} : { of: message.id }),
      wantsReceipt: message.wantsReceipt,
    },
  };
}

/** The same stanza of the same user with the same text. Ids alone are reused by some clients. */
function duplicateKeys(
  transport: TransportId,
  message: IncomingText,
  jid: BareJid,
  peer: PeerId,
): NewEntry['duplicateKeys'] {
  const id = message.originId ?? message.id;
  if (id === undefined) return [];
  const key = duplicateKey(transport, jid, peer, id, message.text);
  return [{ key, windowMs: DUPLICATE_WINDOW_MS }];
}

async function store(
  options: AcceptOptions,
  message: IncomingText,
  { jid, peer, units, entry }: Admitted,
): Promise<void> {
  let pushed: Pushed | undefined;
  try {
    [pushed] = await options.lanes.push([entry]);
  } catch (error) {
    options.onError(error);
    const inDoubt = error instanceof UnansweredError;
    // What may be sent is paid for.
    if (!inDoubt) options.policy.giveBack(jid, units);
    options.port.refuse(message, inDoubt ? PERHAPS_STORED : NOT_STORED);
    return;
  }
  if (pushed?.result === 'duplicate') {
    options.policy.giveBack(jid, units);
    return;
  }
  options.history.note({
    message: entry.id,
    transport: options.transport,
    at: entry.acceptedAt,
    what: 'accepted',
  });
  options.accounts.noteForm(jid, peer, message.to.local ?? '');
  options.nudge(entry.lane.partition);
}

/** While `admits` says no. */
export const BUSY: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The gateway can not take more messages just now. Please try again later.',
};

const NOT_STORED: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The gateway could not store your message, so it is not sent. Please try again.',
};

const PERHAPS_STORED: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'It is not certain that the gateway has your message. It may still be sent: repeat it only if no answer comes.',
};

const BROKEN: Refusal = {
  condition: 'internal-server-error',
  type: 'cancel',
  text: 'The gateway made a mistake with this message. Its operator can see it in the log.',
};

function needsAccount(domain: string): Refusal {
  return {
    condition: 'registration-required',
    type: 'cancel',
    text: `You are not registered here yet. Write "register" to help@${domain}.`,
  };
}

/** RFC 6120 §8.3.3.8 */
function malformed(text: string): Refusal {
  return { condition: 'jid-malformed', type: 'modify', text: text.slice(0, 120) };
}
