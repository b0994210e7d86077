import { JULIET } from '../../house.ts';
import { Watched } from '../../watched.ts';
import type { SmsDoor } from '../doors/sms.ts';
import { type MessageKey, textOf } from '../ledger.ts';
import { type Direction, type Scene, TO_XMPP } from './direction.ts';
import { hearArrivals } from './xmpp-sink.ts';

const NUMBERS = ['+12025550161', '+12025550162', '+12025550163'];

/** A handset whose texts are posted one after the other: the next when the gateway has said 2xx. */
class Handset extends Watched {
  readonly #number: string;
  readonly #scene: Scene;
  readonly #door: SmsDoor;
  readonly #queue: { readonly key: MessageKey; sid?: string }[] = [];
  #isPosting = false;

  constructor(number: string, scene: Scene, door: SmsDoor) {
    super();
    this.#number = number;
    this.#scene = scene;
    this.#door = door;
    scene.pulse.beat(() => void this.#post());
  }

  get waiting(): number {
    return this.#queue.length;
  }

  write(key: MessageKey): void {
    this.#queue.push({ key });
    void this.#post();
  }

  /** Until one is refused, whatever the carrier tried: then it comes again with the next beat, as itself. */
  async #post(): Promise<void> {
    if (this.#isPosting) return;
    this.#isPosting = true;
    const { ledger } = this.#scene;
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const { key } = head;
      ledger.note(key, { is: 'offered' });
      const written = { from: this.#number, to: JULIET.number, body: textOf(key) };
      const posted = await this.#door.post(
        head.sid === undefined ? written : { ...written, sid: head.sid },
      );
      head.sid = posted.sid;
      if (!posted.isTaken) break;
      ledger.note(key, { is: 'accepted', by: '2xx', id: posted.sid });
      this.#queue.shift();
      this.changed();
    }
    this.#isPosting = false;
  }
}

export function smsToXmpp(scene: Scene, door: SmsDoor): Direction {
  const handsets = NUMBERS.map((number) => new Handset(number, scene, door));
  hearArrivals(scene, 'sms-xmpp');
  let count = 0;
  return {
    name: 'sms-xmpp',
    promised: { order: true, receipts: false, ...TO_XMPP },
    lanes: handsets.length,
    send(more, only) {
      for (let i = 0; i < more; i++) {
        const n = count++;
        const lane = only ?? n % handsets.length;
        handsets[lane]?.write({ direction: 'sms-xmpp', lane, n });
      }
    },
    async taken() {
      await Promise.all(handsets.map((each) => each.until(({ waiting }) => waiting === 0)));
    },
    collect: async () => undefined,
    get waitsFor() {
      return `${handsets.map(({ waiting }) => waiting).join(', ')} to be posted`;
    },
  };
}
