/**
 * A message stanza, in words: every one that comes in is exactly one of text, receipt or error for the
 * listener, something to refuse at once, or nothing that anybody said.
 *
 * Wrapped messages (XEP-0280, XEP-0297, XEP-0313, XEP-0356) are never looked into: the sender of the
 * stanza is the only one who speaks.
 */

import type { Refusal } from '../../contract/index.ts';
import { bareJid } from '../jid.ts';
import type { IncomingMessage, OutgoingMessage } from '../port.ts';
import { type Element, element, NS_COMPONENT } from '../xml/element.ts';
import type { Addresses } from './addresses.ts';
import { normaliseText, readBody, writeBody } from './body.ts';
import { writeDelay } from './delay.ts';
import { ENCRYPTED, isEncrypted } from './encryption.ts';
import { readError, writeError } from './error.ts';
import { withoutFallback } from './fallback.ts';
import { isFileLink } from './file-link.ts';
import { readOriginId, writeOriginId } from './id.ts';
import { readReceipt, readReceiptRequest, writeReceipt } from './receipt.ts';
import { readSubject } from './subject.ts';
import { readThread, writeThread } from './thread.ts';
import { type Addressee, onlyFallback, readUnsupported } from './unsupported.ts';

export type MessageReading =
  | { readonly is: 'for the listener'; readonly message: IncomingMessage }
  | { readonly is: 'refused'; readonly refusal: Refusal }
  | { readonly is: 'nothing' };

const NOTHING: MessageReading = { is: 'nothing' };

export function readMessage(
  stanza: Element,
  { from, to, id }: Addresses,
  whom: Addressee = 'contact',
): MessageReading {
  if (stanza.attrs.type === 'error') {
    return heard({ content: 'error', from, to, id, ...readError(stanza) });
  }
  const body = readBody(stanza);
  if (isEncrypted(stanza, body)) return refused(ENCRYPTED);
  const unsupported = readUnsupported(stanza, body !== undefined, whom);
  if (unsupported !== undefined) return refused(unsupported);

  if (body === undefined) {
    const of = readReceipt(stanza);
    return of === undefined ? NOTHING : heard({ content: 'receipt', from, to, id, of });
  }
  const text = normaliseText(withoutFallback(stanza, body));
  if (text === undefined) {
    return normaliseText(body) === undefined ? NOTHING : refused(onlyFallback(whom));
  }
  return heard({
    content: 'text',
    from,
    to,
    id,
    originId: readOriginId(stanza),
    text,
    thread: readThread(stanza),
    subject: readSubject(stanza),
    wantsReceipt: readReceiptRequest(stanza, id),
    ...(isFileLink(stanza, text) && { isFile: true }),
  });
}

/**
 * @param domain ours
 * @param now milliseconds since the epoch
 */
export function writeMessage(message: OutgoingMessage, domain: string, now: number): Element {
  const from = message.from === undefined ? domain : bareJid({ local: message.from, domain });
  const { id, to } = message;
  switch (message.kind) {
    case 'text':
      return element('message', NS_COMPONENT, { type: 'chat', id, from, to }, [
        writeBody(message.text),
        message.thread === undefined ? undefined : writeThread(message.thread),
        writeOriginId(id),
        message.sentAt === undefined ? undefined : writeDelay(message.sentAt, now, domain),
      ]);
    case 'receipt':
      return element(
        'message',
        NS_COMPONENT,
        { type: 'chat', id, from, to },
        writeReceipt(message.of),
      );
    case 'error':
      return element('message', NS_COMPONENT, { type: 'error', id: message.of ?? id, from, to }, [
        writeError(message.refusal, domain),
      ]);
  }
}

function heard(message: IncomingMessage): MessageReading {
  return { is: 'for the listener', message };
}

function refused(refusal: Refusal): MessageReading {
  return { is: 'refused', refusal };
}
