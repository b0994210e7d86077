import type {
  Adapter,
  AdapterContext,
  AdapterDefinition,
  Addressing,
  Attempt,
  EventId,
  Handed,
  InboundEvent,
  OutboundEvent,
  PeerId,
  Session,
} from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';
import type { AdapterUnderTest, NetworkUnderTest } from 'postern/adapter/testing';
import { patiently } from '../../src/contract/testing/patient.ts';
import { picky } from '../fixtures/openers/picky.ts';

/** A defect that can be planted in any adapter, and the checks that must find it. */
export interface Mutant {
  readonly defect: string;
  readonly found: readonly string[];
  /** Left out: to every adapter. */
  appliesTo?(subject: AdapterUnderTest, network: NetworkUnderTest): boolean;
  plant(definition: AdapterDefinition): AdapterDefinition;
}

type Deliver = Session['deliver'];

export const MUTANTS: readonly Mutant[] = [
  {
    defect: 'acknowledges before the message is stored',
    found: [
      'inbound: nothing is acknowledged before it is stored',
      'inbound: what could not be stored is not acknowledged',
    ],
    appliesTo: acknowledges,
    plant: inContext((context) => ({
      receive: async (event) => {
        context.receive(event).catch(() => {});
        return { result: 'duplicate' };
      },
      keep: async (what) => {
        context.keep(what).catch(() => {});
      },
    })),
  },
  {
    defect: 'gives up what is under way when the transport begins to stop',
    found: [
      'inbound: what is under way when the transport begins to stop is stored, and acknowledged',
    ],
    appliesTo: acknowledges,
    plant: inContext((context) => {
      const unlessEnding = async <T>(work: Promise<T>): Promise<T> => {
        const done = await work;
        context.signal.throwIfAborted();
        return done;
      };
      return {
        receive: (event) => unlessEnding(context.receive(event)),
        keep: (what) => unlessEnding(context.keep(what)),
      };
    }),
  },
  {
    defect: 'makes up an id for every event',
    found: ['inbound: the same message again is the same event'],
    plant: (definition) => {
      let count = 0;
      const renamed = (event: InboundEvent): InboundEvent => {
        count += 1;
        const eventId = `event-${count}` as EventId;
        return event.kind === 'message' ? { ...event, eventId } : event;
      };
      const received = inContext((context) => ({
        receive: (event) => context.receive(renamed(event)),
      }))(definition);
      return inAdapter((adapter) => ({
        opened: async (opened, kept) => (await adapter.opened?.(opened, kept))?.map(renamed) ?? [],
      }))(received);
    },
  },
  {
    defect: 'has an opener that is none',
    found: ['keeping: its opener is a module, which exports a function'],
    appliesTo: keeps,
    plant: (definition) => ({ ...definition, opener: fixture('no-opener.ts') }),
  },
  {
    defect: 'has an opener that does not expect what is cut off',
    found: ['keeping: nothing that comes in is too strange to be opened'],
    appliesTo: keeps,
    plant: (definition) => {
      picky.of = definition.opener ?? '';
      return { ...definition, opener: fixture('picky.ts') };
    },
  },
  {
    defect: 'makes other events of what is opened again',
    found: ['keeping: what is opened again gives the same events'],
    appliesTo: keeps,
    plant: inAdapter((adapter) => {
      let count = 0;
      return {
        opened: async (opened, kept) => {
          count += 1;
          const events = (await adapter.opened?.(opened, kept)) ?? [];
          return events.map((event) =>
            event.kind === 'message'
              ? { ...event, eventId: `${event.eventId} ${count}` as EventId }
              : event,
          );
        },
      };
    }),
  },
  {
    defect: 'answers a forged request as if all were well',
    found: ['inbound: nobody else can pass as the network'],
    // What answers by itself, on a connection of its own, or never, can not be changed from here.
    appliesTo: (subject, network) => !keeps(subject) && acknowledges(subject, network),
    plant: inContext((context) => ({
      webhook: (name, handle) =>
        context.webhook(name, async (request) => {
          const answer = await handle(request);
          return answer.status === 403 ? { status: 200 } : answer;
        }),
    })),
  },
  {
    defect: 'tries again what is refused for good',
    found: ['delivery: a network that refuses for good is "never"'],
    plant: inDelivery(async (deliver, event, attempt) =>
      mapVerdict(deliver(event, attempt), (error) =>
        error.verdict.kind === 'never' ? { kind: 'later' } : error.verdict,
      ),
    ),
  },
  {
    defect: 'believes that what got no answer was not sent',
    found: [
      'delivery: a network that goes away without a word is "unknown-outcome"',
      'delivery: an attempt whose time is up after it left is "unknown-outcome"',
    ],
    plant: inDelivery(async (deliver, event, attempt) =>
      mapVerdict(deliver(event, attempt), (error) =>
        error.verdict.kind === 'unknown-outcome' ? { kind: 'later' } : error.verdict,
      ),
    ),
  },
  {
    defect: 'repeats what got no answer',
    found: ['delivery: a message is sent once in an attempt'],
    plant: inDelivery(async (deliver, event, attempt) => {
      const tried = patiently(deliver);
      try {
        return await tried(event, attempt);
      } catch {
        return await tried(event, attempt);
      }
    }),
  },
  {
    defect: 'says that a message leaves when it has left',
    found: ['delivery: a message leaves when it said so, not earlier'],
    plant: inDelivery(async (deliver, event, attempt) => {
      const handed = await deliver(event, { ...attempt, leave: () => {} });
      attempt.leave(0);
      return handed;
    }),
  },
  {
    defect: 'lets a later message overtake',
    found: ['delivery: messages keep their order and their words'],
    appliesTo: ({ definition }) => definition.capabilities.order === 'conversation',
    plant: overtaking,
  },
  {
    defect: 'sends parts again that were sent',
    found: ['delivery: parts that were sent are not sent again'],
    appliesTo: (_, network) => network.longText !== undefined,
    plant: inDelivery((deliver, event, attempt) =>
      deliver(event, { ...attempt, sentParts: new Map() }),
    ),
  },
  {
    defect: 'finds a message that never arrived',
    found: ['delivery: what was not taken is not found'],
    plant: inSession(() => ({
      reconcile: async () => ({ result: 'handed', handed: { networkIds: [] } }),
    })),
  },
  {
    defect: 'puts its settings into an error',
    found: ['secrets: none is in an error, a log line or a notice'],
    plant: (definition) => ({
      ...definition,
      create: (context) =>
        inSession((session) => ({
          deliver: async (event, attempt) => {
            try {
              return await session.deliver(event, attempt);
            } catch (cause) {
              const verdict = cause instanceof DeliveryError ? cause.verdict : undefined;
              const settings = { cause: context.config };
              throw new DeliveryError(verdict ?? { kind: 'later' }, 'failed', settings);
            }
          },
        }))(definition).create(context),
    }),
  },
  {
    defect: 'logs what people write',
    found: ['secrets: no text of a message is in an error, or in the log above "debug"'],
    plant: inContext((context) => ({
      receive: (event) => {
        context.log.info({ text: event.kind === 'message' ? event.text : '' }, 'received');
        return context.receive(event);
      },
      keep: (what) => {
        context.log.info({ raw: Buffer.from(what.raw).toString() }, 'kept');
        return context.keep(what);
      },
    })),
  },
  {
    defect: 'throws what is no refusal at an address',
    found: [
      'addressing: what is no address is refused, with words',
      'addressing: any text is a peer that can be read again, or refused',
    ],
    plant: inAddressing((addressing) => ({
      parsePeer: (text, account) => {
        if (text.includes('\u202a')) throw new TypeError('not an address');
        return addressing.parsePeer(text, account);
      },
    })),
  },
  {
    defect: 'keeps a peer as it was written',
    found: ['addressing: different ways to write a peer are one peer'],
    plant: inAddressing((addressing) => ({
      parsePeer: (text, account) => {
        addressing.parsePeer(text, account);
        return text as PeerId;
      },
      formatPeer: (peer) => peer,
    })),
  },
  {
    defect: 'connects as it is built',
    found: ['lifecycle: nothing is connected before the start'],
    // What connects when an account needs it does not do so at its start either.
    appliesTo: ({ definition }) => definition.capabilities.connection !== 'per-account',
    plant: inAdapter((adapter) => {
      const started = adapter.start().catch(() => {});
      return { start: () => started };
    }),
  },
  {
    defect: 'does not let its network wait for the clients',
    found: ['rooms: the network waits while the way to the clients is full, and all of it is told'],
    appliesTo: (_, network) => network.talk !== undefined,
    plant: inContext((context) => ({
      room: (...happening) => {
        void context.room(...happening);
        return undefined;
      },
    })),
  },
  {
    defect: 'fails to stop a second time',
    found: ['lifecycle: it can be closed twice', 'lifecycle: it can be stopped without a start'],
    plant: inAdapter((adapter) => {
      let stopped = false;
      return {
        stop: async () => {
          await adapter.stop();
          if (stopped) throw new Error('stopped already');
          stopped = true;
        },
      };
    }),
  },
];

