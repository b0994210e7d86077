/** What the sender of a skipped stanza is told. Pure. */

import type { Refusal } from '../../contract/index.ts';
import { JidError } from '../jid.ts';
import { readJid } from '../stanza/addresses.ts';
import { errorReply } from '../stanza/error.ts';
import { readId } from '../stanza/id.ts';
import { type Element, NS_COMPONENT } from '../xml/element.ts';
import type { SkipReason } from '../xml/reader.ts';

const TEXTS: Readonly<Record<SkipReason, string>> = {
  'too large': 'This is larger than 512 KiB, the most that can be taken.',
  'too deep': 'This is nested deeper than 64 elements, the most that can be taken.',
  'too many attributes': 'This has more than 64 attributes in one element.',
  'unreadable names': 'This uses names that can not be read.',
};

/**
 * Undefined: it must not be answered (RFC 6120 §8.3.1), or nobody waits for it, or nobody is there to
 * be told.
 * @param header the start tag of the stanza
 * @param domain ours
 */
export function answerToSkipped(
  header: Element,
  why: SkipReason,
  domain: string,
): Element | undefined {
  const kind = kindOf(header);
  const from = readJid(header.attrs.from);
  const to = readJid(header.attrs.to);
  if (kind === undefined || from instanceof JidError || from.domain === domain) return undefined;
  if (!(to instanceof JidError) && to.domain !== domain) return undefined;
  const refusal: Refusal = { condition: 'policy-violation', type: 'modify', text: TEXTS[why] };
  const id = readId(header.attrs.id);
  // Without its id no client would know what the answer is for.
  if (kind === 'iq' && id === undefined) return undefined;
  // No stanza can be from an address that is none.
  const failed = { from, to: to instanceof JidError ? { domain } : to, id };
  return errorReply(kind, failed, refusal, domain);
}

/** Of a stanza that wants an answer. */
function kindOf({ name, ns, attrs }: Element): 'message' | 'presence' | 'iq' | undefined {
  const { type } = attrs;
  if (ns !== NS_COMPONENT) return undefined;
  if (name === 'message' && type !== 'error') return name;
  if (name === 'presence' && type === 'subscribe') return name;
  if (name === 'iq' && (type === 'get' || type === 'set')) return name;
  return undefined;
}
