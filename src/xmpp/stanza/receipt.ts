/** Receipts: XEP-0184. */

import { child, type Element, element } from '../xml/element.ts';
import { readId } from './id.ts';

export const NS_RECEIPTS = 'urn:xmpp:receipts';
/** XEP-0334 */
const NS_HINTS = 'urn:xmpp:hints';

/** Whether the sender's client wants one; it can have one only for a message with an id (§7). */
export function readReceiptRequest(message: Element, id: string | undefined): boolean {
  return id !== undefined && child(message, 'request', NS_RECEIPTS) !== undefined;
}

/** The id of the message that a receipt is for. */
export function readReceipt(message: Element): string | undefined {
  return readId(child(message, 'received', NS_RECEIPTS)?.attrs.id);
}

/**
 * The content of a receipt, and a hint: it has no body, so without the hint (XEP-0334 §4.4) a server
 * would neither archive it nor keep it for a client that is away, and the user would never see the tick.
 * @param of the id of the user's message
 */
export function writeReceipt(of: string): readonly Element[] {
  return [element('received', NS_RECEIPTS, { id: of }), element('store', NS_HINTS)];
}
