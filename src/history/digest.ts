/**
 * A digest of 52 bits: two of FNV-1a, of 32 and 20 bits. It is fast, and nobody is kept from making two names
 * of one digest; who has reused a name has the same.
 */
export function digestOf(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return (b >>> 12) * 2 ** 32 + (a >>> 0);
}
