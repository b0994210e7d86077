import { getAlignment } from 'mailauth/lib/tools.js';

/** Relaxed alignment (RFC 7489 §3.1): one organisation by the Public Suffix List. */
export function isAligned(from: string, domain: string): boolean {
  return getAlignment(from, [domain]) !== false;
}
