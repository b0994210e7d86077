/** How a client comes into a room: XEP-0045 §7.2. */

import type { RoomEvent } from '../../contract/index.ts';
import { formatJid } from '../jid.ts';
import type { Addresses } from '../stanza/addresses.ts';
import { type ErrorWords, writeError } from '../stanza/error.ts';
import { child, type Element, element, NS_COMPONENT, textOf } from '../xml/element.ts';
import type { Arrival } from './client.ts';
import { readHistory } from './history.ts';
import { NS_MUC } from './namespaces.ts';

const MAX_PASSWORD = 512;

/** @returns undefined where the presence asks for nothing of the kind, or names no nick */
export function readJoin(
  stanza: Element,
  { from, to, id }: Addresses,
  now: number,
): (Arrival & { readonly password?: string }) | undefined {
  const x = child(stanza, 'x', NS_MUC);
  if (x === undefined || to.resource === undefined) return undefined;
  const asked = child(x, 'password', NS_MUC);
  const arrival = {
    ...{ client: formatJid(from), id, name: to.resource },
    history: readHistory(child(x, 'history', NS_MUC), now),
  };
  const password = asked === undefined ? '' : textOf(asked).slice(0, MAX_PASSWORD);
  return password === '' ? arrival : { ...arrival, password };
}

/**
 * Why a client does not come in, or does not get the nick. With the `<x/>` of the request: clients
 * know by it what has failed.
 * @param room bare JID
 */
export function joinError(
  room: string,
  { client, id, name }: Pick<Arrival, 'client' | 'id' | 'name'>,
  refusal: ErrorWords,
): Element {
  const attrs = { type: 'error', id, from: name === '' ? room : `${room}/${name}`, to: client };
  return element('presence', NS_COMPONENT, attrs, [
    element('x', NS_MUC),
    writeError(refusal, room),
  ]);
}

/** In the words of the network. Where a password is missing, clients ask for one. */
export function whyNotIn({ refusal, password }: Extract<RoomEvent, { is: 'refused' }>): ErrorWords {
  if (password !== true) return refusal;
  return { condition: 'not-authorized', type: 'auth', text: refusal.text };
}
