import assert from 'node:assert/strict';
import type { InboundMessage } from '../index.ts';
import { type Check, turns } from './check.ts';
import { type Rig, STORED, withStartedRig } from './rig.ts';
import type { Acknowledgement, AdapterUnderTest } from './subject.ts';

const SAMPLE = { id: 1, text: 'Wherefore art thou' };

export function inboundChecks(subject: AdapterUnderTest): readonly Check[] {
  const check = (name: string, run: (rig: Rig) => Promise<void>): Check => ({
    name: `inbound: ${name}`,
    run: () =>
      withStartedRig(subject, async (rig) => {
        await rig.connected();
        await run(rig);
      }),
  });
  return [
    check('a message comes from a peer, for an address of the account', async (rig) => {
      assert.equal(await rig.network.inbound(SAMPLE, rig), 'acknowledged');
      await rig.opened();
      const [event] = messages(rig);
      assert.ok(event !== undefined, 'nothing was received');
      assert.equal(event.text, SAMPLE.text);
      const { addressing, link } = rig;
      assert.ok(addressing.ownAddresses(link.settings).includes(event.to), `for "${event.to}"`);
      assert.equal(addressing.parsePeer(addressing.formatPeer(event.from)), event.from);
      assert.notEqual(event.eventId, '');
    }),
    check('nothing is acknowledged before it is stored', (rig) => acknowledgesAfterStoring(rig)),
    check(
      'what is under way when the transport begins to stop is stored, and acknowledged',
      (rig) => acknowledgesAfterStoring(rig, () => rig.end()),
    ),
    check('what could not be stored is not acknowledged', async (rig) => {
      if (rig.network.acknowledges === false) return;
      rig.store = async () => {
        throw new Error('the store is down');
      };
      assert.equal(await rig.network.inbound(SAMPLE, rig), 'try-again');
    }),
    check('the same message again is the same event', async (rig) => {
      for (const id of [1, 1, 2]) {
        await rig.network.inbound({ ...SAMPLE, id }, rig);
        await rig.opened();
      }
      const [first, again, other] = messages(rig).map(({ eventId }) => eventId);
      assert.equal(again, first);
      assert.notEqual(other, first);
    }),
    check('a repeat is acknowledged', async (rig) => {
      rig.store = async () => ({ result: 'duplicate' });
      assert.equal(await rig.network.inbound(SAMPLE, rig), 'acknowledged');
    }),
    check('nobody else can pass as the network', async (rig) => {
      for (const { how, answer } of await rig.network.forge(rig)) {
        assert.equal(answer, 'refused', how);
      }
      assert.deepEqual(rig.received, []);
    }),
  ];
}

async function acknowledgesAfterStoring(rig: Rig, meanwhile = () => {}): Promise<void> {
  if (rig.network.acknowledges === false) return;
  const order: string[] = [];
  const called = Promise.withResolvers<void>();
  const stored = Promise.withResolvers<void>();
  rig.store = async () => {
    called.resolve();
    await stored.promise;
    return STORED;
  };
  const answer: Promise<Acknowledgement> = rig.network.inbound(SAMPLE, rig).then((how) => {
    order.push(how);
    return how;
  });
  await Promise.race([called.promise, answer]);
  meanwhile();
  await turns(20);
  order.push('stored');
  stored.resolve();
  await answer;
  assert.deepEqual(order, ['stored', 'acknowledged']);
}

function messages(rig: Rig): readonly InboundMessage[] {
  return rig.received.filter((event) => event.kind === 'message');
}
