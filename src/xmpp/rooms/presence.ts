/** Presence of a room, written: XEP-0045 §7.1–7.6. Whom it is for is added by whoever sends it. */

import type { Departure } from '../../contract/index.ts';
import { visibleName, withClosedDirections } from '../../text-direction.ts';
import { cut, xmlCharacters } from '../stanza/characters.ts';
import { type Element, element, NS_COMPONENT } from '../xml/element.ts';
import { NS_MUC_USER, NS_OCCUPANT_ID } from './namespaces.ts';
import type { Shown } from './occupants.ts';

/** XEP-0045 §10.1: registered codes. */
export const STATUS = {
  SELF: '110',
  ARCHIVED: '170',
  NICK_GIVEN: '210',
  BANNED: '301',
  RENAMED: '303',
  KICKED: '307',
  AFFILIATION: '321',
  SHUTDOWN: '332',
  TROUBLE: '333',
} as const;

/** Words of the network, in a place where clients show one line or two. */
const MAX_WORDS = 500;

/**
 * @param room bare JID
 * @param answers the id of the stanza that this answers
 * @param words for the one who is shown himself; who is away has his own
 */
export function present(
  room: string,
  { name, id, role, affiliation, away }: Shown,
  codes: readonly string[] = [],
  answers?: string,
  words?: string,
): Element {
  return element('presence', NS_COMPONENT, { id: answers, from: `${room}/${name}` }, [
    away === undefined ? undefined : element('show', NS_COMPONENT, {}, ['away']),
    status(away ?? words),
    element('x', NS_MUC_USER, {}, [
      element('item', NS_MUC_USER, { affiliation, role }),
      ...codes.map(code),
    ]),
    element('occupant-id', NS_OCCUPANT_ID, { id }),
  ]);
}

/** @param codes beside those of the departure */
export function departed(
  room: string,
  { name, affiliation, id }: Pick<Shown, 'name' | 'affiliation' | 'id'>,
  how: Departure,
  codes: readonly string[] = [],
): Element {
  const isOut = how.is === 'kicked' || how.is === 'banned';
  const item = element(
    'item',
    NS_MUC_USER,
    { affiliation: how.is === 'banned' ? 'outcast' : affiliation, role: 'none' },
    isOut ? [actor(how.by), reason(how.reason)] : [],
  );
  const own = how.is === 'kicked' ? [STATUS.KICKED] : how.is === 'banned' ? [STATUS.BANNED] : [];
  return absent(room, name, id, item, [...own, ...codes], isOut ? undefined : how.reason);
}

/** The first of two: the one who has the new name is present in the next. */
export function renamed(room: string, who: Shown, to: string, codes: readonly string[]): Element {
  const { name, id, role, affiliation } = who;
  const item = element('item', NS_MUC_USER, { affiliation, role, nick: to });
  return absent(room, name, id, item, [STATUS.RENAMED, ...codes]);
}

/** To a client that is, or believes to be, in the room: it is no longer. */
export function farewell(room: string, name: string, codes: readonly string[]): Element {
  const item = element('item', NS_MUC_USER, { affiliation: 'none', role: 'none' });
  return absent(room, name, undefined, item, [STATUS.SELF, ...codes]);
}

function absent(
  room: string,
  name: string,
  id: string | undefined,
  item: Element,
  codes: readonly string[],
  words?: string,
): Element {
  const from = name === '' ? room : `${room}/${name}`;
  return element('presence', NS_COMPONENT, { type: 'unavailable', from }, [
    status(words),
    element('x', NS_MUC_USER, {}, [item, ...codes.map(code)]),
    id === undefined ? undefined : element('occupant-id', NS_OCCUPANT_ID, { id }),
  ]);
}

function code(number: string): Element {
  return element('status', NS_MUC_USER, { code: number });
}

function status(words: string | undefined): Element | undefined {
  const said = shown(words);
  return said === '' ? undefined : element('status', NS_COMPONENT, {}, [said]);
}

function actor(nick: string | undefined): Element | undefined {
  return nick === undefined
    ? undefined
    : element('actor', NS_MUC_USER, { nick: visibleName(xmlCharacters(nick)) });
}

function reason(words: string | undefined): Element | undefined {
  const said = shown(words);
  return said === '' ? undefined : element('reason', NS_MUC_USER, {}, [said]);
}

function shown(words = ''): string {
  return withClosedDirections(cut(xmlCharacters(words), MAX_WORDS));
}
