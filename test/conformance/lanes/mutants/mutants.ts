import { newMessageId } from '../../../../src/lanes/lane.ts';
import type {
  Claim,
  Claimed,
  ClaimedEntry,
  LaneStore,
  NewEntry,
  SettleRequest,
} from '../../../../src/lanes/lane-store.ts';
import { memoryLaneStore } from '../../../../src/lanes/memory/memory-lane-store.ts';

/** A lane store with one planted defect, and the check that must not let it pass. */
export interface Mutant {
  readonly defect: string;
  readonly caughtBy: string;
  plant(sound: LaneStore): LaneStore;
}

export const mutants: readonly Mutant[] = [
  {
    defect: 'acknowledges before it has stored',
    caughtBy: 'what is stored can be read at once',
    plant: (sound) => ({
      ...sound,
      async push(entries) {
        setImmediate(() => void sound.push(entries));
        return entries.map(() => ({ result: 'stored' }));
      },
    }),
  },
  {
    defect: 'says too early that entries are on their way',
    caughtBy: 'a claim that is asked for when entries are on their way finds them',
    plant: (sound) => ({
      ...sound,
      async push(entries, sent) {
        sent?.();
        return await sound.push(entries);
      },
    }),
  },
  {
    defect: 'says nothing when entries are on their way',
    caughtBy: 'a claim that is asked for when entries are on their way finds them',
    plant: (sound) => ({ ...sound, push: (entries) => sound.push(entries) }),
  },
  {
    defect: 'cuts long events',
    caughtBy: 'nothing of an event is changed',
    plant: (sound) =>
      pushing(sound, (entry) => ({ ...entry, event: entry.event.slice(0, 65_535) })),
  },
  {
    defect: 'stores a late repeat as a new message',
    caughtBy: 'a message that has ended is not stored again by a late repeat',
    plant: (sound) => {
      const fresh = async (entry: NewEntry) =>
        (await sound.read(entry.id)) === undefined
          ? { ...entry, id: newMessageId(entry.lane.partition), duplicateKeys: [] }
          : entry;
      return {
        ...sound,
        push: async (entries) => await sound.push(await Promise.all(entries.map(fresh))),
      };
    },
  },
  {
    defect: 'knows no duplicates',
    caughtBy: 'an event seen before is not stored, and it is said what it repeats',
    plant: (sound) => pushing(sound, (entry) => ({ ...entry, duplicateKeys: [] })),
  },
  {
    defect: 'looks at the first key only',
    caughtBy: 'each of several keys recognises a repeat',
    plant: (sound) =>
      pushing(sound, (entry) => ({ ...entry, duplicateKeys: entry.duplicateKeys.slice(0, 1) })),
  },
  {
    defect: 'turns a lane around',
    caughtBy: 'messages of a lane come in the order in which they were stored',
    plant: (sound) =>
      claiming(sound, (claim) => ({ ...claim, entries: claim.entries.toReversed() })),
  },
  {
    defect: 'puts a head that has to wait behind the others',
    caughtBy: 'a head that had to wait comes before what was behind it',
    plant: (sound) => ({
      ...sound,
      async settle(requests) {
        const requeued = requests.flatMap(({ claim, settlements }) =>
          claim.entries.filter((_, index) => settlements[index]?.kind === 'later'),
        );
        const gone = requests.map((request) => ({
          ...request,
          settlements: request.settlements.map((each) =>
            each.kind === 'later' ? ({ kind: 'terminal', keep: false } as const) : each,
          ),
        }));
        const settled = await sound.settle(gone);
        await sound.push(
          requeued.map((entry) => ({
            ...entry,
            id: newMessageId(entry.lane.partition),
            duplicateKeys: [],
          })),
        );
        return settled;
      },
    }),
  },
  {
    defect: 'does not wait',
    caughtBy: 'nothing overtakes a head that has to wait',
    plant: (sound) =>
      settling(sound, (request) => ({
        ...request,
        settlements: request.settlements.map((each) =>
          'afterMs' in each ? { ...each, afterMs: 0 } : each,
        ),
      })),
  },
  {
    defect: 'loses what was not touched',
    caughtBy: 'entries behind those that were settled were not touched',
    plant: (sound) =>
      settling(sound, (request) => ({
        ...request,
        settlements: request.claim.entries.map(
          (_, index) => request.settlements[index] ?? { kind: 'terminal', keep: false },
        ),
      })),
  },
  {
    defect: 'gives a held lane to whoever asks',
    caughtBy: 'a lane is held by one holder at a time',
    plant: (sound) => ({
      ...sound,
      async claim(request) {
        await sound.release(request.channel, 'h1');
        return await sound.claim(request);
      },
    }),
  },
  {
    defect: 'lets a late holder settle',
    caughtBy: 'a late holder settles nothing',
    plant: (sound) => {
      const latest = new Map<string, Claim>();
      return {
        ...sound,
        async claim(request) {
          const claimed = await sound.claim(request);
          for (const claim of claimed.claims) latest.set(claim.lane.name, claim);
          return claimed;
        },
        settle: (requests) =>
          sound.settle(
            requests.map((request) => ({
              ...request,
              claim: latest.get(request.claim.lane.name) ?? request.claim,
            })),
          ),
      };
    },
  },
  {
    defect: 'tells the sender though the settlement was late',
    caughtBy: 'a late holder settles nothing',
    plant: (sound) => ({
      ...sound,
      async settle(requests) {
        await sound.push(requests.flatMap(({ reports }) => reports));
        return await sound.settle(requests);
      },
    }),
  },
  {
    defect: 'forgets whom to tell',
    caughtBy: 'reports are stored in the same step as the settlement',
    plant: (sound) => settling(sound, (request) => ({ ...request, reports: [] })),
  },
  {
    defect: 'does not see that an intent was left open',
    caughtBy: 'past its lease a head is found open by the next holder',
    plant: (sound) => ofEntries(sound, (entry) => ({ ...entry, interrupted: false })),
  },
  {
    defect: 'counts no crashes',
    caughtBy: 'each holder that left an intent open counts as a crash',
    plant: (sound) => ofEntries(sound, (entry) => ({ ...entry, crashes: 0 })),
  },
  {
    defect: 'goes by a clock that runs fast',
    caughtBy: 'within its lease a lane is not given away',
    plant: () => {
      let now = Date.now();
      return memoryLaneStore({ now: () => (now += 600_000) });
    },
  },
  {
    defect: 'claims more lanes than asked for',
    caughtBy: 'no more lanes are claimed than asked for, and it is said where more is due',
    plant: (sound) => ({ ...sound, claim: (request) => sound.claim({ ...request, lanes: 1_000 }) }),
  },
  {
    defect: 'stays with a lane while it has anything',
    caughtBy: 'a lane with 10,000 waiting lets the others pass',
    plant: (sound) => {
      let last: number | undefined;
      return {
        ...sound,
        async claim(request) {
          const again =
            last === undefined
              ? undefined
              : await sound.claim({ ...request, lanes: 1, partitions: [last] });
          const claimed: Claimed =
            again !== undefined && again.claims.length > 0
              ? again
              : await sound.claim({ ...request, lanes: 1 });
          last = claimed.claims[0]?.lane.partition;
          return claimed;
        },
      };
    },
  },
  {
    defect: 'forgets what was handed over',
    caughtBy: 'rewound messages come before what waits, in their old order',
    plant: (sound) =>
      settling(sound, (request) => ({
        ...request,
        settlements: request.settlements.map((each) =>
          each.kind === 'handed' ? { ...each, keepMs: 0 } : each,
        ),
      })),
  },
  {
    defect: 'ends with the first part that is delivered',
    caughtBy: 'a message ends when all of its parts are delivered',
    plant: (sound) => ({
      ...sound,
      async confirm(news) {
        const entry = await sound.read(news.id);
        for (const { part, networkId } of entry?.parts ?? []) {
          if (part !== news.part) await sound.confirm({ ...news, part, networkId, reports: [] });
        }
        return await sound.confirm(news);
      },
    }),
  },
  {
    defect: 'tells the sender with every news',
    caughtBy: 'the sender is told once',
    plant: (sound) => ({
      ...sound,
      async confirm(news) {
        await sound.push(news.reports);
        return await sound.confirm(news);
      },
    }),
  },
  {
    defect: 'drops news that come before the answer',
    caughtBy: 'news that come before the answer are not lost',
    plant: (sound) => ({
      ...sound,
      async confirm(news) {
        const entry = await sound.read(news.id);
        return entry?.state === 'sending' ? 'noted' : await sound.confirm(news);
      },
    }),
  },
  {
    defect: 'drops news of network ids that it does not know',
    caughtBy: 'news of an unknown network id wait until it is bound',
    plant: (sound) => ({ ...sound, keepForLater: async () => undefined }),
  },
  {
    defect: 'throws dead letters away',
    caughtBy: 'a dead letter is kept for the operator, and its lane goes on',
    plant: (sound) =>
      settling(sound, (request) => ({
        ...request,
        settlements: request.settlements.map((each) =>
          each.kind === 'terminal' ? { ...each, keep: false } : each,
        ),
      })),
  },
];

function pushing(sound: LaneStore, change: (entry: NewEntry) => NewEntry): LaneStore {
  return { ...sound, push: (entries) => sound.push(entries.map(change)) };
}

function settling(sound: LaneStore, change: (request: SettleRequest) => SettleRequest): LaneStore {
  return { ...sound, settle: (requests) => sound.settle(requests.map(change)) };
}

function claiming(sound: LaneStore, change: (claim: Claim) => Claim): LaneStore {
  return {
    ...sound,
    async claim(request) {
      const claimed = await sound.claim(request);
      return { ...claimed, claims: claimed.claims.map(change) };
    },
  };
}

function ofEntries(sound: LaneStore, change: (entry: ClaimedEntry) => ClaimedEntry): LaneStore {
  return claiming(sound, (claim) => ({ ...claim, entries: claim.entries.map(change) }));
}
