import type { AccountLink, Assessment, OutboundMessage, OwnAddress } from 'postern/adapter';
import { RefusedError, refused } from 'postern/adapter';
import type { SmsAccount, SmsConfig } from './config.ts';
import { checkDestination } from './destination.ts';
import { type OptOuts, optOutRefusal } from './optout.ts';
import { countSegments, splitText } from './segments.ts';

/** The most characters that a segment can hold. */
const CHARACTERS_A_SEGMENT = 160;

/** Whether a text can and may be sent, and how many segments it is. */
export function assess(
  event: OutboundMessage,
  account: AccountLink<SmsAccount>,
  rules: {
    readonly config: SmsConfig;
    readonly maxText: number;
    readonly optOuts: OptOuts;
  },
): Assessment {
  const { config, optOuts, maxText } = rules;
  checkDestination(event.peer, config);
  if (optOuts.has(account.settings.number as OwnAddress, event.peer)) {
    throw new RefusedError(optOutRefusal(event.peer));
  }
  if (event.text.trim() === '') throw refused('bad-request', 'modify', 'An empty text: not sent.');
  return { units: countUnits(event.text, config.maxSegments, maxText) };
}

function countUnits(text: string, max: number, maxText: number): number {
  // Nothing of a text that is too long anyway is counted: it costs its sender nothing to write it.
  if (text.length > max * CHARACTERS_A_SEGMENT) throw tooLong('', max);
  const parts = splitText(text, maxText).map(countSegments);
  const units = parts.reduce((sum, part) => sum + part.count, 0);
  if (units > max) throw tooLong(culprit(parts.find((part) => part.costly)?.costly), max);
  return units;
}

function culprit(char: string | undefined): string {
  if (char === undefined) return '';
  const shown = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(char) ? `"${char}"` : 'an invisible character';
  return ` It would hold twice as much without ${shown}.`;
}

function tooLong(hint: string, max: number): RefusedError {
  const unit = max === 1 ? 'one segment' : `${max} segments`;
  return refused('not-acceptable', 'modify', `Longer than ${unit} of SMS: not sent.${hint}`);
}