function acknowledges(_: AdapterUnderTest, network: NetworkUnderTest): boolean {
  return network.acknowledges !== false;
}

function keeps({ definition }: AdapterUnderTest): boolean {
  return definition.opener !== undefined;
}

function fixture(name: string): string {
  return new URL(`../fixtures/openers/${name}`, import.meta.url).href;
}

/** Holds every first message back until the next one went. */
function overtaking(definition: AdapterDefinition): AdapterDefinition {
  let held: OutboundEvent | undefined;
  return inDelivery(async (deliver, event, attempt) => {
    if (held === undefined) {
      held = event;
      return { networkIds: [] };
    }
    const handed = await deliver(event, attempt);
    await deliver(held, attempt);
    held = undefined;
    return handed;
  })(definition);
}

async function mapVerdict(
  handing: Promise<Handed>,
  change: (error: DeliveryError) => DeliveryError['verdict'],
): Promise<Handed> {
  try {
    return await handing;
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    throw new DeliveryError(change(error), error.message);
  }
}

function inDelivery(
  change: (deliver: Deliver, event: OutboundEvent, attempt: Attempt) => Promise<Handed>,
) {
  return inSession((session) => ({
    deliver: (event, attempt) => change((...call) => session.deliver(...call), event, attempt),
  }));
}

