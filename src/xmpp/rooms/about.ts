/** What a room says of itself: XEP-0045 §6.4–6.5, to who is in it as to who is not. */

import type { RoomDescription } from '../../contract/index.ts';
import { visibleName } from '../../text-direction.ts';
import { NS_DISCO_INFO, NS_DISCO_ITEMS, NS_VERSION } from '../disco.ts';
import { cut, xmlCharacters } from '../stanza/characters.ts';
import { NS_STANZA_IDS } from '../stanza/id.ts';
import { type Element, element, NS_PING } from '../xml/element.ts';
import { NS_DATA, NS_MUC, NS_OCCUPANT_ID } from './namespaces.ts';
import { inOneStanza } from './one-stanza.ts';

const MAX_WORDS = 1_000;

/**
 * Nobody sees the address of anybody's account here: it is semi-anonymous. Whether a room of the
 * network may be entered by all, one finds out by trying.
 */
const FEATURES = [
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_MUC,
  `${NS_MUC}#stable_id`,
  `${NS_MUC}#self-ping-optimization`,
  'muc_open',
  'muc_persistent',
  'muc_public',
  'muc_semianonymous',
  NS_OCCUPANT_ID,
  NS_PING,
  NS_STANZA_IDS,
  NS_VERSION,
];

/** What is known of a room. */
export interface RoomFacts {
  /** The type of its identity, in the category `conference`. */
  readonly type: string;
  readonly name: string;
  /** Whether its archive can be asked for. */
  readonly features: readonly string[];
  readonly invites: boolean;
  readonly known: RoomDescription | undefined;
}

export function roomInfo({ type, name, features, invites, known }: RoomFacts): Element {
  return element('query', NS_DISCO_INFO, {}, [
    element('identity', NS_DISCO_INFO, { category: 'conference', type, name: shown(name) }),
    ...[...FEATURES, ...features].map((feature) =>
      element('feature', NS_DISCO_INFO, { var: feature }),
    ),
    element('x', NS_DATA, { type: 'result' }, [
      field('FORM_TYPE', `${NS_MUC}#roominfo`, 'hidden'),
      field('muc#roomconfig_roomname', name),
      field('muc#roominfo_subject', known?.subject),
      field('muc#roominfo_occupants', known?.occupants?.toString()),
      field('muc#roominfo_changesubject', '1', 'boolean'),
      field('muc#roomconfig_allowinvites', invites ? '1' : '0', 'boolean'),
      field('muc#roomconfig_allowpm', 'anyone'),
    ]),
  ]);
}

/**
 * Who is in the room, for who is in it.
 * @param room bare JID
 */
export function roomItems(room: string, names: Iterable<string>): Element {
  return element('query', NS_DISCO_ITEMS, {}, inOneStanza(itemsOf(room, names)));
}

function* itemsOf(room: string, names: Iterable<string>): Iterable<Element> {
  for (const name of names) yield element('item', NS_DISCO_ITEMS, { jid: `${room}/${name}`, name });
}

function field(name: string, value: string | undefined, type?: string): Element | undefined {
  if (value === undefined) return undefined;
  return element('field', NS_DATA, { var: name, type }, [
    element('value', NS_DATA, {}, [shown(value)]),
  ]);
}

function shown(text: string): string {
  return cut(visibleName(xmlCharacters(text)), MAX_WORDS);
}
