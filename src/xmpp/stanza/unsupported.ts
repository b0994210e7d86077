/** What users can do to a message elsewhere and not here: each gets an answer that says so. */

import type { Refusal } from '../../contract/index.ts';
import { child, type Element, NS_COMPONENT } from '../xml/element.ts';

/** Whom a message is for. */
export type Addressee = 'contact' | 'room';

type Text = (whom: Addressee) => string;

interface Feature {
  readonly name: string;
  /** A body beside it only explains it to those who lack the feature. */
  readonly evenWithBody: boolean;
  readonly text: Text;
}

const REACTION: Text = (whom) =>
  `Reactions do not reach this ${whom}. Please write it as a message.`;
const CORRECTION: Text = () =>
  'A sent message can not be changed here. Please send the correction as a new message.';
const RETRACTION: Text = () =>
  'A sent message can not be taken back here: the other side may have read it already.';
const INVITATION: Text = (whom) => `Invitations to rooms do not reach this ${whom}.`;
const FILE: Text = (whom) =>
  `Only the link of a file reaches this ${whom}. Please send it as text.`;
const CALL: Text = (whom) => `This ${whom} can not be called.`;

const always = (name: string, text: Text): Feature => ({ name, evenWithBody: true, text });
const alone = (name: string, text: Text): Feature => ({ name, evenWithBody: false, text });

/** By namespace. What is not here, and has no body, is a machine's word that nobody waits for. */
const FEATURES: ReadonlyMap<string, Feature> = new Map([
  ['urn:xmpp:reactions:0', always('reactions', REACTION)],
  ['urn:xmpp:message-correct:0', always('replace', CORRECTION)],
  ['urn:xmpp:message-retract:1', always('retract', RETRACTION)],
  ['urn:xmpp:fasten:0', always('apply-to', RETRACTION)],
  ['jabber:x:conference', always('x', INVITATION)],
  ['urn:xmpp:jingle-message:0', always('propose', CALL)],
  ['urn:xmpp:call-invites:0', always('invite', CALL)],
  ['urn:xmpp:sfs:0', alone('file-sharing', FILE)],
  ['jabber:x:oob', alone('x', FILE)],
]);

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

/** Why the message can not be passed on, where it wants something of this kind. */
export function readUnsupported(
  message: Element,
  hasBody: boolean,
  whom: Addressee,
): Refusal | undefined {
  if (message.attrs.type === 'groupchat' && whom !== 'room') {
    return unsupported('There is no room at this address. Please write to the person directly.');
  }
  for (const found of message.children) {
    if (typeof found === 'string') continue;
    const feature = FEATURES.get(found.ns);
    if (feature?.name === found.name && (feature.evenWithBody || !hasBody)) {
      return unsupported(feature.text(whom));
    }
    if (found.ns === NS_MUC_USER && child(found, 'invite', NS_MUC_USER) !== undefined) {
      return unsupported(INVITATION(whom));
    }
  }
  if (!hasBody && child(message, 'subject', NS_COMPONENT) !== undefined) {
    return unsupported('A subject alone is not sent. Please write it as a message.');
  }
  return undefined;
}

/** All of the body stood in for a feature, so that nothing of the user's own is left to send. */
export function onlyFallback(whom: Addressee): Refusal {
  return unsupported(`Not sent: this ${whom} can be sent text only. Please write it in words.`);
}

function unsupported(text: string): Refusal {
  return { condition: 'feature-not-implemented', type: 'cancel', text };
}
