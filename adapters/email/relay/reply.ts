/** What an SMTP server answers (RFC 5321 §4.2). */

export interface Reply {
  /** Three digits. */
  readonly code: number;
  /** RFC 2034: "5.1.1". */
  readonly status?: string;
  /** On one line, printable, at most 200 characters; mail addresses are masked. */
  readonly words: string;
}

const MAX_WORDS = 200;
const CODES = /^(\d{3})(?:[ -]+([245]\.\d{1,3}\.\d{1,3})(?![.\d]))?/;

/** Undefined for what is no reply. */
export function parseReply(text: string): Reply | undefined {
  const [, code, status] = CODES.exec(text) ?? [];
  if (code === undefined) return undefined;
  const lines = text.split(/\r?\n/).map((line) => line.replace(CODES, '').replace(/^[ -]+/, ''));
  const words = cleaned(lines.join(' '));
  return { code: Number(code), ...(status === undefined ? {} : { status }), words };
}

/** "550 5.1.1" */
export function codesOf({ code, status }: Reply): string {
  return status === undefined ? String(code) : `${code} ${status}`;
}

/** A server's words as they may stand in a log. */
export function cleaned(text: string): string {
  return text
    .slice(0, 2_000)
    .toWellFormed()
    .replace(/[^\s<>]{1,64}@[^\s<>]+/g, '…')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_WORDS)
    .toWellFormed();
}
