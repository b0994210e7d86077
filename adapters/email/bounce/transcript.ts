import { ADDRESS, addressesIn } from './recipient.ts';

/** What a report's text says of one recipient. */
interface Passage {
  readonly address: string;
  readonly lines: readonly string[];
}

export type Transcript = readonly Passage[];

const MOST_RECIPIENTS = 100;
const MOST_LINES_OF_ONE = 60;

/** The ways to name a recipient, each of them that of several servers. */
const NAMED = [
  // qmail, Postfix, OpenSMTPD: "<a@b.example>: …". GMX has quotation marks.
  `^\\W{0,8}<?(${ADDRESS})[>"']{0,2}\\s?:`,
  // Exchange: "a@b.example on Thu, 29 Apr …". Outlook: "a@b.example<mailto:…>".
  `^\\W{0,8}<?(${ADDRESS})>?(?:\\s|<mailto:|\\()`,
  // The dialogue itself.
  `RCPT TO:\\s?<?(${ADDRESS})`,
  // "Recipient: <a@b.example>", "Unknown user: …", "could not be delivered to: …", "delivering …".
  `\\b(?:recipients?|address(?:ee)?|errors|user|allowed size|undeliverable to)\\s?:?\\s{1,3}<?(${ADDRESS})`,
  `\\b(?:mail|message) (?:sent )?(?:to|for)\\s?:?\\s{1,3}<?(${ADDRESS})`,
  `\\bdeliver[a-z]{0,5}(?: (?:your|the|this|a))?(?: (?:mail|message))?(?: to)?\\s?:?\\s{1,3}<?(${ADDRESS})`,
].map((pattern) => new RegExp(pattern, 'i'));
/** sendmail: "550 5.1.1 <a@b.example>... User unknown". The line says all. */
const ANSWERED = new RegExp(`^\\W{0,8}\\d{3}[ -].{0,20}?<?(${ADDRESS})>?\\.\\.\\.`);
/** Exim, Gmail, sendmail's list: an address and nothing else, perhaps with a bullet, or twice. */
const ALONE = new RegExp(`^[^\\w<]{0,12}<?(${ADDRESS})>?(?:\\s{1,4}<${ADDRESS}>)?\\W{0,4}$`);
const OF_THE_SENDER = /mail from|^\W{0,8}(?:from|sender|reply-to)\b|envelope-from/i;
const SENDER_FOLLOWS = /(?:sent by|from|sender)\W{0,3}$/i;

/**
 * Divides the report's text among the recipients that it names. Where several stand in a row, what
 * follows is said of all of them.
 */
export function readTranscript(lines: readonly string[]): Transcript {
  const passages = new Map<string, string[]>();
  let current: string[] = [];
  let listing = false;
  let before = '';
  for (const line of lines) {
    if (line.trim() === '') continue;
    const alone = SENDER_FOLLOWS.test(before) ? undefined : ALONE.exec(line)?.[1];
    const answered = ANSWERED.exec(line)?.[1];
    const [named] = addressesIn(alone ?? answered ?? namedIn(line) ?? '');
    before = line;
    if (named !== undefined && (passages.has(named) || passages.size < MOST_RECIPIENTS)) {
      current = listing && alone !== undefined ? [...current, named] : [named];
      if (!passages.has(named)) passages.set(named, []);
    }
    listing = alone !== undefined;
    if (listing) continue;
    for (const address of current) {
      const own = passages.get(address);
      if (own !== undefined && own.length < MOST_LINES_OF_ONE) own.push(line);
    }
    if (answered !== undefined) current = [];
  }
  return Array.from(passages, ([address, own]) => ({ address, lines: own }));
}

function namedIn(line: string): string | undefined {
  if (!line.includes('@')) return undefined;
  for (const pattern of NAMED) {
    const match = pattern.exec(line);
    if (match === null || OF_THE_SENDER.test(line.slice(0, match.index + 8))) continue;
    return match[1];
  }
  return undefined;
}
