/** What clients say in a room: XEP-0045 §7.4 (to all), §7.5 (to one), §8.1 (subject), §7.8 (invitations). */

import type { Refusal } from '../../contract/index.ts';
import { bareJid, formatJid, type Jid, JidError } from '../jid.ts';
import { type Addresses, readJid } from '../stanza/addresses.ts';
import { lineFeeds, xmlCharacters } from '../stanza/characters.ts';
import { readMessage } from '../stanza/message.ts';
import { child, type Element, NS_COMPONENT, NS_STANZA_ERROR, textOf } from '../xml/element.ts';
import { NS_MUC_USER } from './namespaces.ts';
import type { Invitation, RoomsHost } from './port.ts';
import type { View } from './view.ts';
import type { Views } from './views.ts';

const MAX_SUBJECT = 3_000;
const MAX_REASON = 500;

/** With these a server says that it has no such client, or can not reach it: it would be shown to others for ever. */
const GONE: ReadonlySet<string> = new Set([
  'gone',
  'internal-server-error',
  'item-not-found',
  'jid-malformed',
  'recipient-unavailable',
  'redirect',
  'remote-server-not-found',
  'remote-server-timeout',
  'service-unavailable',
]);

const NOT_IN: Refusal = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'Not sent: you are not in this room. Please join it and send it again.',
};
const NOT_A_PERSON: Refusal = {
  condition: 'bad-request',
  type: 'modify',
  text: 'This is a room. Please join it to write to it.',
};
const TO_ALL: Refusal = {
  condition: 'bad-request',
  type: 'modify',
  text: 'What is for all must be sent to the room itself.',
};
const NOBODY: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'Not sent: there is nobody of this name in the room.',
};
/** XEP-0249: no way through us, where nobody could tell it from spam. */
const BY_HIMSELF: Refusal = {
  condition: 'feature-not-implemented',
  type: 'cancel',
  text: 'The room invites only people of its network. Send him its address yourself.',
};
const NO_INVITATIONS: Refusal = {
  condition: 'feature-not-implemented',
  type: 'cancel',
  text: 'Nobody can be invited from here.',
};

/** Why something is not done; undefined where it is, or where nobody waits for an answer. */
type Outcome = Refusal | undefined | Promise<Refusal | undefined>;

type ToRoom = Addresses & { readonly local: string };

export class Talk {
  readonly #views: Views;
  readonly #host: RoomsHost;

  constructor(views: Views, host: RoomsHost) {
    this.#views = views;
    this.#host = host;
  }

  /** A message to a room or to somebody in it. Not of type `error`. */
  message(stanza: Element, addresses: ToRoom): Outcome {
    const { from, to, local } = addresses;
    const view = this.#views.find(bareJid(from), local);
    const inside = view?.isIn(formatJid(from)) === true ? view : undefined;
    if (stanza.attrs.type === 'groupchat') {
      if (to.resource !== undefined) return TO_ALL;
      return inside === undefined ? NOT_IN : this.#toAll(stanza, addresses, inside);
    }
    if (to.resource !== undefined) return this.#toOne(stanza, addresses, to.resource, inside);
    const invitation = readInvitation(stanza);
    if (invitation !== undefined) {
      if (inside === undefined) return NOT_IN;
      if (invitation.to.domain !== to.domain) return BY_HIMSELF;
      return this.#host.invite?.(inside, invitation) ?? NO_INVITATIONS;
    }
    return readMessage(stanza, addresses).is === 'nothing' ? undefined : NOT_A_PERSON;
  }

  /** Something of ours came back from a client, or from its server. */
  bounced(stanza: Element, { from, local }: ToRoom): void {
    const error = child(stanza, 'error', NS_COMPONENT);
    const says = (each: Element | string): boolean =>
      typeof each !== 'string' && each.ns === NS_STANZA_ERROR && GONE.has(each.name);
    if (error?.children.some(says) !== true) return;
    this.#views.find(bareJid(from), local)?.leave(formatJid(from), { is: 'unreachable' });
  }

  #toAll(stanza: Element, addresses: Addresses, view: View): Outcome {
    const subject = readNewSubject(stanza);
    if (subject !== undefined) return this.#host.setSubject(view, subject);
    const reading = readMessage(stanza, addresses, 'room');
    if (reading.is === 'refused') return reading.refusal;
    if (reading.is === 'for the listener' && reading.message.content === 'text') {
      this.#host.said(view, reading.message);
    }
    return undefined;
  }

  #toOne(stanza: Element, addresses: Addresses, name: string, view: View | undefined): Outcome {
    const reading = readMessage(stanza, addresses);
    if (reading.is === 'nothing') return undefined;
    if (reading.is === 'for the listener' && reading.message.content !== 'text') return undefined;
    if (view === undefined) return NOT_IN;
    if (reading.is === 'refused') return reading.refusal;
    const whom = view.occupants?.byName(name);
    if (whom === undefined) return NOBODY;
    if (reading.message.content === 'text') this.#host.saidTo(view, whom.nick, reading.message);
    return undefined;
  }
}

/** §8.1: with a body or a thread it would be a message. */
function readNewSubject(stanza: Element): string | undefined {
  const subject = child(stanza, 'subject', NS_COMPONENT);
  if (subject === undefined) return undefined;
  const isMessage = ['body', 'thread'].some((name) => child(stanza, name, NS_COMPONENT));
  if (isMessage) return undefined;
  return lineFeeds(xmlCharacters(textOf(subject)))
    .trim()
    .slice(0, MAX_SUBJECT)
    .toWellFormed();
}

function readInvitation(stanza: Element): Invitation | undefined {
  const x = child(stanza, 'x', NS_MUC_USER);
  const invite = x && child(x, 'invite', NS_MUC_USER);
  if (invite === undefined) return undefined;
  const to: Jid | JidError = readJid(invite.attrs.to);
  if (to instanceof JidError) return undefined;
  const reason = child(invite, 'reason', NS_MUC_USER);
  const words = reason === undefined ? '' : textOf(reason).trim();
  return words === '' ? { to } : { to, reason: words.slice(0, MAX_REASON).toWellFormed() };
}
