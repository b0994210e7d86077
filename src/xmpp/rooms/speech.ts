/** What is said in a room, written: XEP-0045 §7.4, §7.2.14, §8.1. Whom it is for is added later. */

import type { MessageId } from '../../contract/index.ts';
import type { Entry } from '../../history/archive.ts';
import { visibleName } from '../../text-direction.ts';
import { writeBody } from '../stanza/body.ts';
import { cut, lineFeeds, xmlCharacters } from '../stanza/characters.ts';
import { delayOf, writeDelay } from '../stanza/delay.ts';
import { writeFileLink } from '../stanza/file-link.ts';
import { writeOriginId, writeStanzaId } from '../stanza/id.ts';
import { type Element, element, NS_COMPONENT } from '../xml/element.ts';
import { NS_OCCUPANT_ID } from './namespaces.ts';
import type { Remembered } from './port.ts';

const MAX_SUBJECT = 3_000;

interface Speech {
  /** As shown. */
  readonly from: string;
  readonly text: string;
  readonly occupantId: string;
  /** Of its archive entry. */
  readonly id: MessageId | undefined;
  /** The `id` of the stanza; without one, that of the archive entry. */
  readonly messageId?: string | undefined;
  readonly originId?: string | undefined;
  /** The text is the link to one. */
  readonly isFile?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly sentAt?: number | undefined;
}

/**
 * @param room bare JID
 * @param now milliseconds since the epoch
 */
export function said(room: string, speech: Speech, now: number): Element {
  const { from, text, occupantId, id, messageId = id, originId, isFile = false, sentAt } = speech;
  return groupchat(room, from, messageId, [
    ...words(text, isFile),
    originId === undefined ? undefined : writeOriginId(originId),
    occupant(occupantId),
    id === undefined ? undefined : writeStanzaId(id, room),
    sentAt === undefined ? undefined : writeDelay(sentAt, now, room),
  ]);
}

/** Said before: with its time always, by which clients know that it is not new. */
export function saidBefore(room: string, speech: Remembered): Element {
  const { body, kind, at } = speech;
  return remembered(room, speech, [...words(body, kind === 'file'), delayOf(at, room)]);
}

/** As an archive gives it: its time is beside it (XEP-0313 §4.2). */
export function kept(room: string, entry: Entry): Element {
  const { body, kind } = entry;
  return remembered(room, entry, words(body, kind === 'file'));
}

function remembered(
  room: string,
  { id, from, occupantId, messageId = id }: Remembered,
  content: readonly Element[],
): Element {
  return groupchat(room, from, messageId, [
    ...content,
    occupantId === undefined ? undefined : occupant(occupantId),
    writeStanzaId(id, room),
  ]);
}

/** The room itself says something. */
export function announced(room: string, text: string): Element {
  return groupchat(room, '', undefined, [writeBody(shown(text))]);
}

/** Without a body, even where it is empty: a message with both would be no subject (§8.1). */
export function subject(
  room: string,
  {
    text,
    by,
    at,
  }: { readonly text: string; readonly by: string; readonly at?: number | undefined },
  now: number,
): Element {
  return groupchat(room, by, undefined, [
    subjectOf(text),
    at === undefined ? undefined : writeDelay(at, now, room),
  ]);
}

function words(text: string, isFile: boolean): readonly Element[] {
  const body = shown(text);
  return isFile ? [writeBody(body), writeFileLink(body)] : [writeBody(body)];
}

function subjectOf(text: string): Element {
  return element('subject', NS_COMPONENT, {}, [cut(visibleName(xmlCharacters(text)), MAX_SUBJECT)]);
}

function groupchat(
  room: string,
  from: string,
  id: string | undefined,
  content: readonly (Element | undefined)[],
): Element {
  const address = from === '' ? room : `${room}/${from}`;
  return element('message', NS_COMPONENT, { type: 'groupchat', id, from: address }, content);
}

function occupant(id: string): Element {
  return element('occupant-id', NS_OCCUPANT_ID, { id });
}

function shown(text: string): string {
  return lineFeeds(xmlCharacters(text));
}
