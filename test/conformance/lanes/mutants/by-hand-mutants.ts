import { newMessageId } from '../../../../src/lanes/lane.ts';
import type { LaneStore } from '../../../../src/lanes/lane-store.ts';
import type { Mutant } from './mutants.ts';

/** Defects in what people see of a lane store, and do to it. */
export const byHandMutants: readonly Mutant[] = [
  {
    defect: 'calls back what is under way',
    caughtBy: 'what is under way can not be taken back, and nobody is told that it was',
    plant: (sound) => ({
      ...sound,
      async withdraw(id, seen, reports) {
        const withdrawn = await sound.withdraw(id, seen, reports);
        if (withdrawn !== 'sending') return withdrawn;
        await sound.push(reports);
        return 'withdrawn';
      },
    }),
  },
  {
    defect: 'does not look whether it was tried meanwhile',
    caughtBy: 'what was tried since somebody looked at it is not taken back',
    plant: (sound) => ({
      ...sound,
      async withdraw(id, _, reports) {
        const [standing] = await sound.look([id]);
        return await sound.withdraw(id, standing?.attempts ?? 0, reports);
      },
    }),
  },
  {
    defect: 'forgets whom to tell when a message is taken back',
    caughtBy: 'what waits can be taken back, and its sender is told in the same step',
    plant: (sound) => ({ ...sound, withdraw: (id, seen) => sound.withdraw(id, seen, []) }),
  },
  {
    defect: 'gives a lane away to whoever is in a hurry',
    caughtBy: 'what is under way is not taken from its holder by hurry',
    plant: (sound) => ({
      ...sound,
      async hurry(id) {
        const [standing] = await sound.look([id]);
        if (standing !== undefined) await sound.release(standing.lane.channel, 'h1');
        return await sound.hurry(id);
      },
    }),
  },
  {
    defect: 'lets one overtake who is in a hurry',
    caughtBy: 'one behind another hurries both, and overtakes nothing',
    plant: (sound) => ({
      ...sound,
      async hurry(id) {
        const entry = await sound.read(id);
        const hurried = await sound.hurry(id);
        if (entry === undefined) return hurried;
        const [head] = await sound.messagesOf(entry.lane, 1);
        const first = head === undefined ? undefined : await sound.read(head);
        if (first === undefined || first.id === id) return hurried;
        await sound.withdraw(first.id, first.attempts, []);
        await sound.push([{ ...first, id: newMessageId(first.lane.partition), duplicateKeys: [] }]);
        return hurried;
      },
    }),
  },
  {
    defect: 'hurries what is under way with all the rest',
    caughtBy: 'all that has to wait is hurried, page by page, and nothing else is touched',
    plant: (sound) => ({
      ...sound,
      async hurryAll(request) {
        await sound.release(request.channel, 'h1');
        return await sound.hurryAll(request);
      },
    }),
  },
  {
    defect: 'takes all for held where something is',
    caughtBy: 'of all that is on hold the heads are found, page by page, and of no other',
    plant: (sound) => ({
      ...sound,
      async held({ channel, ...page }) {
        const { waiting } = await sound.heads({ channels: [channel], limit: 1_000 });
        const some = waiting
          .filter(({ lane }) => lane.partition === page.partition)
          .map(({ head }) => head)
          .slice(page.skip, page.skip + page.limit);
        return { lanes: some.length, heads: some, more: some.length === page.limit };
      },
    }),
  },
  {
    defect: 'holds only what is there already',
    caughtBy: 'a hold is in force for what is stored later, also in a lane that was empty',
    plant: (sound) => ({
      ...sound,
      async push(entries) {
        const pushed = await sound.push(entries);
        for (const { lane } of entries) {
          await sound.resume({ channel: lane.channel, conversation: lane });
        }
        return pushed;
      },
    }),
  },
  {
    defect: 'ends a hold with the attempt that was under way',
    caughtBy: 'an attempt that has to wait does not end a hold',
    plant: (sound) => resuming(sound),
  },
  {
    defect: 'lists the youngest first',
    caughtBy: 'what waits is listed by the age of its head, page by page',
    plant: (sound) => ({
      ...sound,
      async heads(request) {
        const { waiting, more } = await sound.heads(request);
        return { waiting: waiting.toReversed(), more };
      },
    }),
  },
];

function resuming(sound: LaneStore): LaneStore {
  return {
    ...sound,
    async settle(requests) {
      const settled = await sound.settle(requests);
      for (const { claim } of requests) {
        await sound.resume({ channel: claim.lane.channel, conversation: claim.lane });
      }
      return settled;
    },
  };
}
