/**
 * A network on paper, and what the rooms that decide need around them: a clock that stands still, a
 * store in memory, accounts that are simply there. All of it implements the real interfaces.
 */

import type { Accounts } from '../../src/accounts/accounts.ts';
import {
  type AccountId,
  type AccountLink,
  type Addressing,
  type Capabilities,
  type OwnAddress,
  type PeerId,
  refused,
  type TransportId,
} from '../../src/contract/index.ts';
import type { History, Step, StoryFilter, Whose } from '../../src/history/history.ts';
import { channelOf, type Direction, PARTITIONS } from '../../src/lanes/lane.ts';
import type { Claim, LaneStore } from '../../src/lanes/lane-store.ts';
import type { LaneServer, Served, Turn } from '../../src/lanes/serving.ts';
import type { BareJid } from '../../src/xmpp/jid.ts';

export const PAPER = 'paper' as TransportId;
export const JULIET = 'juliet@example.org' as BareJid;

export const CAPABILITIES: Capabilities = {
  connection: 'stateless',
  accounts: 'registration',
  receipts: 'device',
  resend: 'may-duplicate',
  order: 'conversation',
  deadlineMs: 3_600_000,
  deadlineFrom: 'accept',
  confirmationMs: 86_400_000,
  duplicateWindowMs: 86_400_000,
  concurrency: 8,
};

/** Peers are words of small letters; an account owns the address that its settings name. */
export const ADDRESSING: Addressing<unknown> = {
  parsePeer(text) {
    if (!/^[a-z]+$/.test(text)) throw refused('jid-malformed', 'modify', 'Write small letters.');
    return text as PeerId;
  },
  formatPeer: (peer) => peer,
  describePeer: (peer) => `Ms ${peer}`,
  ownAddresses: (account) => [(account as { address: OwnAddress }).address],
  registration: () => ({ address: 'new' }),
};

export function accountsOf(addresses: Readonly<Record<string, string>>): Accounts {
  const links = new Map<string, AccountLink<unknown>>();
  for (const [jid, address] of Object.entries(addresses)) {
    links.set(jid, { id: `${PAPER}/${jid}` as AccountId, jid, settings: { address } });
  }
  const forms = new Map<string, string>();
  return {
    find: (jid) => links.get(jid),
    ownerOf: (address) =>
      [...links.values()].find(
        ({ settings }) => (settings as { address: string }).address === address,
      ),
    addresses: () =>
      [...links.values()].flatMap(({ settings }) => ADDRESSING.ownAddresses(settings)),
    async register(jid) {
      if (links.has(jid)) throw refused('conflict', 'cancel', 'You are registered already.');
      const link = { id: `${PAPER}/${jid}` as AccountId, jid, settings: { address: 'new' } };
      links.set(jid, link);
      return link;
    },
    async unregister(jid) {
      if (!links.delete(jid)) throw refused('item-not-found', 'cancel', 'You are not registered.');
    },
    formOf: (jid, peer) => forms.get(`${jid} ${peer}`),
    noteForm(jid, peer, local) {
      if (local !== peer) forms.set(`${jid} ${peer}`, local);
    },
  };
}

/** Keeps every step, in order. */
export class RecordedHistory implements History {
  readonly steps: Step[] = [];

  note(step: Step): void {
    this.steps.push(step);
  }

  story(message: Step['message']): readonly Step[] {
    return this.steps.filter((step) => step.message === message);
  }

  named(name: string): readonly Step['message'][] {
    return this.#latest((step) => step.names?.includes(name) === true, 10);
  }

  latest({ transport, account, peer }: StoryFilter, most: number): readonly Step['message'][] {
    return this.#latest(
      (step) =>
        step.conversation !== undefined &&
        (transport ?? step.transport) === step.transport &&
        (account ?? step.conversation.account) === step.conversation.account &&
        (peer ?? step.conversation.peer) === step.conversation.peer,
      most,
    );
  }

  conversationOf(message: Step['message']): Whose | undefined {
    const step = this.steps.find((each) => each.message === message && each.conversation);
    return step?.conversation && { transport: step.transport, ...step.conversation };
  }

  #latest(isMeant: (step: Step) => boolean, most: number): Step['message'][] {
    const found = new Set(this.steps.filter(isMeant).map(({ message }) => message));
    return [...found].reverse().slice(0, most);
  }

  close(): void {}

  get kinds(): string[] {
    return this.steps.map(({ what }) => what);
  }
}

export class Clock {
  now = 1_700_000_000_000;

  readonly read = (): number => this.now;

  pass(ms: number): void {
    this.now += ms;
  }
}

export const LEASE_MS = 30_000;

/** Claims what is due in one direction and serves it once, as a drain does; the claim of what was served. */
export async function serveOnce(
  store: LaneStore,
  direction: Direction,
  server: LaneServer,
  options: {
    readonly perLane?: number;
    readonly holder?: string;
    readonly turn?: Partial<Turn>;
  } = {},
): Promise<readonly Served[]> {
  const claims = await claimAll(store, direction, options);
  const served: Served[] = [];
  for (const claim of claims) {
    const outcome = await server.serve(claim, { ...turnOf(store, claim), ...options.turn });
    const { settlements, reports } = outcome;
    const request = { claim, settlements, reports, next: 0, leaseMs: LEASE_MS };
    const [settled] = await store.settle([request]);
    if (settled?.result === 'settled') server.settled?.(claim, outcome, settled.confirmed);
    served.push(outcome);
  }
  return served;
}

export async function claimAll(
  store: LaneStore,
  direction: Direction,
  options: { readonly perLane?: number; readonly holder?: string } = {},
): Promise<readonly Claim[]> {
  const { claims } = await store.claim({
    channel: channelOf(PAPER, direction),
    holder: options.holder ?? 'test',
    leaseMs: LEASE_MS,
    lanes: 100,
    perLane: options.perLane ?? 1,
    partitions: Array.from({ length: PARTITIONS }, (_, partition) => partition),
  });
  return claims;
}

function turnOf(store: LaneStore, claim: Claim): Turn {
  return {
    signal: new AbortController().signal,
    live: () => true,
    reopen: (id) => store.reopen(claim, id),
    partSent: (id, part, networkId) => store.partSent(claim, id, { part, networkId }),
  };
}
