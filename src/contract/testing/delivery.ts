import assert from 'node:assert/strict';
import type { NetworkMessageId, PastAttempt } from '../index.ts';
import { DeliveryError } from '../index.ts';
import { attempt, failureOf, verdictOf } from './attempt.ts';
import { type Check, orRefused } from './check.ts';
import { type Rig, withStartedRig } from './rig.ts';
import { strangeTexts } from './strange-texts.ts';
import type { AdapterUnderTest, NetworkBehaviour } from './subject.ts';

const STRANGE_TEXTS = 300;

export function deliveryChecks(subject: AdapterUnderTest): readonly Check[] {
  const { capabilities } = subject.definition;
  const check = (name: string, run: (rig: Rig) => Promise<void>): Check => ({
    name: `delivery: ${name}`,
    run: () => withStartedRig(subject, run),
  });
  const verdictWhen = (how: NetworkBehaviour, expected: string): Check =>
    check(
      `a network that ${PHRASES[how]} is "${expected}"`,
      async ({ network, session, message }) => {
        await network.behave(how);
        const handing = session.deliver(message(), attempt());
        assert.equal((await verdictOf(handing, PHRASES[how])).kind, expected);
      },
    );
  return [
    check('what a message costs is known at once', async ({ adapter, link, message }) => {
      const { units } = adapter.assess(message(), link);
      assert.ok(Number.isInteger(units) && units >= 1, `${units} units`);
    }),
    check('any text is assessed or refused', async ({ adapter, link, message }) => {
      for (const text of strangeTexts(3, STRANGE_TEXTS)) {
        if (text === '') continue;
        orRefused(`assess(${JSON.stringify(text.slice(0, 80))})`, () =>
          adapter.assess(message(text), link),
        );
      }
    }),
    check('every kind that is declared is sent', async (rig) => {
      const { network, session } = rig;
      const { sends } = subject.definition;
      for (const kind of sends) {
        const event =
          kind === 'message' ? rig.message() : await rig.roomMessage(network.room ?? '');
        const handed = await session.deliver(event, attempt());
        assert.equal(new Set(handed.networkIds).size, handed.networkIds.length);
      }
      assert.deepEqual(
        network.taken,
        sends.map(() => network.text),
      );
    }),
    check('a message leaves when it said so, not earlier', leavesInTime),
    check('what may not leave does not', async ({ network, session, message }) => {
      const error = new DeliveryError({ kind: 'later' }, 'the lease is over');
      const leave = () => {
        throw error;
      };
      const failure = await failureOf(session.deliver(message(), attempt({ leave })), 'no leave');
      assert.equal(failure, error, 'the refusal to leave was replaced');
      assert.deepEqual(network.taken, []);
    }),
    check('an attempt whose time is up before it begins is "later"', async (rig) => {
      const handing = rig.session.deliver(rig.message(), attempt({ signal: AbortSignal.abort() }));
      assert.equal((await verdictOf(handing, 'aborted')).kind, 'later');
      assert.deepEqual(rig.network.taken, []);
    }),
    verdictWhen('refuses', 'never'),
    verdictWhen('throttles', 'later'),
    verdictWhen('unreachable', 'later'),
    verdictWhen('drops-untaken', 'unknown-outcome'),
    verdictWhen('drops-taken', 'unknown-outcome'),
    check('an attempt whose time is up after it left is "unknown-outcome"', async (rig) => {
      await rig.network.behave('hangs');
      const timeUp = new AbortController();
      rig.network.onFirstBytes(() => timeUp.abort());
      const handing = rig.session.deliver(rig.message(), attempt({ signal: timeUp.signal }));
      assert.equal((await verdictOf(handing, 'hangs')).kind, 'unknown-outcome');
    }),
    check('a message is sent once in an attempt', async ({ network, session, message }) => {
      let arrivals = 0;
      network.onFirstBytes(() => {
        arrivals += 1;
      });
      await network.behave('drops-taken');
      await verdictOf(session.deliver(message(), attempt()), 'drops-taken');
      assert.equal(arrivals, 1);
      assert.deepEqual(network.taken, [network.text]);
    }),
    check('messages keep their order and their words', async ({ network, session, message }) => {
      if (capabilities.order === 'none') return;
      const texts = ['one', 'two', 'three'].map((word) => `${network.text} ${word}`);
      for (const text of texts) await session.deliver(message(text), attempt());
      assert.deepEqual(network.taken, texts);
    }),
    check('parts that were sent are not sent again', sendsMissingParts),
    check('what was taken without an answer is found', async (rig) => {
      await rig.network.behave('drops-taken');
      const result = await reconcileAfter(rig, async () => false);
      assert.ok(result === undefined || result === 'handed', `it says "${result}"`);
    }),
    check('what was not taken is not found', async (rig) => {
      await rig.network.behave('drops-untaken');
      const result = await reconcileAfter(rig, async () => false);
      assert.ok(result !== 'handed' && result !== 'part', `it says "${result}"`);
    }),
    check('another message with the same words is not taken for it', async (rig) => {
      await rig.network.behave('drops-taken');
      const result = await reconcileAfter(rig, async () => true);
      assert.ok(result !== 'handed' && result !== 'part', `it says "${result}"`);
    }),
  ];
}

const PHRASES: Readonly<Record<NetworkBehaviour, string>> = {
  accepts: 'accepts',
  refuses: 'refuses for good',
  throttles: 'takes no more now',
  unreachable: 'can not be reached',
  'drops-untaken': 'goes away without a word',
  'drops-taken': 'takes it and goes away without a word',
  hangs: 'never answers',
};

async function leavesInTime({ network, session, message }: Rig): Promise<void> {
  const order: string[] = [];
  network.onFirstBytes(() => order.push('arrived'));
  await session.deliver(message(), attempt({ leave: (part) => order.push(`part ${part} left`) }));
  assert.deepEqual(order, ['part 0 left', 'arrived']);
}

async function sendsMissingParts({ network, session, message }: Rig): Promise<void> {
  if (network.longText === undefined) return;
  const event = message(network.longText);
  const sent: [number, NetworkMessageId, number][] = [];
  const partSent = async (part: number, id: NetworkMessageId, total: number): Promise<void> => {
    sent.push([part, id, total]);
  };
  const handed = await session.deliver(event, attempt({ partSent }));
  const ids = handed.networkIds;
  const whole = [...network.taken];
  assert.ok(ids.length > 1, 'the long text is one part');
  assert.deepEqual(
    sent,
    ids.map((id, part) => [part, id, ids.length]),
    'not every part was made durable',
  );
  const [first] = ids;
  assert.ok(first !== undefined);
  const again = await session.deliver(event, attempt({ sentParts: new Map([[0, first]]) }));
  assert.equal(again.networkIds[0], first);
  assert.equal(again.networkIds.length, ids.length);
  assert.deepEqual(network.taken, [...whole, ...whole.slice(1)]);
}

/** Undefined where the network can not be asked. */
async function reconcileAfter(
  { session, message }: Rig,
  isKnown: PastAttempt['isKnown'],
): Promise<string | undefined> {
  const event = message();
  const startedAt = Date.now();
  await verdictOf(session.deliver(event, attempt()), 'no answer');
  const { signal } = new AbortController();
  const past = { number: 1, startedAt, sentParts: new Map(), signal, isKnown };
  const reconciled = await session.reconcile?.(event, past);
  return reconciled?.result;
}
