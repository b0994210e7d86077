/** The way network → XMPP, first step: the one door in. It opens when the event is stored. */

import type { Accounts } from '../accounts/accounts.ts';
import type {
  Addressing,
  Capabilities,
  InboundMessage,
  MessageId,
  PeerId,
  Received,
  TransportId,
} from '../contract/index.ts';
import type { History } from '../history/history.ts';
import { channelOf, duplicateKey, laneOf, laneOfItsOwn, newMessageId } from '../lanes/lane.ts';
import type { LaneStore, NewEntry } from '../lanes/lane-store.ts';
import { INBOUND_DEADLINE_MS, readOutbound, storeInbound } from '../lanes/stored.ts';
import { type BareJid, JidError, jidLocal } from '../xmpp/jid.ts';
import { isGateway } from '../xmpp/port.ts';
import { readable } from './readable.ts';

export interface ReceiveOptions {
  readonly transport: TransportId;
  readonly capabilities: Capabilities;
  readonly addressing: Addressing<unknown>;
  readonly accounts: Accounts;
  /** Who gets what nobody owns. */
  readonly admins: readonly BareJid[];
  readonly admits: () => boolean;
  readonly lanes: Pick<LaneStore, 'push' | 'read'>;
  readonly history: History;
  readonly nudge: (partition: number) => void;
  readonly now: () => number;
}

/** The store is too full, or does not answer: the network is asked to come again. */
class NotAdmittedError extends Error {
  override readonly name = 'NotAdmittedError';
}

/** Both reject when the event is not stored for every recipient. */
export interface Receiver {
  /** What is new, from the network itself. */
  receive(event: InboundMessage): Promise<Received>;
  /** What was kept, and is understood now: stored together, and never refused, for it is ours already. */
  receiveOpened(events: readonly InboundMessage[], kept: MessageId): Promise<readonly Received[]>;
}

export function receiver(options: ReceiveOptions): Receiver {
  return {
    async receive(event) {
      if (!options.admits()) throw new NotAdmittedError('the store takes nothing new just now');
      const [received] = await storeTogether(options, [event]);
      return received ?? { result: 'duplicate' };
    },
    receiveOpened: (events, kept) => storeTogether(options, events, `kept as ${kept}`),
  };
}

async function storeTogether(
  options: ReceiveOptions,
  events: readonly InboundMessage[],
  detail?: string,
): Promise<readonly Received[]> {
  const groups = await Promise.all(events.map((event) => entriesOf(options, event)));
  const pushed = await options.lanes.push(groups.flatMap(({ entries }) => entries));
  let at = 0;
  return groups.map(({ entries, owned }) => {
    const stored = entries.filter((_, index) => pushed[at + index]?.result === 'stored');
    at += entries.length;
    for (const entry of stored) tellStored(options, entry, detail);
    const [first] = stored;
    if (first === undefined) return { result: 'duplicate' };
    return owned ? { result: 'stored', id: first.id } : { result: 'unowned' };
  });
}

async function entriesOf(
  options: ReceiveOptions,
  event: InboundMessage,
): Promise<{ readonly entries: readonly NewEntry[]; readonly owned: boolean }> {
  const jid = options.accounts.ownerOf(event.to)?.jid ?? (await senderOf(options, event.answers));
  if (jid === undefined) return { entries: unowned(options, event), owned: false };
  const entry = entryFor(options, event, jid as BareJid, speaker(options, event, jid));
  return { entries: [entry], owned: true };
}

/** Who wrote a message of ours, as long as it is remembered. */
async function senderOf(
  { lanes, transport }: ReceiveOptions,
  id: MessageId | undefined,
): Promise<string | undefined> {
  const entry = id === undefined ? undefined : await lanes.read(id);
  if (entry?.lane.channel !== channelOf(transport, 'outbound')) return undefined;
  try {
    return readOutbound(entry.event).account;
  } catch {
    return undefined;
  }
}

function tellStored(options: ReceiveOptions, { id, lane, acceptedAt }: NewEntry, detail?: string) {
  const step = { message: id, transport: options.transport, at: acceptedAt } as const;
  options.history.note({ ...step, what: 'accepted', ...(detail === undefined ? {} : { detail }) });
  options.nudge(lane.partition);
}

/** Under which name the peer speaks, and what has to stand before the text where he can have none. */
interface Speaker {
  readonly local: string | undefined;
  readonly prefix: string;
}

function speaker(
  { accounts, addressing }: ReceiveOptions,
  event: InboundMessage,
  jid: string,
): Speaker {
  const form = accounts.formOf(jid as BareJid, event.from) ?? localOf(addressing, event.from);
  if (form !== undefined) return { local: form, prefix: '' };
  return { local: undefined, prefix: `From ${addressing.describePeer(event.from)}:\n` };
}

function localOf(addressing: Addressing<unknown>, peer: PeerId): string | undefined {
  try {
    const local = jidLocal(addressing.formatPeer(peer));
    // Nobody on a network speaks in the gateway's own name, whatever he calls himself there.
    return isGateway(local) ? undefined : local;
  } catch (error) {
    if (error instanceof JidError) return undefined;
    throw error;
  }
}

/** For every administrator; without one, for the operator: it is parked, and seen. */
function unowned(options: ReceiveOptions, event: InboundMessage): NewEntry[] {
  const from = options.addressing.describePeer(event.from);
  const prefix = `${from} wrote to ${event.to}, which no user owns:\n`;
  const admins = options.admins.length > 0 ? options.admins : ['' as BareJid];
  return admins.map((admin) => entryFor(options, event, admin, { local: undefined, prefix }));
}

function entryFor(
  { transport, capabilities, now }: ReceiveOptions,
  event: InboundMessage,
  jid: BareJid,
  { local, prefix }: Speaker,
): NewEntry {
  const lane = laneOf({ transport, account: jid, peer: event.from }, 'inbound');
  const acceptedAt = now();
  const id = newMessageId(lane.partition, acceptedAt);
  return {
    id,
    lane: capabilities.order === 'none' ? laneOfItsOwn(lane, id) : lane,
    event: storeInbound({
      v: 1,
      kind: 'text',
      to: jid,
      ...(local === undefined ? {} : { from: local }),
      text: prefix + readable(event.text),
      ...(event.thread === undefined ? {} : { thread: readable(event.thread) }),
      ...(event.sentAt === undefined ? {} : { sentAt: event.sentAt }),
      at: event.to,
    }),
    acceptedAt,
    deadlineAt: acceptedAt + INBOUND_DEADLINE_MS,
    duplicateKeys: [
      {
        key: duplicateKey(transport, jid, event.to, event.eventId),
        windowMs: capabilities.duplicateWindowMs,
      },
    ],
  };
}
