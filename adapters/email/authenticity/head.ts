/** The fields of a mail's head as they stand, for whoever must not be fooled by them. Pure. */

/** Bytes. Postfix takes 100 KiB. */
const MAX_HEAD = 256 * 1024;
/** The time that mailauth needs grows with the square of the lines: 5,000 are 10 ms, 60,000 are 13 s. */
const MAX_LINES = 5_000;

/** A field with its folds. Offsets are bytes of the mail. */
interface Field {
  /** In lower case. */
  readonly name: string;
  readonly start: number;
  /** Behind the colon. */
  readonly valueStart: number;
  /** Behind its last line break. */
  readonly end: number;
}

export interface Head {
  readonly fields: readonly Field[];
  /** Where the fields end: the empty line, or the end of the mail. */
  readonly end: number;
}

/**
 * Undefined for a head that is too large or malformed. Every program reads the lines of such a one
 * in its own way: what one of them has checked is not what another one shows.
 */
export function readHead(raw: Buffer): Head | undefined {
  const text = raw.toString('latin1', 0, Math.min(raw.length, MAX_HEAD));
  const fields: { name: string; start: number; valueStart: number; end: number }[] = [];
  let start = 0;
  for (let lines = 0; start < text.length; lines += 1) {
    const lineEnd = text.indexOf('\n', start);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    const line = text.slice(start, end).replace(/\r?\n$/, '');
    if (line === '') return { fields, end: start };
    if (lines === MAX_LINES || line.includes('\r') || line.includes('\0')) return undefined;
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last === undefined) return undefined;
      last.end = end;
    } else {
      const [opening, name] = /^([!-9;-~]+)[ \t]*:/.exec(line) ?? [];
      if (opening === undefined || name === undefined) return undefined;
      fields.push({ name: name.toLowerCase(), start, valueStart: start + opening.length, end });
    }
    start = end;
  }
  return raw.length > MAX_HEAD ? undefined : { fields, end: start };
}

/** How often the head has this field. */
export function count(head: Head, name: string): number {
  return head.fields.filter((field) => field.name === name).length;
}
