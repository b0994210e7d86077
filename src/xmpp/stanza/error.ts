/** Stanza errors: RFC 6120 §8.3. */

import {
  type Refusal,
  STANZA_CONDITIONS,
  type StanzaCondition,
  type StanzaErrorType,
} from '../../contract/index.ts';
import { withClosedDirections } from '../../text-direction.ts';
import { formatJid } from '../jid.ts';
import {
  child,
  type Element,
  element,
  NS_COMPONENT,
  NS_STANZA_ERROR,
  textOf,
} from '../xml/element.ts';
import type { Addresses } from './addresses.ts';
import { cut, xmlCharacters } from './characters.ts';

/** What clients show beside a failed message without cutting it. */
const MAX_TEXT = 120;
/** Of a stranger's explanation, so much is kept. */
const MAX_READ_TEXT = 500;

export interface ReadError {
  /** A condition that we never send reads as `undefined-condition`. */
  readonly condition: StanzaCondition;
  readonly type: StanzaErrorType | 'auth' | 'continue';
  readonly text: string | undefined;
}

const CONDITIONS: ReadonlySet<string> = new Set(STANZA_CONDITIONS);
const TYPES: ReadonlySet<string> = new Set(['cancel', 'modify', 'wait', 'auth', 'continue']);

/** Of a stanza of type `error`. Without a proper `<error/>` it is `undefined-condition`, `cancel`. */
export function readError(stanza: Element): ReadError {
  const error = child(stanza, 'error', NS_COMPONENT);
  if (error === undefined)
    return { condition: 'undefined-condition', type: 'cancel', text: undefined };
  let condition: StanzaCondition = 'undefined-condition';
  for (const found of error.children) {
    if (typeof found !== 'string' && found.ns === NS_STANZA_ERROR && isCondition(found.name)) {
      condition = found.name;
      break;
    }
  }
  const text = child(error, 'text', NS_STANZA_ERROR);
  const type = error.attrs.type ?? '';
  return {
    condition,
    type: isType(type) ? type : 'cancel',
    text: text === undefined ? undefined : cut(textOf(text), MAX_READ_TEXT) || undefined,
  };
}

/** A refusal; or one for which the client asks its user for a password (RFC 6120 §8.3.3.11). */
export type ErrorWords =
  | Refusal
  | { readonly condition: 'not-authorized'; readonly type: 'auth'; readonly text: string };

/**
 * `<error/>` itself. Clients show its text: at most 120 characters of it, and none that XML forbids,
 * whatever a network's own words were.
 * @param by the domain that found the error
 */
export function writeError({ condition, type, text }: ErrorWords, by: string): Element {
  const words = withClosedDirections(cut(xmlCharacters(text), MAX_TEXT));
  return element('error', NS_COMPONENT, { type, by }, [
    element(condition, NS_STANZA_ERROR),
    words === '' ? undefined : element('text', NS_STANZA_ERROR, { 'xml:lang': 'en' }, [words]),
  ]);
}

/**
 * The answer to a stanza that failed; the caller has made sure that it may be answered.
 * What was in it is not sent back: it would only double what a flood costs.
 */
export function errorReply(
  kind: 'message' | 'presence' | 'iq',
  failed: Addresses,
  refusal: Refusal,
  by: string,
): Element {
  const from = formatJid(failed.to);
  const to = formatJid(failed.from);
  return element(kind, NS_COMPONENT, { type: 'error', id: failed.id, from, to }, [
    writeError(refusal, by),
  ]);
}

function isCondition(name: string): name is StanzaCondition {
  return CONDITIONS.has(name);
}

function isType(type: string): type is ReadError['type'] {
  return TYPES.has(type);
}
