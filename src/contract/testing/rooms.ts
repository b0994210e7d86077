import assert from 'node:assert/strict';
import { type Check, turns } from './check.ts';
import { type Rig, withStartedRig } from './rig.ts';
import type { AdapterUnderTest } from './subject.ts';

/** Some hundred KiB: more than is read of a connection at once. */
const TEXTS = Array.from({ length: 5_000 }, (_, number) => `${number} `.padEnd(100, 'x'));

export function roomChecks(subject: AdapterUnderTest): readonly Check[] {
  if (!subject.definition.sends.includes('room-message')) return [];
  return [
    {
      name: 'rooms: the network waits while the way to the clients is full, and all of it is told',
      run: () => withStartedRig(subject, waits),
    },
  ];
}

async function waits(rig: Rig): Promise<void> {
  const { network } = rig;
  if (network.talk === undefined) return;
  await rig.roomMessage(network.room ?? '');
  const way = Promise.withResolvers<void>();
  rig.full = way.promise;
  const first = rig.told(({ event }) => event.is === 'said');
  network.talk(TEXTS);
  await first;
  await turns(100);
  const { length } = said(rig);
  assert.ok(length < TEXTS.length / 2, `${length} of ${TEXTS.length} were told while it was full`);
  rig.full = undefined;
  const last = rig.told(({ event }) => event.is === 'said' && event.text === TEXTS.at(-1));
  way.resolve();
  await last;
  assert.deepEqual(said(rig), TEXTS);
}

function said(rig: Rig): readonly string[] {
  return rig.roomEvents.flatMap(({ event }) => (event.is === 'said' ? [event.text] : []));
}
