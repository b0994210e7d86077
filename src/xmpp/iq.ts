/**
 * Requests (RFC 6120 §8.2.3). Each gets its answer at once, so that no client waits for a time-out:
 * from what is known here, or an error that says what is missing.
 */

import type { Refusal } from '../contract/index.ts';
import {
  type Disco,
  helperName,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
  NS_VCARD,
  NS_VERSION,
} from './disco.ts';
import type { Entity, EntityReading } from './entity.ts';
import { HELPER } from './port.ts';
import { type Element, element, NS_PING } from './xml/element.ts';

/** What the gateway says of itself. */
export interface Self {
  readonly domain: string;
  readonly title: string;
  readonly version: string;
  readonly disco: Readonly<Record<Entity, Disco>>;
}

/** The content of the result (undefined: an empty one), or why there is none. */
export type IqAnswer = { readonly result: Element | undefined } | { readonly refusal: Refusal };

/** The only types that are ever answered; answering the others would make two entities talk for ever. */
export function isRequest(iq: Element): boolean {
  return iq.attrs.type === 'get' || iq.attrs.type === 'set';
}

/** @param at who is asked */
export function answerIq(iq: Element, at: EntityReading, self: Self): IqAnswer {
  if (at.is === 'nobody') return { refusal: at.refusal };
  const [request, second] = iq.children.filter((found) => typeof found !== 'string');
  if (request === undefined || second !== undefined) {
    return refusal('bad-request', 'A request has exactly one child.');
  }
  // XEP-0077: clients offer it for every gateway, whatever its features.
  if (request.ns === 'jabber:iq:register') return register(self);
  const answer = ANSWERS.get(request.ns);
  if (answer === undefined) return refusal('service-unavailable', 'This is not offered here.');
  if (answer.name !== request.name || iq.attrs.type !== 'get') {
    return refusal('feature-not-implemented', 'This can be read only.');
  }
  return answer.give(request, at.is, self);
}

interface Answer {
  readonly name: string;
  give(request: Element, at: Entity, self: Self): IqAnswer;
}

/** By the namespace of the request. */
const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  [NS_PING, { name: 'ping', give: () => ({ result: undefined }) }],
  [NS_VERSION, { name: 'query', give: (_request, _at, self) => ({ result: version(self) }) }],
  [
    NS_DISCO_INFO,
    { name: 'query', give: ({ attrs }, at, { disco }) => found(disco[at].info(attrs.node)) },
  ],
  [
    NS_DISCO_ITEMS,
    { name: 'query', give: ({ attrs }, at, { disco }) => found(disco[at].items(attrs.node)) },
  ],
  [NS_VCARD, { name: 'vCard', give: (_request, at, self) => found(vcard(at, self)) }],
  // A client looks here for the keys of every contact. "Nothing" at once keeps it from encrypting.
  ['http://jabber.org/protocol/pubsub', { name: 'pubsub', give: () => found(undefined) }],
] satisfies [string, Answer][]);

/** XEP-0092. The operating system is nobody's business. */
function version(self: Self): Element {
  return element('query', NS_VERSION, {}, [
    element('name', NS_VERSION, {}, ['Postern']),
    element('version', NS_VERSION, {}, [self.version]),
  ]);
}

function register({ domain }: Self): IqAnswer {
  const text = `There is no form for this. Write the word "register" to ${HELPER}@${domain}.`;
  return refusal('service-unavailable', text);
}

/** XEP-0054. Of a contact only the address is known, and that the client has. */
function vcard(at: Entity, { title }: Self): Element | undefined {
  if (at === 'contact') return undefined;
  const name = at === 'helper' ? helperName(title) : title;
  return element('vCard', NS_VCARD, {}, [element('FN', NS_VCARD, {}, [name])]);
}

function found(result: Element | undefined): IqAnswer {
  return result === undefined
    ? refusal('item-not-found', 'There is no such thing at this address.')
    : { result };
}

function refusal(condition: Refusal['condition'], text: string): IqAnswer {
  const type = condition === 'bad-request' ? 'modify' : 'cancel';
  return { refusal: { condition, type, text } };
}