function inSession(change: (session: Session) => Partial<Session>) {
  return inAdapter((adapter) => ({
    open: (account) => {
      const session = adapter.open(account);
      const reconcile: Session['reconcile'] = session.reconcile?.bind(session);
      return {
        deliver: (event, attempt) => session.deliver(event, attempt),
        ...(reconcile === undefined ? {} : { reconcile }),
        ...(session.rooms === undefined ? {} : { rooms: session.rooms }),
        close: () => session.close(),
        ...change(session),
      };
    },
  }));
}

function inAdapter(change: (adapter: Adapter) => Partial<Adapter>) {
  return (definition: AdapterDefinition): AdapterDefinition => ({
    ...definition,
    create: (context) => {
      const adapter = definition.create(context);
      const prepare: Adapter['prepare'] = adapter.prepare?.bind(adapter);
      const opened: Adapter['opened'] = adapter.opened?.bind(adapter);
      return {
        start: () => adapter.start(),
        stop: () => adapter.stop(),
        assess: (event, account) => adapter.assess(event, account),
        open: (account) => adapter.open(account),
        ...(prepare === undefined ? {} : { prepare }),
        ...(opened === undefined ? {} : { opened }),
        ...change(adapter),
      };
    },
  });
}

function inContext(change: (context: AdapterContext) => Partial<AdapterContext>) {
  return (definition: AdapterDefinition): AdapterDefinition => ({
    ...definition,
    create: (context) => definition.create({ ...context, ...change(context) }),
  });
}

function inAddressing(change: (addressing: Addressing<unknown>) => Partial<Addressing<unknown>>) {
  return (definition: AdapterDefinition): AdapterDefinition => ({
    ...definition,
    addressing: (config, place) => {
      const addressing = definition.addressing(config, place);
      return { ...addressing, ...change(addressing) };
    },
  });
}
