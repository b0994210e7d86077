/** When two names are the same name: as the server says by CASEMAPPING of its 005. */

export type CaseMapping = 'ascii' | 'rfc1459' | 'rfc1459-strict';

/** RFC 1459 §2.2: to Scandinavians `{}|` are the small letters of `[]\`; some servers add `~` and `^`. */
const FOLDED: Readonly<Record<CaseMapping, RegExp>> = {
  ascii: /[A-Z]/g,
  rfc1459: /[A-Z[\]\\^]/g,
  'rfc1459-strict': /[A-Z[\]\\]/g,
};

/** For comparing only: nothing else is ever shown or sent. */
export function fold(name: string, mapping: CaseMapping): string {
  return name.replace(FOLDED[mapping], (char) => String.fromCharCode(char.charCodeAt(0) + 32));
}

/** @param word as in `CASEMAPPING=…`. A mapping that is not known is believed to fold at least ASCII. */
export function caseMapping(word: string): CaseMapping {
  switch (word.toLowerCase()) {
    case 'rfc1459':
      return 'rfc1459';
    case 'rfc1459-strict':
    case 'strict-rfc1459':
      return 'rfc1459-strict';
    default:
      return 'ascii';
  }
}
