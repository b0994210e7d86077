import assert from 'node:assert/strict';
import type {
  AccountId,
  AccountLink,
  Adapter,
  AdapterContext,
  Addressing,
  ConnectionKind,
  InboundEvent,
  Kept,
  MessageId,
  Opener,
  OutboundMessage,
  OutboundRoomMessage,
  OwnAddress,
  PeerId,
  Place,
  Received,
  RoomEvent,
  Session,
  ToKeep,
  TransportId,
  WebhookResponse,
} from '../index.ts';
import { NotKeptError } from '../index.ts';
import { attempt } from './attempt.ts';
import { Hooks } from './hooks.ts';
import { patiently } from './patient.ts';
import { memoryIn, recordingLog, type Said, say } from './recording.ts';
import type { AdapterUnderTest, Doors, NetworkUnderTest } from './subject.ts';

/** Where every adapter is while it is checked. */
export const PLACE: Place = { domain: 'gateway.example.org', server: 'example.org' };

/** The bare JID of the one account. */
export const USER = 'juliet@example.org';

const HOOKS = 'https://gateway.example/hooks/checked/';

/** As much of a network as a rig needs itself. */
export type RigNetwork = Pick<NetworkUnderTest, 'config' | 'account' | 'peer' | 'text'>;

/** What an adapter told of a room. */
export interface RoomHappening {
  readonly account: AccountId;
  readonly room: PeerId;
  readonly event: RoomEvent;
}

export interface RigOptions {
  /** What an earlier rig remembered: the gateway starts again. */
  readonly memory?: ReadonlyMap<string, string>;
  /** Where the webhooks are served, with a slash at the end. By default nowhere: they are called by `post`. */
  readonly hooks?: string;
  /** What belongs to an account now. By default the addresses of the one account that there is. */
  readonly ownAddresses?: readonly OwnAddress[];
}

/** One adapter on its network, with a core around it that only records. */
export class Rig<Network extends RigNetwork = NetworkUnderTest> implements Doors {
  readonly network: Network;
  readonly addressing: Addressing<unknown>;
  readonly adapter: Adapter;
  readonly session: Session;
  readonly link: AccountLink<unknown>;
  /** What the adapter remembers. */
  readonly memory: Map<string, string>;
  /** Everything that the adapter said, to whomever. */
  readonly said: Said[] = [];
  readonly received: InboundEvent[] = [];
  readonly roomEvents: RoomHappening[] = [];
  readonly kept: Kept[] = [];
  /** Replaced by checks that hold it up, or make it fail. */
  store: (what: InboundEvent | ToKeep) => Promise<Received> = async () => STORED;
  /** What the adapter is given for what it tells of a room: see `AdapterContext.room`. */
  full: Promise<void> | undefined;
  readonly #own: readonly OwnAddress[];
  readonly #hooks: Hooks;
  readonly #ending = new AbortController();
  readonly #opener: string | undefined;
  readonly #connection: ConnectionKind;
  readonly #config: unknown;
  readonly #opening = new Set<Promise<void>>();
  #messages = 0;
  #onRoom: (told: RoomHappening) => void = () => {};

