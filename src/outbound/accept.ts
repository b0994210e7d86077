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
  type OutboundEvent,
  type OutboundKind,
  type PeerId,
  type Refusal,
  RefusedError,
  type TransportId,
} from '../contract/index.ts';
import { crashPoint } from '../crash-point.ts';
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
import { outboundEvent } from './event.ts';
import { Newcomers } from './newcomers.ts';
import {
  BROKEN,
  BUSY,
  malformed,
  type NeedsAccount,
  NOT_STORED,
  needsAccount,
  PERHAPS_STORED,
} from './refusals.ts';

/** How long a repeat of the same stanza is recognised. */
const DUPLICATE_WINDOW_MS = 3_600_000;
/** See `Adapter.prepare`. */
const MOST_PREPARED_BYTES = 16 * 1024;

export interface AcceptOptions {
  readonly transport: TransportId;
  /** What the users know it by. */
  readonly domain: string;
  readonly capabilities: Capabilities;
  readonly deadlineMs: number;
  readonly addressing: Addressing<unknown>;
  readonly adapter: Pick<Adapter, 'assess' | 'prepare'>;
  readonly accounts: Accounts;
  readonly policy: Policy;
  /** False while the store is too full, or does not answer. */
  readonly admits: () => boolean;
  readonly lanes: Pick<LaneStore, 'push'>;
  readonly history: History;
  readonly port: Pick<XmppPort, 'refuse'>;
  /** Something is on its way to this partition. */
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

/** Whom a message is for, where its address does not say so. */
interface Addressee {
  readonly kind: OutboundKind;
  readonly peer: PeerId;
}

/** The door for users' messages of one transport. */
export interface Acceptor {
  /** Never throws. */
  accept(message: IncomingText): void;
  /** What is said in a room, or to somebody in it, by a user who has an account. Never throws. */
  acceptFor(to: Addressee, message: IncomingText): void;
  /** Resolves when what has been accepted so far is stored, or its sender is told that it is not. */
  settled(): Promise<void>;
}

export function acceptor(options: AcceptOptions): Acceptor {
  const { port } = options;
  const newcomers = new Newcomers();
  const underWay = new Set<Promise<void>>();
  const keep = (work: Promise<void>) => {
    const kept = work.finally(() => underWay.delete(kept));
    underWay.add(kept);
  };

  const welcome = (first: IncomingText): Promise<void> => {
    const jid = bareJid(first.from);
    const register = () => options.accounts.register(jid);
    return newcomers.welcome(jid, first, register, (messages, error) => {
      const refusal = error === undefined ? undefined : notRegistered(options, error);
      for (const message of messages) {
        const admitted = admit(options, message);
        // He may have an account after all: who asks for one in two ways gets it by one.
        takeIn(message, 'needsAccount' in admitted ? (refusal ?? admitted) : admitted);
      }
    });
  };
  const takeIn = (message: IncomingText, admitted: Admitted | Refusal) => {
    if ('condition' in admitted) port.refuse(message, admitted);
    else keep(store(options, message, admitted));
  };
  return {
    accept(message) {
      const waits = newcomers.add(bareJid(message.from), message);
      if (waits === 'waits') return;
      const admitted = waits === 'too much' ? BUSY : admit(options, message);
      const isFirst = 'needsAccount' in admitted;
      if (!isFirst || options.capabilities.accounts === 'registration') takeIn(message, admitted);
      else if (newcomers.full) port.refuse(message, BUSY);
      else keep(welcome(message));
    },
    acceptFor(to, message) {
      takeIn(message, admit(options, message, to));
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function admit(
  options: AcceptOptions,
  message: IncomingText,
  to?: Addressee,
): Admitted | Refusal | NeedsAccount {
  const jid = bareJid(message.from);
  const refusal = options.policy.refuses(jid);
  if (refusal !== undefined) return refusal;
  if (!options.admits()) return BUSY;
  try {
    const account = options.accounts.find(jid);
    const local = unescapeLocal(message.to.local ?? '');
    const peer = to?.peer ?? options.addressing.parsePeer(local, account?.settings);
    if (account === undefined) return needsAccount(options.domain);
    return admitTo(options, message, jid, account, { kind: to?.kind ?? 'message', peer });
  } catch (error) {
    return refusalOf(options, error);
  }
}

function refusalOf({ onError }: AcceptOptions, error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  if (error instanceof JidError) return malformed(error.message);
  onError(error);
  return BROKEN;
}

function notRegistered(options: AcceptOptions, error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  options.onError(error);
  return NOT_STORED;
}

function admitTo(
  options: AcceptOptions,
  message: IncomingText,
  jid: BareJid,
  account: AccountLink<unknown>,
  to: Addressee,
): Admitted | Refusal {
  const { transport, capabilities, adapter } = options;
  const { peer } = to;
  const acceptedAt = options.now();
  const lane = laneOf({ transport, account: jid, peer }, 'outbound');
  const id = newMessageId(lane.partition, acceptedAt);
  const event = outboundEvent(id, { ...message, ...to }, message.wantsReceipt, acceptedAt);
  const { units } = adapter.assess(event, account);
  const refusal = options.policy.spend(jid, units);
  if (refusal !== undefined) return refusal;
  let prepared: string | undefined;
  try {
    prepared = prepare(adapter, event, account);
  } catch (error) {
    options.policy.giveBack(jid, units);
    throw error;
  }
  const entry: NewEntry = {
    id,
    lane: capabilities.order === 'none' ? laneOfItsOwn(lane, id) : lane,
    event: storeOutbound(stored(message, jid, to, prepared)),
    acceptedAt,
    deadlineAt: acceptedAt + options.deadlineMs,
    duplicateKeys: duplicateKeys(transport, message, jid, peer),
  };
  return { jid, peer, units, entry };
}

function prepare(
  adapter: AcceptOptions['adapter'],
  event: OutboundEvent,
  account: AccountLink<unknown>,
): string | undefined {
  const prepared = adapter.prepare?.(event, account);
  if (Buffer.byteLength(prepared ?? '') <= MOST_PREPARED_BYTES) return prepared;
  throw new RangeError('an adapter prepared more than 16 KiB for a message');
}

function stored(
  message: IncomingText,
  jid: BareJid,
  { kind, peer }: Addressee,
  prepared: string | undefined,
): StoredOutbound {
  return {
    v: 1,
    kind,
    account: jid,
    peer,
    text: message.text,
    ...(message.thread === undefined ? {} : { thread: message.thread }),
    ...(message.subject === undefined ? {} : { subject: message.subject }),
    ...(prepared === undefined ? {} : { prepared }),
    reply: {
      to: formatJid(message.from),
      from: message.to.local ?? '',
      ...(message.id === undefined ? {} : { of: message.id }),
      ...(kind === 'room-message' && shownInRoom(message)),
      wantsReceipt: message.wantsReceipt,
    },
  };
}

/** What a room shows of a message beside its text. */
function shownInRoom({ originId, isFile }: IncomingText): Partial<StoredOutbound['reply']> {
  return {
    ...(originId === undefined ? {} : { originId }),
    ...(isFile === undefined ? {} : { isFile }),
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
    const sent = () => options.nudge(entry.lane.partition);
    crashPoint('accept.before', entry.lane.channel);
    [pushed] = await options.lanes.push([entry], sent);
    crashPoint('accept.after', entry.lane.channel);
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
    conversation: { account: jid, peer, direction: 'outbound' },
    names: [...new Set([message.originId, message.id])].filter((name) => name !== undefined),
  });
  // Of somebody in a room the address is the room's.
  if (message.to.resource === undefined)
    options.accounts.noteForm(jid, peer, message.to.local ?? '');
}
