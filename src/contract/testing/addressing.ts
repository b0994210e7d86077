import assert from 'node:assert/strict';
import type { Addressing } from '../index.ts';
import { type Check, orRefused } from './check.ts';
import { PLACE, type Rig, USER, withRig } from './rig.ts';
import { strangeTexts } from './strange-texts.ts';
import type { AdapterUnderTest } from './subject.ts';

const STRANGE_TEXTS = 2_000;
const MAX_PEER_BYTES = 1_023;

export function addressingChecks(subject: AdapterUnderTest): readonly Check[] {
  const check = (name: string, run: (rig: Rig) => void): Check => ({
    name: `addressing: ${name}`,
    run: () => withRig(subject, async (rig) => run(rig)),
  });
  return [
    check('different ways to write a peer are one peer', ({ addressing, link }) => {
      for (const [canonical, ...others] of subject.addresses.same) {
        const peer = addressing.parsePeer(canonical, link.settings);
        assert.equal(addressing.formatPeer(peer), canonical);
        for (const other of others) {
          assert.equal(addressing.parsePeer(other, link.settings), peer, `"${other}"`);
        }
      }
    }),
    check('what is no address is refused, with words', ({ addressing, link }) => {
      for (const text of subject.addresses.malformed) {
        const peer = orRefused(`parsePeer(${JSON.stringify(text)})`, () =>
          addressing.parsePeer(text, link.settings),
        );
        assert.equal(peer, undefined, `${JSON.stringify(text)} became a peer`);
      }
    }),
    check('any text is a peer that can be read again, or refused', ({ addressing, link }) => {
      for (const text of strangeTexts(1, STRANGE_TEXTS)) {
        checkText(text, addressing, link.settings);
        checkText(text, addressing, undefined);
      }
    }),
    check('the same text always gives the same peer', ({ addressing, link, network }) => {
      const { definition } = subject;
      const again = definition.addressing(definition.config.parse(network.config), PLACE);
      for (const text of [...subject.addresses.same.flat(), ...strangeTexts(2, 200)]) {
        const read = (by: Addressing<unknown>) =>
          orRefused(text, () => by.parsePeer(text, link.settings));
        assert.equal(read(addressing), read(addressing));
        assert.equal(read(again), read(addressing), JSON.stringify(text));
      }
    }),
    check('an account has addresses of its own, always the same', ({ addressing, link }) => {
      const own = addressing.ownAddresses(link.settings);
      assert.ok(own.length > 0);
      assert.equal(new Set(own).size, own.length);
      const stored: unknown = JSON.parse(JSON.stringify(link.settings));
      const restored = subject.definition.account.parse(stored);
      assert.deepEqual(addressing.ownAddresses(restored), own);
    }),
    check('a new account gets nothing that is taken', ({ addressing }) => {
      const given = orRefused('registration', () => addressing.registration(() => false, USER));
      if (given === undefined) return;
      const own = addressing.ownAddresses(subject.definition.account.parse(given));
      const next = orRefused('registration', () =>
        addressing.registration((address) => own.includes(address), USER),
      );
      if (next === undefined) return;
      const others = addressing.ownAddresses(subject.definition.account.parse(next));
      assert.ok(!others.some((address) => own.includes(address)), 'one address was given twice');
    }),
  ];
}

function checkText(text: string, addressing: Addressing<unknown>, settings: unknown): void {
  const what = JSON.stringify(text.slice(0, 80));
  const peer = orRefused(`parsePeer(${what})`, () => addressing.parsePeer(text, settings));
  if (peer === undefined) return;
  const bytes = Buffer.byteLength(peer);
  assert.ok(bytes > 0 && bytes <= MAX_PEER_BYTES, `${what}: a peer of ${bytes} bytes`);
  const written = addressing.formatPeer(peer);
  assert.equal(addressing.parsePeer(written, settings), peer, `${what} reads back differently`);
  assert.equal(addressing.parsePeer(written), peer, `${what} depends on who reads it`);
  assert.notEqual(addressing.describePeer(peer).trim(), '', `${what} has no description`);
}
