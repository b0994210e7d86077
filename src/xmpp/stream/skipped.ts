/** What the sender of a skipped stanza is told. Pure. */

import { type Element, element, NS_COMPONENT, NS_STANZA_ERROR } from '../xml/element.ts';
import type { SkipReason } from '../xml/reader.ts';

const TEXTS: Readonly<Record<SkipReason, string>> = {
  'too large': 'This is larger than 512 KiB, the most that can be taken.',
  'too deep': 'This is nested deeper than 64 elements, the most that can be taken.',
  'too many attributes': 'This has more than 64 attributes in one element.',
  'unreadable names': 'This uses names that can not be read.',
};

/** Undefined: it must not be answered (RFC 6120 §8.3.1), or nobody is there to be told. */
export function answerToSkipped(header: Element, why: SkipReason): Element | undefined {
  const { name, ns, attrs } = header;
  const { from, to, id, type } = attrs;
  if (ns !== NS_COMPONENT || from === undefined || to === undefined) return undefined;
  if (name === 'iq' ? type !== 'get' && type !== 'set' : type === 'error') return undefined;
  if (name !== 'iq' && name !== 'message' && name !== 'presence') return undefined;
  const error = element('error', NS_COMPONENT, { type: 'modify' }, [
    element('policy-violation', NS_STANZA_ERROR),
    element('text', NS_STANZA_ERROR, {}, [TEXTS[why]]),
  ]);
  return element(name, NS_COMPONENT, { from: to, to: from, id, type: 'error' }, [error]);
}
