/** What programs and lists put below a reply: signatures, "Sent from my iPhone", list footers. */

import { SENT_FROM, SENT_FROM_LINES } from './languages.ts';
import type { Line } from './lines.ts';

const LONGEST = 140;
/** Of a signature below a line that only may be a delimiter. */
const MOST_LINES = 12;
const FEW_LINES = 4;
const SHORT_LINE = 60;

/** RFC 3676 §4.3; a signed text has it with another dash before (RFC 9580 §7.2). */
const DELIMITER = /^(?:- )?--$/;
const RULE = /^(?:[-_=~*#+•·ᐧ]\s?){2,100}$|^[—–―⸺─_ᐧ]{1,100}$/u;
const SENT_FROM_START = new RegExp(`^(?:${SENT_FROM.join('|')})`, 'iu');
const SENT_FROM_LINE = new RegExp(`^(?:${SENT_FROM_LINES.join('|')})[.。]?$`, 'iu');
const FROM_MY = /^(?:from my|från min) .{1,20}$/iu;
/** "Get Outlook for iOS<https://aka.ms/o0ukef>", in any language. */
const OUTLOOK = /\boutlook\b.{0,60}https:\/\/aka\.ms\//;
/** What a person writes and a signature has not. */
const SENTENCE = /(?:\S+\s+){3}\S*[.!?…]$/u;
/** What stands below a signature and is the writer's. */
const POSTSCRIPT = /^(?:p\.?[\s-]?s|п\.?\s?с)\.?(?:[\s:,–-]|$)/iu;
/** What is sent from one, no sentence says by chance. */
const DEVICE =
  /iphon|ipad|\bios\b|android|mobil|мобил|phone|telefon|téléphone|handy|outlook|windows|yahoo|gmail|airmail|hotmail|\baol\b|k-9|яндекс|orange|smart|galaxy|samsung|huawei|xiaomi|blackberry|tablet|gmx|web\.de|posteo|proton|thunderbird|手机|手機/iu;
const OF_MINE =
  /^(?:sent|envoyé|enviado|inviato|verzonden|verstuurd|skickat|sendt|lähetetty|wysłan[oe]|отправлено|надіслано)\s\S{1,9}(?:\s\S{1,9})?\s(?:my|mon|mi|meu|mio|mijn|min|mojego|моего|мого)\s\S/iu;
const CONTACT =
  /@|https?:\/\/|www\.|\+?\p{Nd}[\p{Nd} ()./-]{6,}|\b(?:tel|fax|phone|mobile?|gmbh|ltd|inc|llc)\b/iu;
const FOOTER =
  /^(?:you (?:received|are receiving) this (?:message|e-?mail)|to (?:unsubscribe|stop receiving|view this discussion|post to this group)|unsubscribe(?::|\s*$|\s+(?:here|from|by))|reply to this e-?mail directly|virus-?free[.,]|(?:this|diese|este|ce|questa) e-?mail (?:has been checked|wurde (?:von avast|auf viren)|a été vérifié|foi verificado|è stata controllata)|do not reply to this e-?mail|vous recevez ce (?:message|mail)|sie (?:erhalten|haben) diese (?:nachricht|e-?mail) (?:erhalten, )?weil|para cancelar la suscripción|pour vous désabonner)/iu;

export function isDelimiter(line: Line): boolean {
  return DELIMITER.test(line.bare);
}

/** A line of dashes and their kind. */
export function isRule(line: Line): boolean {
  return RULE.test(line.bare);
}

/** Whether a rule has a signature below it: few lines, or some that say how to reach somebody. */
export function isSignatureBelow(
  rule: Line,
  above: Line | undefined,
  below: readonly Line[],
): boolean {
  const lines = below.map(({ bare }) => bare).filter((bare) => bare !== '');
  const footer = lines.some((bare) => FOOTER.test(bare));
  // A dash alone is also how a name is set off that belongs to the text.
  if (/^[—–―─]$/.test(rule.bare)) return footer;
  if (lines.length > MOST_LINES) return false;
  if (footer || (/^_+$/.test(rule.bare) && lines.some((bare) => CONTACT.test(bare)))) return true;
  // Under a line of text it is an underline.
  if (above !== undefined && above.bare !== '') return false;
  if (lines.some((bare) => CONTACT.test(bare.slice(0, LONGEST)))) return true;
  const isShort = (bare: string) => bare.length <= SHORT_LINE && !SENTENCE.test(bare);
  return lines.length <= FEW_LINES && lines.every(isShort);
}

/** How many of the lines below are the signature: a postscript ends it. */
export function lengthOfSignature(section: readonly Line[]): number {
  const at = section.findIndex(
    ({ bare }, index) => section[index - 1]?.bare === '' && POSTSCRIPT.test(bare),
  );
  return at < 0 ? section.length : at - 1;
}

/** `device`: names a device or a program, so that nothing of the writer's follows it. */
export function sentFrom({ bare }: Line): 'device' | 'perhaps' | undefined {
  if (bare.length > LONGEST || bare.length < 4) return undefined;
  const text = bare
    .toLowerCase()
    .replace(/^[<([*_\s-]{1,4}/, '')
    .replace(/[>)\]*_\s]{1,4}$/, '');
  if (SENT_FROM_LINE.test(text) || OUTLOOK.test(text)) return 'device';
  if (FROM_MY.test(text)) return DEVICE.test(text) ? 'device' : undefined;
  if (!SENT_FROM_START.test(text)) return undefined;
  if (DEVICE.test(text) || OF_MINE.test(text)) return 'device';
  return /[.!?]$/.test(text) || text.length > SHORT_LINE ? undefined : 'perhaps';
}

/** Whether these lines are the footer of a mailing list, a forum or a virus scanner. */
export function isFooter(section: readonly Line[]): boolean {
  if (!FOOTER.test(section[0]?.bare.slice(0, LONGEST) ?? '')) return false;
  const lines = section.map(({ bare }) => bare).filter((bare) => bare !== '');
  // A person may begin a sentence like that, but hardly ends with an address.
  return lines.length <= MOST_LINES && lines.some((bare) => CONTACT.test(bare.slice(0, LONGEST)));
}
