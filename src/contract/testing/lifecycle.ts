import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { attempt } from './attempt.ts';
import { type Check, turns } from './check.ts';
import { type Rig, withRig } from './rig.ts';
import type { AdapterUnderTest, NetworkBehaviour } from './subject.ts';

const TROUBLES: readonly NetworkBehaviour[] = [
  'refuses',
  'throttles',
  'drops-untaken',
  'drops-taken',
  'unreachable',
];

export function lifecycleChecks(subject: AdapterUnderTest): readonly Check[] {
  const check = (name: string, run: (rig: Rig) => Promise<void>): Check => ({
    name: `lifecycle: ${name}`,
    run: () => withRig(subject, run),
  });
  return [
    check('nothing is connected before the start', async ({ network }) => {
      await turns(20);
      assert.equal(network.connections, 0);
      assert.ok(!(await network.listening?.()), 'it listens');
    }),
    check('it can be closed twice', async ({ adapter, session }) => {
      await adapter.start();
      await session.close();
      await session.close();
      await adapter.stop();
      await adapter.stop();
    }),
    check('it can be stopped without a start', async ({ adapter }) => {
      await adapter.stop();
      await adapter.stop();
    }),
    check('a network that is down is a state, not an exception', async (rig) => {
      await rig.network.behave('unreachable');
      await rig.adapter.start();
      await rig.adapter.stop();
      await rig.adapter.stop();
    }),
    {
      name: 'secrets: none is in an error, a log line or a notice',
      run: () =>
        withRig(subject, async (rig) => {
          const words = [...(await provoke(rig)), ...rig.said.map(({ text }) => text)];
          for (const secret of rig.network.secrets) {
            const told = words.find((word) => word.includes(secret));
            assert.ok(told === undefined, 'a secret was told');
          }
        }),
    },
    {
      name: 'secrets: no text of a message is in an error, or in the log above "debug"',
      run: () =>
        withRig(subject, async (rig) => {
          const errors = await provoke(rig);
          const lines = rig.said.filter(({ level }) => level !== 'debug');
          for (const word of [...errors, ...lines.map(({ text }) => text)]) {
            assert.ok(!word.includes(CANARY), 'the text of a message was told');
          }
        }),
    },
  ];
}

const CANARY = 'canary-of-a-text';

/** Everything that goes wrong, once. Returns the errors in full. */
async function provoke(rig: Rig): Promise<readonly string[]> {
  const errors: unknown[] = [];
  const collect = (error: unknown): void => {
    errors.push(error);
  };
  await rig.adapter.start();
  await rig.connected();
  rig.store = async () => {
    throw new Error('the store is down');
  };
  await rig.network.inbound({ id: 1, text: CANARY }, rig).catch(collect);
  await rig.network.forge(rig).catch(collect);
  for (const how of TROUBLES) {
    await rig.network.behave(how);
    const event = rig.message(CANARY);
    const past = { number: 1, startedAt: 0, sentParts: new Map(), isKnown: async () => false };
    await rig.session.deliver(event, attempt()).catch(collect);
    const { signal } = new AbortController();
    await rig.session.reconcile?.(event, { ...past, signal }).catch(collect);
  }
  return errors.map((error) => {
    const inside = inspect(error, { depth: 10, showHidden: true });
    return `${inside} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`;
  });
}
