/** Stanzas of a room in a few words, so that their order can be read. */

import { child, type Element, NS_STANZA_ERROR, textOf } from '../../src/xmpp/xml/element.ts';

const NS_USER = 'http://jabber.org/protocol/muc#user';

/**
 * `+nick` present, `-nick` gone, with codes; `nick: words`, `nick, before: words`; `*` is the room
 * itself; `topic (nick): words`; `!condition` an error.
 */
export function inWords(stanza: Element): string {
  const { name, attrs, ns } = stanza;
  const from = attrs.from ?? '';
  const who = from.includes('/') ? from.slice(from.indexOf('/') + 1) : '*';
  if (attrs.type === 'error') return `!${conditionOf(stanza)} ${name} ${who}`;
  if (name === 'iq') return `iq ${attrs.type} ${who}`;
  if (name === 'presence') return presence(stanza, who);
  const subject = child(stanza, 'subject', ns);
  const body = child(stanza, 'body', ns);
  const before = child(stanza, 'delay', 'urn:xmpp:delay') === undefined ? '' : ', before';
  if (body === undefined && subject !== undefined)
    return `topic (${who}${before}): ${textOf(subject)}`;
  return `${who}${before}: ${body === undefined ? '(nothing)' : textOf(body)}`;
}

function presence(stanza: Element, who: string): string {
  const x = child(stanza, 'x', NS_USER);
  const item = x && child(x, 'item', NS_USER);
  const { role, affiliation, nick } = item?.attrs ?? {};
  const isGone = stanza.attrs.type === 'unavailable';
  const words = [`${isGone ? '-' : '+'}${who}`];
  if (nick !== undefined) words.push(`> ${nick}`);
  const usual = isGone && nick === undefined ? 'none/none' : 'participant/none';
  if (item !== undefined && `${role}/${affiliation}` !== usual)
    words.push(`${role}/${affiliation}`);
  for (const each of x?.children ?? []) {
    if (typeof each !== 'string' && each.name === 'status') words.push(each.attrs.code ?? '');
  }
  const actor = item && child(item, 'actor', NS_USER);
  const reason = item && child(item, 'reason', NS_USER);
  const status = child(stanza, 'status', stanza.ns);
  if (child(stanza, 'show', stanza.ns) !== undefined) words.push('away');
  if (actor !== undefined) words.push(`by ${actor.attrs.nick}`);
  if (reason !== undefined) words.push(`(${textOf(reason)})`);
  if (status !== undefined) words.push(`(${textOf(status)})`);
  return words.join(' ');
}

function conditionOf(stanza: Element): string | undefined {
  const error = child(stanza, 'error', stanza.ns);
  const found = error?.children.find(
    (each) => typeof each !== 'string' && each.ns === NS_STANZA_ERROR,
  );
  return typeof found === 'string' ? undefined : found?.name;
}
