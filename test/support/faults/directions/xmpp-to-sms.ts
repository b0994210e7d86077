import type { SmsDoor } from '../doors/sms.ts';
import { keyOf } from '../ledger.ts';
import type { Direction, Scene } from './direction.ts';
import { XmppSource } from './xmpp-source.ts';

const NUMBERS = ['+12025550151', '+12025550152', '+12025550153'];

/**
 * The source has a receipt when the carrier says that it was delivered. A status callback that found
 * nobody is not called again: such a message stays unconfirmed. The sink is the carrier's own list.
 */
export function xmppToSms(scene: Scene, { carrier, transport: { domain } }: SmsDoor): Direction {
  const source = new XmppSource({
    ...scene,
    direction: 'xmpp-sms',
    domain,
    lanes: NUMBERS.map((number) => ({ to: `${number}@${domain}` })),
  });
  let listed = 0;
  let collecting = Promise.resolve();
  const collect = async (): Promise<void> => {
    const texts = await carrier.messages();
    for (const { body } of texts.slice(listed)) {
      const key = keyOf(body);
      if (key !== undefined) scene.ledger.note(key, { is: 'arrived' });
    }
    listed = texts.length;
  };
  return {
    name: 'xmpp-sms',
    // The carrier is asked what it has, before anything is sent again.
    promised: { order: true, receipts: true, duplicates: {}, sameId: false },
    lanes: NUMBERS.length,
    send: (count, lane) => source.send(count, lane),
    taken: () => source.until(({ isDone }) => isDone),
    collect() {
      collecting = collecting.catch(() => undefined).then(collect);
      return collecting;
    },
    get waitsFor() {
      return source.waitsFor;
    },
  };
}
