import { child, type Element } from '../../../../src/xmpp/xml/element.ts';
import { escapeXml } from '../../clients/xml.ts';
import { Watched } from '../../watched.ts';
import {
  type DirectionName,
  idOf,
  keyOfId,
  type Ledger,
  type MessageKey,
  textOf,
} from '../ledger.ts';
import type { Pulse } from '../pulse.ts';
import type { Resident } from '../resident.ts';
import type { RoomStay } from '../room-stay.ts';
import { filler } from './direction.ts';
import { errorIn } from './refusals.ts';

const NS_RECEIPTS = 'urn:xmpp:receipts';
/** In beats. */
const NO_ANSWER = 40;

export interface XmppSourceOptions {
  readonly direction: DirectionName;
  readonly resident: Resident;
  readonly ledger: Ledger;
  readonly pulse: Pulse;
  /** Of the transport. */
  readonly domain: string;
  /** Whom each lane goes to: a contact, or a room that the user is in. */
  readonly lanes: readonly { readonly to: string; readonly room?: RoomStay }[];
  /** Changes when what was written into the stream may not have been read: `FaultProxy.breaks`. */
  readonly breaks: () => number;
}

interface Offered {
  readonly key: MessageKey;
  /** `breaks` as it was offered; undefined: it is not certain that it was taken, whatever is asked. */
  readonly breaks: number | undefined;
}

/**
 * A user who writes, and looks at his ticks. XMPP has no word for "the gateway has it", so he asks the
 * gateway something after it: its answer proves that all before it was stored, unless the stream was
 * broken in between. What is refused, or was in a stream that broke, he writes again, with the same id,
 * when a question has been answered again.
 */
export class XmppSource extends Watched {
  readonly #options: XmppSourceOptions;
  /** To be offered, by number. */
  readonly #queue = new Map<number, MessageKey>();
  /** Offered, without a proof or an end. */
  readonly #open = new Map<string, Offered>();
  /** What stands behind the text of large ones, by number. */
  readonly #fillers = new Map<number, string>();
  #count = 0;
  /** Something was refused: nothing is offered until a question is answered again. */
  #isHeldUp = false;
  /** The question that is under way, and what its answer proves. */
  #barrier:
    | { readonly id: string; readonly breaks: number; readonly ids: readonly string[] }
    | undefined;
  #asked = 0;
  /** Beats since then. */
  #beats = 0;

  constructor(options: XmppSourceOptions) {
    super();
    this.#options = options;
    options.resident.hear((stanza) => this.#heard(stanza));
    options.pulse.beat(() => this.#beat());
  }

  get isDone(): boolean {
    return this.#queue.size === 0 && this.#open.size === 0;
  }

  get waitsFor(): string {
    return `${this.#queue.size} to be offered, ${[...this.#open.keys()].slice(0, 5).join(' ')}`;
  }

  /** @param lane all in turn, if it is left out */
  send(count: number, lane?: number, bytes = 0): void {
    const { direction, lanes } = this.#options;
    for (let i = 0; i < count; i++) {
      const n = this.#count++;
      this.#queue.set(n, { direction, lane: lane ?? n % lanes.length, n });
      if (bytes > 0) this.#fillers.set(n, filler(bytes));
    }
    this.#flush();
  }

  #beat(): void {
    const { breaks } = this.#options;
    this.#beats += 1;
    for (const [id, { key, breaks: before }] of this.#open) {
      if (before === breaks()) continue;
      this.#open.delete(id);
      this.#queue.set(key.n, key);
      this.#isHeldUp = true;
    }
    if (this.#barrier?.breaks !== breaks() || this.#beats > NO_ANSWER) this.#barrier = undefined;
    this.#flush();
    this.#prove();
  }

  #flush(): void {
    const { resident, ledger, breaks, lanes } = this.#options;
    if (this.#isHeldUp || !resident.isOnline || this.#queue.size === 0) return;
    for (const [n, key] of [...this.#queue].sort(([a], [b]) => a - b)) {
      const { to, room } = lanes[key.lane] ?? { to: '' };
      if (room?.isIn === false) continue;
      const id = idOf(key);
      this.#queue.delete(n);
      this.#open.set(id, { key, breaks: breaks() });
      ledger.note(key, { is: 'offered' });
      const [type, request] =
        room === undefined ? ['chat', `<request xmlns='${NS_RECEIPTS}'/>`] : ['groupchat', ''];
      resident.raw(
        `<message type='${type}' to='${escapeXml(to)}' id='${id}'><body>${textOf(key)}${this.#fillers.get(n) ?? ''}</body>${request}</message>`,
      );
    }
  }

  #prove(): void {
    const { resident, direction, domain, breaks } = this.#options;
    const isIdle = this.#open.size === 0 && !this.#isHeldUp;
    if (this.#barrier !== undefined || isIdle || !resident.isOnline) return;
    this.#beats = 0;
    const id = `barrier-${direction}-${++this.#asked}`;
    this.#barrier = { id, breaks: breaks(), ids: [...this.#open.keys()] };
    resident.raw(
      `<message type='chat' to='help@${domain}' id='${id}'><body>whoami</body><request xmlns='${NS_RECEIPTS}'/></message>`,
    );
  }

  #heard(stanza: Element): void {
    if (stanza.name !== 'message') return;
    const { type, id = '' } = stanza.attrs;
    const received = child(stanza, 'received', NS_RECEIPTS)?.attrs.id;
    if (received === this.#barrier?.id && received !== undefined) this.#proved();
    else if (type === 'error' && id === this.#barrier?.id) this.#holdUp();
    else if (type === 'error') this.#erred(id, stanza);
    else if (received !== undefined) this.#ended(received, id);
    // A room shows what one has said; to who comes back, as something that was said before.
    else if (type === 'groupchat') {
      this.#ended(id, child(stanza, 'stanza-id', 'urn:xmpp:sid:0')?.attrs.id);
    }
  }

  #holdUp(): void {
    this.#barrier = undefined;
    this.#isHeldUp = true;
  }

  #proved(): void {
    const { ledger, breaks } = this.#options;
    const barrier = this.#barrier;
    this.#barrier = undefined;
    if (barrier?.breaks !== breaks()) return;
    for (const id of barrier.ids) {
      const offered = this.#open.get(id);
      if (offered?.breaks !== barrier.breaks) continue;
      this.#open.delete(id);
      ledger.note(offered.key, { is: 'accepted', by: 'barrier' });
    }
    this.#isHeldUp = false;
    this.#flush();
    this.changed();
  }

  #erred(id: string, stanza: Element): void {
    const key = this.#keyOf(id);
    if (key === undefined) return;
    const { seen, condition } = errorIn(stanza);
    this.#options.ledger.note(key, seen);
    if (seen.says === 'failed' || seen.says === 'perhaps-sent') {
      this.#forget(key);
      return;
    }
    // Also where an earlier answer seemed to prove it.
    this.#open.set(id, { key, breaks: undefined });
    this.#isHeldUp = true;
    if (condition === 'not-acceptable') this.#options.lanes[key.lane]?.room?.isOut();
  }

  #ended(id: string, of: string | undefined): void {
    const key = this.#keyOf(id);
    if (key === undefined) return;
    this.#options.ledger.note(key, { is: 'receipt', ...(of === undefined ? {} : { id: of }) });
    this.#forget(key);
  }

  #forget(key: MessageKey): void {
    this.#open.delete(idOf(key));
    this.#queue.delete(key.n);
    this.changed();
  }

  #keyOf(id: string): MessageKey | undefined {
    const key = keyOfId(id);
    return key?.direction === this.#options.direction ? key : undefined;
  }
}
