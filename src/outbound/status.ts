/**
 * The way XMPP → network, last step: the network's news of what it took ends the message, and its
 * sender is told. News come in any order, more than once, and before the answer they are about.
 */

import type {
  DeliveryStatus,
  MessageId,
  NetworkMessageId,
  Received,
  Refusal,
  TransportId,
} from '../contract/index.ts';
import { crashPoint } from '../crash-point.ts';
import type { StepKind } from '../history/history.ts';
import type { Entry, LaneStore } from '../lanes/lane-store.ts';
import { readOutbound, type StoredOutbound } from '../lanes/stored.ts';
import type { Reports } from './reports.ts';

/** How long news of an unknown network id are kept: its answer is under way, or it is not ours. */
const UNKNOWN_KEPT_MS = 600_000;

export interface StatusOptions {
  readonly transport: TransportId;
  readonly lanes: Pick<LaneStore, 'confirm' | 'read' | 'whose' | 'keepForLater'>;
  readonly reports: Reports;
  readonly note: (message: MessageId, what: StepKind, detail?: string) => void;
  readonly nudgeInbound: (partition: number) => void;
}

export interface StatusDesk {
  /** Rejects when the store did not take it. */
  receive(status: DeliveryStatus): Promise<Received>;
  /** News kept by `receive` while nobody knew the network's id. */
  apply(message: MessageId, kept: readonly string[]): Promise<void>;
  /** Every part was confirmed before the hand-over itself was stored: end it now. */
  endConfirmed(message: MessageId): Promise<void>;
}

/** News in the form in which they are kept. */
interface News {
  readonly networkId: NetworkMessageId;
  readonly state: DeliveryStatus['state'];
}

export function statusDesk(options: StatusOptions): StatusDesk {
  const { lanes, transport } = options;

  const receiveUnaddressed = async (news: News): Promise<Received> => {
    let owner = await lanes.whose(transport, news.networkId);
    if (owner === undefined) {
      await lanes.keepForLater(transport, news.networkId, JSON.stringify(news), UNKNOWN_KEPT_MS);
      // It may have become known in between, with nobody left to look at what was kept.
      owner = await lanes.whose(transport, news.networkId);
    }
    if (owner !== undefined) await confirm(options, owner, undefined, news);
    return { result: 'noted' };
  };

  return {
    async receive({ of, state }) {
      const news = { networkId: of.networkId, state };
      if (!('message' in of)) return await receiveUnaddressed(news);
      await confirm(options, of.message, of.part, news);
      return { result: 'noted' };
    },
    async apply(message, kept) {
      for (const text of kept) {
        const news = readNews(text);
        if (news !== undefined) await confirm(options, message, undefined, news);
      }
    },
    async endConfirmed(message) {
      const entry = await lanes.read(message);
      const last = entry?.parts.find(({ state }) => state === 'failed') ?? entry?.parts.at(-1);
      if (entry === undefined || last === undefined) return;
      const state: DeliveryStatus['state'] =
        last.state === 'failed' ? { is: 'failed', refusal: NOT_DELIVERED } : { is: last.state };
      await confirm(options, message, last.part, { networkId: last.networkId, state }, entry);
    },
  };
}

/** @param part undefined where the network named its own id only */
async function confirm(
  options: StatusOptions,
  id: MessageId,
  part: number | undefined,
  { networkId, state }: News,
  known?: Entry,
): Promise<void> {
  const { lanes } = options;
  const entry = known ?? (await lanes.read(id));
  if (entry === undefined) return;
  const event = readOutbound(entry.event);
  // A network that sends in parts and does not name them is not among those that we know.
  const which = part ?? entry.parts.find((each) => each.networkId === networkId)?.part ?? 0;
  crashPoint('report.before', entry.lane.channel);
  const result = await lanes.confirm({
    id,
    part: which,
    networkId,
    state: state.is,
    reports: reportsOfEnd(options.reports, entry, event, state),
  });
  crashPoint('report.after', entry.lane.channel);
  if (result !== 'ended') return;
  if (state.is === 'failed') options.note(id, 'failed', state.refusal.text);
  else options.note(id, 'delivered');
  options.nudgeInbound(entry.lane.partition);
}

function reportsOfEnd(
  reports: Reports,
  entry: Entry,
  event: StoredOutbound,
  state: DeliveryStatus['state'],
): ReturnType<Reports['failed']> {
  switch (state.is) {
    case 'accepted':
      return [];
    case 'delivered':
      return reports.delivered(entry.id, event);
    case 'failed':
      return reports.failed(entry, event, state.refusal);
  }
}

const NOT_DELIVERED: Refusal = {
  condition: 'undefined-condition',
  type: 'cancel',
  text: 'The network reports that this message could not be delivered.',
};

function readNews(text: string): News | undefined {
  try {
    const news = JSON.parse(text) as News;
    const known = ['accepted', 'delivered', 'failed'].includes(news.state.is);
    const complete = news.state.is !== 'failed' || typeof news.state.refusal.text === 'string';
    return known && complete && typeof news.networkId === 'string' ? news : undefined;
  } catch {
    return undefined;
  }
}
