const MASK = '••••';
const MIN_SECRET_LENGTH = 4;

/**
 * Makes the function that replaces every given secret in a text, also where it stands percent-encoded
 * in an address. Shorter ones than 4 characters are left: they would be found in ordinary words.
 */
export function secretMask(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, encoded(secret)]);
  // The longest first: one secret may be the beginning of another.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  if (ordered.length === 0) return (text) => text;
  const pattern = new RegExp(ordered.map(literally).join('|'), 'g');
  return (text) => text.replace(pattern, MASK);
}

/**
 * An address as it may be logged above `debug`: `juliet@example.org/x` as `ju…@example.org`,
 * `+12025550123` as `+1…23`, `romeo` as `ro…`. One rule for any text: its domain stays.
 */
export function maskAddress(address: string): string {
  const at = address.indexOf('@');
  if (at < 0) return shorten(address);
  const [domain = ''] = address.slice(at + 1).split('/');
  return `${shorten(address.slice(0, at))}@${domain}`;
}

// What stands around an address in a sentence, or in a URI, is not part of it.
const JID =
  /(?<![^\s"'<>()[\]{},;:=@/])[^\s"'<>()[\]{},;:=@/]+@[\p{L}\p{N}][\p{L}\p{N}._-]*(?:\/[^\s"'<>()[\]{},;]+)?/gu;
// With its country code as people write it, or as a query carries it; or its digits alone.
const LONG_NUMBER = /(?<![\w.+-])(?:(?:\+|%2B)\d(?:[ ().-]{0,2}\d){6,14}|\d{10,15})(?!\w|\.\d)/gi;

/** Masks whatever looks like an address: for words that somebody else wrote, an error's for example. */
export function maskAddressesIn(text: string): string {
  return text.replace(JID, maskAddress).replace(LONG_NUMBER, shorten);
}

/** Two characters, or fewer of a short text: never all of it. */
function shorten(text: string): string {
  const characters = [...text];
  const shown = characters.slice(0, Math.min(2, Math.floor(characters.length / 2))).join('');
  const end = /^\+?\d{8,}$/.test(text) ? text.slice(-2) : '';
  return `${shown}…${end}`;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}
