import { child, type Element } from '../../../src/xmpp/xml/element.ts';
import { escapeXml } from '../clients/xml.ts';
import type { Pulse } from './pulse.ts';
import type { Resident } from './resident.ts';

const NS_CLIENT = 'jabber:client';
const NS_USER = 'http://jabber.org/protocol/muc#user';
/** What is asked for of the time before a join. */
const HISTORY = 500;
/** In beats. */
const NO_ANSWER = 20;

export interface RoomStayOptions {
  readonly resident: Resident;
  /** Bare JID. */
  readonly room: string;
  readonly nick: string;
  /** Changes when the gateway may have forgotten that the client is in. */
  readonly breaks: () => number;
  readonly pulse: Pulse;
}

/** One client in one room: it joins, finds out when it is out (XEP-0410), and joins again. */
export class RoomStay {
  readonly #options: RoomStayOptions;
  readonly #me: string;
  #isIn = false;
  /** Beats since something was asked that has no answer yet. */
  #asked: number | undefined;
  #sureAt: number | undefined;
  #client: string | undefined;

  constructor(options: RoomStayOptions) {
    this.#options = options;
    this.#me = `${options.room}/${options.nick}`;
    options.resident.hear((stanza) => this.#heard(stanza));
    options.pulse.beat(() => this.#beat());
  }

  /** It is in for certain. */
  get isIn(): boolean {
    const { resident, breaks } = this.#options;
    const isSure = this.#asked === undefined && this.#sureAt === breaks();
    return this.#isIn && isSure && resident.jid === this.#client;
  }

  /** Something was refused because it is not in. */
  isOut(): void {
    this.#isIn = false;
    this.#asked = undefined;
  }

  #beat(): void {
    const { resident, breaks } = this.#options;
    if (resident.jid !== this.#client) this.isOut();
    this.#client = resident.jid;
    if (this.#asked !== undefined && ++this.#asked < NO_ANSWER) return;
    if (!this.#isIn) this.#join();
    else if (breaks() !== this.#sureAt) this.#ask();
  }

  #join(): void {
    this.#asked = 0;
    this.#sureAt = this.#options.breaks();
    this.#options.resident.raw(
      `<presence to='${escapeXml(this.#me)}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='${HISTORY}'/></x></presence>`,
    );
  }

  /** XEP-0410: a ping to its own occupant. */
  #ask(): void {
    this.#asked = 0;
    this.#sureAt = this.#options.breaks();
    this.#options.resident.raw(
      `<iq type='get' to='${escapeXml(this.#me)}' id='self-ping'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
  }

  #heard(stanza: Element): void {
    const { from = '', type, id } = stanza.attrs;
    if (from !== this.#me && from !== this.#options.room) return;
    if (stanza.name === 'iq' && id === 'self-ping') {
      this.#asked = undefined;
      if (type === 'error') this.#isIn = false;
    }
    if (stanza.name !== 'presence') return;
    const x = child(stanza, 'x', NS_USER);
    const codes = (x?.children ?? []).flatMap((each) =>
      typeof each !== 'string' && each.name === 'status' ? [each.attrs.code] : [],
    );
    // It is told of nobody else's presence by this address, and of its own with every join.
    if (type === 'error' || type === 'unavailable') this.isOut();
    else if (codes.includes('110') && child(stanza, 'x', NS_USER) !== undefined) {
      this.#isIn = true;
      this.#asked = undefined;
    }
  }

  /** Whether a stanza is of this room. */
  isFrom({ attrs: { from = '' }, ns }: Element): boolean {
    const { room } = this.#options;
    return ns === NS_CLIENT && (from === room || from.startsWith(`${room}/`));
  }
}
