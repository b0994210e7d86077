import { BUSY, NOT_STORED, PERHAPS_STORED } from '../../../../src/outbound/refusals.ts';
import {
  LOST_ACCOUNT_IN_DOUBT,
  MAY_HAVE_BEEN_SENT,
  POISONED,
} from '../../../../src/outbound/texts.ts';
import { child, type Element, NS_STANZA_ERROR, textOf } from '../../../../src/xmpp/xml/element.ts';
import type { Bad, Seen } from '../ledger.ts';

const NS_CLIENT = 'jabber:client';

const BY_TEXT: ReadonlyMap<string, Bad> = new Map<string, Bad>([
  [BUSY.text, 'refused'],
  [NOT_STORED.text, 'refused'],
  [PERHAPS_STORED.text, 'perhaps-taken'],
  [MAY_HAVE_BEEN_SENT.text, 'perhaps-sent'],
  [LOST_ACCOUNT_IN_DOUBT.text, 'perhaps-sent'],
  [POISONED.text, 'perhaps-sent'],
]);

/** With which a server answers for a component that is not there, and a room to who is not in it. */
const NOT_TAKEN = new Set([
  'remote-server-timeout',
  'remote-server-not-found',
  'service-unavailable',
  'not-acceptable',
]);
/** With which every report begins of a message that was taken and not delivered. */
const GIVEN_UP = /^(?:This message was not sent|Only the beginning|Not delivered|Sent in part)/;

/** What an error stanza says about the message that it answers. `condition`: of RFC 6120 §8.3.3. */
export function errorIn(stanza: Element): {
  readonly seen: Extract<Seen, { is: 'error' }>;
  readonly condition: string;
} {
  const error = child(stanza, 'error', NS_CLIENT);
  const said = error && child(error, 'text', NS_STANZA_ERROR);
  const condition = error?.children.find(
    (each): each is Element =>
      typeof each !== 'string' && each.ns === NS_STANZA_ERROR && each.name !== 'text',
  );
  const name = condition?.name ?? 'no condition';
  const text = said === undefined ? '' : textOf(said);
  const isTaken = GIVEN_UP.test(text) || !NOT_TAKEN.has(name);
  const says = BY_TEXT.get(text) ?? (isTaken ? 'failed' : 'refused');
  return { seen: { is: 'error', says, text: `${name}: ${text}` }, condition: name };
}
