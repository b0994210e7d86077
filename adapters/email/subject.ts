/** Subjects, as mail has them and as a chat shows them. Pure. */

const SIGN = '✉';

/** "Re:" as the clients of many countries write it, once or often, and "Fwd:" of an answer to it. */
const PREFIX =
  /^\s*(?:(?:re|aw|sv|vs|antw|odp|ynt|rv|rép|ref|回复|答复|返信)(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]\s*)+/iu;

/** Without the prefixes of an answer. */
export function baseOf(subject: string): string {
  const base = subject.replace(PREFIX, '').trim();
  return base === '' ? subject.trim() : base;
}

/** The first line of a mail that begins a thread. */
export function subjectLine(subject: string): string {
  return `${SIGN} ${subject.trim()}`;
}

export interface Composed {
  readonly subject?: string;
  readonly text: string;
}

/** A first line `Subject: …` or `✉ …` is the subject, what follows it the text. */
export function splitSubject(text: string): Composed {
  const [line = ''] = text.split('\n', 1);
  const [, subject] = /^\s*(?:subject\s*:|✉\ufe0f?)\s*(\S.*)$/iu.exec(line) ?? [];
  if (subject === undefined) return { text };
  return { subject: subject.trim(), text: text.slice(line.length + 1).replace(/^\n+/, '') };
}

/** Who has named no subject. */
export function subjectFrom(name: string): string {
  return `Message from ${name}`;
}
