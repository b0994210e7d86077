/** XML 1.0 §2.2: what may stand in a stanza. Pure. */

// What XML forbids, and the few controls that it only discourages.
const FORBIDDEN = /(?![\t\n])[\p{Cc}\ufffe\uffff]/gu;

/** A network's text as a user can be sent it: nothing is dropped silently, what XMPP forbids becomes U+FFFD. */
export function readable(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(FORBIDDEN, '\ufffd');
}
