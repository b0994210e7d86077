import assert from 'node:assert/strict';
import { DeliveryError, type InboundEvent, type Kept } from '../index.ts';
import type { Check } from './check.ts';
import { type Rig, withStartedRig } from './rig.ts';
import { strangeBytes } from './strange-texts.ts';
import type { AdapterUnderTest } from './subject.ts';

const STRANGE_BYTES = 300;

/** None for an adapter that keeps nothing. */
export function keepingChecks(subject: AdapterUnderTest): readonly Check[] {
  const { opener } = subject.definition;
  if (opener === undefined) return [];
  const check = (name: string, run: (rig: Rig, kept: Kept) => Promise<void>): Check => ({
    name: `keeping: ${name}`,
    run: () =>
      withStartedRig(subject, async (rig) => {
        await rig.network.inbound({ id: 1, text: 'Wherefore art thou' }, rig);
        const [kept] = rig.kept;
        assert.ok(kept !== undefined, 'it has an opener, and kept nothing');
        await run(rig, kept);
      }),
  });
  return [
    {
      name: 'keeping: its opener is a module, which exports a function',
      run: async () => {
        assert.equal(new URL(opener).protocol, 'file:');
        const module: { readonly default?: unknown } = await import(opener);
        assert.equal(typeof module.default, 'function');
      },
    },
    check('what is opened again gives the same events', async (rig, kept) => {
      const [first, again] = [await rig.open(kept), await rig.open(kept)];
      assert.ok(first.length > 0, 'it gives none');
      assert.deepEqual(again.map(identityOf), first.map(identityOf));
    }),
    check('nothing that comes in is too strange to be opened', async (rig, kept) => {
      for (const raw of strangeBytes(4, STRANGE_BYTES, kept.raw)) {
        const what = JSON.stringify(Buffer.from(raw).toString('latin1').slice(0, 200));
        for (const event of await opened(rig, { ...kept, raw }, what)) {
          if (event.kind === 'message')
            assert.ok(event.eventId !== '', `${what}: an event without id`);
        }
      }
    }),
  ];
}

/** What the bytes say, however wrong, is a result: only what is missing elsewhere may be waited for. */
async function opened(rig: Rig, kept: Kept, what: string): Promise<readonly InboundEvent[]> {
  try {
    return await rig.open(kept);
  } catch (error) {
    const waits = error instanceof DeliveryError && error.verdict.kind === 'later';
    assert.ok(waits, `${what}: threw ${String(error)}`);
    return [];
  }
}

function identityOf(event: InboundEvent): unknown {
  return event.kind === 'message' ? [event.to, event.eventId] : [event.of, event.state.is];
}
