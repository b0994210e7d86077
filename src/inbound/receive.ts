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
import { crashPoint } from '../crash-point.ts';
import type { History } from '../history/history.ts';
import type { Originals } from '../history/originals.ts';
import { channelOf, duplicateKey, laneOf, laneOfItsOwn, newMessageId } from '../lanes/lane.ts';
import type { LaneStore, NewEntry } from '../lanes/lane-store.ts';
import { INBOUND_DEADLINE_MS, readOutbound, storeInbound } from '../lanes/stored.ts';
import { visibleName } from '../text-direction.ts';
import { type BareJid, JidError, jidLocal } from '../xmpp/jid.ts';
import { isGateway } from '../xmpp/port.ts';
import { type Copy, hide } from './hide.ts';
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
  readonly originals: Pick<Originals, 'keep'>;
  readonly nudge: (partition: number) => void;
  readonly onError: (error: unknown) => void;
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
  const groups = await Promise.all(events.map((event) => copiesOf(options, event)));
  const copies = groups.flatMap((group) => group.copies);
  const textOf = await hide(options, copies);
  const entries = copies.map((copy) => entryFor(options, copy, textOf(copy)));
  crashPoint('accept.before', options.transport);
  const pushed = await options.lanes.push(entries);
  crashPoint('accept.after', options.transport);
  const ids = pushed.map(({ result }, index) => {
    const entry = entries[index];
    const copy = copies[index];
    if (result !== 'stored' || entry === undefined || copy === undefined) return undefined;
    tellStored(options, entry, copy, detail);
    return entry.id;
  });
  let at = 0;
  return groups.map(({ copies: { length }, owned }) => {
    const id = ids.slice(at, at + length).find((each) => each !== undefined);
    at += length;
    if (id === undefined) return { result: 'duplicate' };
    return owned ? { result: 'stored', id } : { result: 'unowned' };
  });
}

async function copiesOf(
  options: ReceiveOptions,
  event: InboundMessage,
): Promise<{ readonly copies: readonly Copy[]; readonly owned: boolean }> {
  const jid = options.accounts.ownerOf(event.to)?.jid ?? (await senderOf(options, event.answers));
  if (jid === undefined) return { copies: unowned(options, event), owned: false };
  return { copies: [copyFor(options, event, jid, speaker(options, event, jid))], owned: true };
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

function tellStored(
  options: ReceiveOptions,
  { id, lane, acceptedAt }: NewEntry,
  { event, conversation }: Copy,
  detail?: string,
) {
  options.history.note({
    ...{ message: id, transport: options.transport, at: acceptedAt, what: 'accepted' },
    ...(detail === undefined ? {} : { detail }),
    conversation: { ...conversation, direction: 'inbound' },
    names: event.networkId === undefined ? event.eventId.split(' ') : [event.networkId],
  });
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
  return {
    local: undefined,
    prefix: `From ${nameOf(addressing, event.from)}:\n`,
  };
}

function nameOf(addressing: Addressing<unknown>, peer: PeerId): string {
  return readable(visibleName(addressing.describePeer(peer)));
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
function unowned(options: ReceiveOptions, event: InboundMessage): Copy[] {
  const from = nameOf(options.addressing, event.from);
  const prefix = `${from} wrote to ${readable(event.to)}, which no user owns:\n`;
  const admins = options.admins.length > 0 ? options.admins : [''];
  return admins.map((admin) => copyFor(options, event, admin, { local: undefined, prefix }));
}

function copyFor(
  { transport }: ReceiveOptions,
  event: InboundMessage,
  account: string,
  speaks: Speaker,
): Copy {
  return {
    event,
    conversation: { transport, account, peer: event.from },
    ...speaks,
    key: duplicateKey(transport, account, event.to, event.eventId),
  };
}

function entryFor(
  { capabilities, now }: ReceiveOptions,
  { event, conversation, local, key }: Copy,
  text: string,
): NewEntry {
  const lane = laneOf(conversation, 'inbound');
  const acceptedAt = now();
  const id = newMessageId(lane.partition, acceptedAt);
  return {
    id,
    lane: capabilities.order === 'none' ? laneOfItsOwn(lane, id) : lane,
    event: storeInbound({
      v: 1,
      kind: 'text',
      to: conversation.account,
      ...(local === undefined ? {} : { from: local }),
      text,
      ...(event.thread === undefined ? {} : { thread: readable(event.thread) }),
      // What is no number could not be read again.
      ...(Number.isFinite(event.sentAt) ? { sentAt: event.sentAt } : {}),
      at: event.to,
    }),
    acceptedAt,
    deadlineAt: acceptedAt + INBOUND_DEADLINE_MS,
    duplicateKeys: [{ key, windowMs: capabilities.duplicateWindowMs }],
  };
}