  constructor(
    subject: Pick<AdapterUnderTest, 'definition'>,
    network: Network,
    { memory = new Map(), hooks = HOOKS, ownAddresses }: RigOptions = {},
  ) {
    const { definition } = subject;
    const config = definition.config.parse(network.config);
    this.network = network;
    this.memory = new Map(memory);
    this.#hooks = new Hooks(hooks);
    this.#opener = definition.opener;
    this.#connection = definition.capabilities.connection;
    this.#config = config;
    this.addressing = definition.addressing(config, PLACE);
    this.link = {
      id: 'account-1' as AccountId,
      jid: USER,
      settings: definition.account.parse(network.account),
    };
    this.#own = ownAddresses ?? this.addressing.ownAddresses(this.link.settings);
    this.adapter = definition.create(this.#context(config));
    this.session = this.adapter.open(this.link);
    this.session.deliver = patiently(this.session.deliver.bind(this.session));
  }

  /** A message for the network's peer, prepared as by the core. Every call has a new id. */
  readonly message = (text = this.network.text): OutboundMessage => {
    this.#messages += 1;
    const event: OutboundMessage = {
      kind: 'message',
      id: `01CHECKED0${String(this.#messages).padStart(16, '0')}` as MessageId,
      peer: this.peer(),
      text,
      wantsReceipt: true,
      acceptedAt: Date.now(),
    };
    const prepared = this.adapter.prepare?.(event, this.link);
    return prepared === undefined ? event : { ...event, prepared };
  };

  /** The same for a room, joined by then. @param room as a user writes it */
  async roomMessage(room: string): Promise<OutboundRoomMessage> {
    const { id, text, acceptedAt } = this.message();
    const peer = this.addressing.parsePeer(room, this.link.settings);
    const joined = this.told((told) => told.room === peer && told.event.is === 'joined');
    this.session.rooms?.join(peer, { nick: 'juliet' });
    await joined;
    return { kind: 'room-message', id, peer, text, acceptedAt };
  }

  peer(): PeerId {
    return this.addressing.parsePeer(this.network.peer, this.link.settings);
  }

  url(name: string): URL {
    return this.#hooks.url(name);
  }

  post(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<WebhookResponse> {
    return this.#hooks.post(url, headers, body);
  }

  /** Where each account has a connection of its own, nobody reaches it before it has sent something. */
  async connected(): Promise<void> {
    if (this.#connection !== 'per-account') return;
    await this.session.deliver(this.message(), attempt());
  }

  /** Resolves when all that was kept is open. Rejects with what the adapter threw. */
  async opened(): Promise<void> {
    await Promise.all(this.#opening);
  }

  /** The transport begins to stop. */
  end(): void {
    this.#ending.abort();
  }

  async close(): Promise<void> {
    this.end();
    await this.session.close();
    await this.adapter.stop();
  }

  /** As the core does, though in this thread. */
  async open(kept: Kept): Promise<readonly InboundEvent[]> {
    assert.ok(this.#opener !== undefined, 'something was kept, and the adapter has no opener');
    const { default: opener } = (await import(this.#opener)) as { default: Opener };
    const opened = structuredClone(await opener(kept, structuredClone(this.#config)));
    return (await this.adapter.opened?.(opened, kept)) ?? [];
  }

  /** Resolves when something like it is told of a room from now on. */
  told(isWanted: (told: RoomHappening) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onRoom = (told) => {
        if (isWanted(told)) resolve();
      };
    });
  }

  async #keep(what: ToKeep): Promise<void> {
    try {
      await this.store(what);
    } catch (cause) {
      throw new NotKeptError('down', { cause });
    }
    const { raw, envelope } = what;
    this.#messages += 1;
    const id = `01CHECKED0${String(this.#messages).padStart(16, '0')}` as MessageId;
    const kept: Kept = { id, raw, envelope, keptAt: Date.now() };
    this.kept.push(kept);
    const opening = this.open(kept).then((events) => {
      this.received.push(...events);
    });
    // Not every check looks at what became of it.
    opening.catch(() => {});
    this.#opening.add(opening);
  }

  #context(config: unknown): AdapterContext {
    return {
      transport: 'checked' as TransportId,
      config,
      place: PLACE,
      addressing: this.addressing,
      signal: this.#ending.signal,
      log: recordingLog(this.said),
      memory: memoryIn(this.memory),
      ownAddresses: () => this.#own,
      accountOf: (address) => (this.#own.includes(address) ? this.link : undefined),
      intake: () => 'open',
      receive: async (event) => {
        this.received.push(event);
        return await this.store(event);
      },
      room: (account, room, event) => {
        const told = { account, room, event };
        this.roomEvents.push(told);
        this.#onRoom(told);
        return this.full;
      },
      keep: (what) => this.#keep(what),
      webhook: (name, handle) => this.#hooks.mount(name, handle),
      webhookUrl: (name) => this.url(name),
      health: (state, detail) => say(this.said, 'health', state, detail),
      notifyAdmins: async (key, text) => say(this.said, 'notice', key, text),
    };
  }
}

export const STORED: Received = { result: 'stored', id: '01CHECKED0000000000STORED0' as MessageId };

/** Builds a rig on a fresh network, and takes it down whatever happens. */
export async function withRig(
  subject: AdapterUnderTest,
  run: (rig: Rig) => Promise<void>,
): Promise<void> {
  const network = await subject.network();
  try {
    const rig = new Rig(subject, network);
    try {
      await run(rig);
    } finally {
      await rig.close();
    }
  } finally {
    await network.close();
  }
}

/** The same, with the adapter started. */
export function withStartedRig(
  subject: AdapterUnderTest,
  run: (rig: Rig) => Promise<void>,
): Promise<void> {
  return withRig(subject, async (rig) => {
    await rig.adapter.start();
    await run(rig);
  });
}
