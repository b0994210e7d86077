/** A port with rooms, over a stream that is an array; and what each client of Juliet's sees. */

import type { MessageId, Occupant, RoomEvent } from '../../../../src/contract/index.ts';
import type { Element } from '../../../../src/xmpp/xml/element.ts';
import { occupant, PlayedRooms } from '../../../support/played-rooms.ts';
import { inWords } from '../../../support/room-words.ts';
import { type PortInMemory, portInMemory } from '../port-in-memory.ts';

export const ROOM = '#room@gw.example';
const JULIET = 'juliet@example.org';

export const JOIN = "<x xmlns='http://jabber.org/protocol/muc'/>";
/** Joins, and wants no history. */
export const JOIN_ONLY = "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>";

export interface House extends PortInMemory {
  readonly host: PlayedRooms;
  /** A client does something with presence. @returns what it sees at once, in words */
  presence(resource: string, to: string, content?: string, attrs?: string): string[];
  message(resource: string, to: string, content: string, attrs?: string): string[];
  iq(resource: string, to: string, content: string, type?: string): Element[];
  /** Likewise; what it sees when its turn has come. */
  asked(resource: string, to: string, content: string, type?: string): Promise<Element[]>;
  /** The network says something to the view of the room. @returns what one client sees of it */
  tell(event: RoomEvent, id?: string, resource?: string): string[];
  /** What has been sent to one client since it was last asked, in words. */
  seen(resource?: string): string[];
  /** The same, as it was sent. */
  sent(resource?: string): Element[];
  /** A client joins, the room opens with these. @returns what it sees */
  open(resource?: string, occupants?: readonly (string | Occupant)[], nick?: string): string[];
}

/** @param write see `portInMemory` */
export function house(write?: (stanza: Element) => unknown): House {
  const host = new PlayedRooms();
  const memory = portInMemory({ rooms: host }, {}, write);
  const unseen: Element[] = [];
  const take = (resource = 'balcony'): Element[] => {
    unseen.push(...memory.written());
    const to = `${JULIET}/${resource}`;
    const mine = unseen.filter(({ attrs }) => attrs.to === to);
    for (const each of mine) unseen.splice(unseen.indexOf(each), 1);
    return mine;
  };
  const seen = (resource?: string) => take(resource).map(inWords);
  const receive = (name: string, resource: string, to: string, attrs: string, content: string) => {
    const from = `${JULIET}/${resource}`;
    unseen.push(
      ...memory.receive(`<${name} from='${from}' to='${to}' ${attrs}>${content}</${name}>`),
    );
  };
  const presence: House['presence'] = (resource, to, content = '', attrs = '') => {
    receive('presence', resource, to, attrs, content);
    return seen(resource);
  };
  const tell: House['tell'] = (event, id, resource) => {
    host.view().tell(event, id as MessageId | undefined);
    return seen(resource);
  };
  const iq: House['iq'] = (resource, to, content, type = 'get') => {
    receive('iq', resource, to, `type='${type}' id='q1'`, content);
    return take(resource);
  };
  return {
    ...{ ...memory, host, presence, tell, seen, sent: take, iq },
    message(resource, to, content, attrs = "type='groupchat' id='m1'") {
      receive('message', resource, to, attrs, content);
      return seen(resource);
    },
    async asked(resource, ...request) {
      const atOnce = iq(resource, ...request);
      await new Promise(setImmediate);
      return [...atOnce, ...take(resource)];
    },
    open(resource = 'balcony', occupants = ['alice', 'bob'], nick = 'juliet') {
      presence(resource, `${ROOM}/${nick}`, JOIN_ONLY, "id='j1'");
      const here = occupants.map((each) => (typeof each === 'string' ? occupant(each) : each));
      host.view().tell({ is: 'joined', nick, occupants: [...here, occupant(nick)] });
      return seen(resource);
    },
  };
}
