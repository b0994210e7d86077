/**
 * Twilio's error codes, with what each means for a text and its sender. Twilio changes codes and
 * advises against logic on them: a code that is not here is judged by its HTTP status.
 *
 * Source: the dictionary at https://www.twilio.com/docs/api/errors.
 */

import type { ErrorRule } from '../../errors.ts';

const MINUTE = 60_000;

const ACCOUNT_REFUSED: ErrorRule = {
  condition: 'internal-server-error',
  type: 'wait',
  text: 'the provider does not know this gateway',
  retry: 'transport',
  afterMs: MINUTE,
  alarm: true,
};
const ACCOUNT_SUSPENDED: ErrorRule = {
  condition: 'service-unavailable',
  type: 'cancel',
  text: 'the account at the provider is suspended',
  retry: 'transport',
  afterMs: 5 * MINUTE,
  alarm: true,
};
const SENDER_UNFIT: ErrorRule = {
  condition: 'service-unavailable',
  type: 'cancel',
  text: '{own} can not send texts',
  alarm: true,
};
const SENDER_UNREGISTERED: ErrorRule = {
  condition: 'service-unavailable',
  type: 'cancel',
  text: '{own} is not registered for texts',
  alarm: true,
};
const MISCONFIGURED: ErrorRule = {
  condition: 'internal-server-error',
  type: 'cancel',
  text: 'this gateway is not set up right',
  alarm: true,
};
const EMPTY: ErrorRule = { condition: 'bad-request', type: 'modify', text: 'the text is empty' };
const NOT_MOBILE: ErrorRule = {
  condition: 'item-not-found',
  type: 'cancel',
  text: '{peer} is a landline and can not get texts',
};
const TOO_LONG: ErrorRule = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'the text is too long',
};
const BAD_MEDIA: ErrorRule = {
  condition: 'not-acceptable',
  type: 'modify',
  text: 'the provider did not take the file',
};
const QUEUE_FULL: ErrorRule = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'too many texts were waiting',
  retry: 'conversation',
  afterMs: 2 * MINUTE,
};
const CONGESTED: ErrorRule = {
  condition: 'resource-constraint',
  type: 'wait',
  text: "{peer}'s network is congested. Try later",
  retry: 'conversation',
  afterMs: MINUTE,
};
const DAILY_CAP: ErrorRule = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'the daily limit of texts is reached. Try tomorrow',
  retry: 'transport',
  afterMs: 60 * MINUTE,
};
const PUMPING: ErrorRule = {
  condition: 'policy-violation',
  type: 'wait',
  text: 'the provider suspects fraud with this range. Try later',
};
const PERSONAL_USE: ErrorRule = {
  condition: 'service-unavailable',
  type: 'cancel',
  text: 'this sender may not send personal texts',
  alarm: true,
};

/** The provider may or may not have taken the text. */
export const UNKNOWN: ErrorRule = {
  condition: 'remote-server-timeout',
  type: 'wait',
  text: 'the provider did not say what became of it',
  retry: 'reconcile',
};
export const THROTTLED: ErrorRule = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'the provider takes no more now',
  retry: 'transport',
  afterMs: 5_000,
};
/** Refused for a reason that is not in the table. */
export const REFUSED: ErrorRule = {
  condition: 'undefined-condition',
  type: 'cancel',
  text: 'the provider refused the text',
};
/** Failed on its way, and nobody says why. */
export const FAILED: ErrorRule = {
  condition: 'undefined-condition',
  type: 'wait',
  text: "{peer}'s network did not deliver it and does not say why",
};
export const CREDENTIALS = ACCOUNT_REFUSED;
export const NOT_FOUND = MISCONFIGURED;

export const ERROR_TABLE: ReadonlyMap<number, ErrorRule> = new Map<number, ErrorRule>([
  [20003, ACCOUNT_REFUSED],
  [20005, ACCOUNT_SUSPENDED],
  [30002, ACCOUNT_SUSPENDED],
  [20404, MISCONFIGURED],
  [20429, THROTTLED],
  [20500, UNKNOWN],
  [20503, UNKNOWN],
  [30410, UNKNOWN],
  [
    21211,
    {
      condition: 'jid-malformed',
      type: 'modify',
      text: '{peer} is not a number that can get texts',
    },
  ],
  [
    21408,
    {
      condition: 'not-allowed',
      type: 'cancel',
      text: 'texts to this country are not open at the provider',
    },
  ],
  ...rows([21601, 21606, 21659, 21660, 21661, 21703, 21704, 21705], SENDER_UNFIT),
  ...rows([21602, 21619, 14103], EMPTY),
  [
    21608,
    {
      condition: 'not-allowed',
      type: 'cancel',
      text: 'a trial account writes to verified numbers only',
    },
  ],
  ...rows([21609, 30122], MISCONFIGURED),
  [
    21610,
    {
      condition: 'not-allowed',
      type: 'cancel',
      text: '{peer} opted out by STOP. Only a START from there undoes it',
      optOut: true,
    },
  ],
  ...rows([21611, 30001], QUEUE_FULL),
  [
    21612,
    {
      condition: 'remote-server-not-found',
      type: 'cancel',
      text: 'there is no way from {own} to {peer}',
    },
  ],
  ...rows([21614, 21635, 30006], NOT_MOBILE),
  ...rows([21617, 21658, 30019], TOO_LONG),
  ...rows([12300, 21620, 21623], BAD_MEDIA),
  [
    21653,
    {
      condition: 'feature-not-implemented',
      type: 'modify',
      text: 'one text can not go to several people',
    },
  ],
  [
    14107,
    {
      condition: 'policy-violation',
      type: 'wait',
      text: 'two machines seem to answer each other here',
    },
  ],
  [
    30003,
    {
      condition: 'recipient-unavailable',
      type: 'wait',
      text: "{peer}'s phone is off or out of reach. Try later",
    },
  ],
  [
    30004,
    {
      condition: 'not-allowed',
      type: 'cancel',
      text: '{peer} or its network blocks your texts',
    },
  ],
  [30005, { condition: 'gone', type: 'cancel', text: 'the number {peer} does not exist' }],
  [
    30007,
    {
      condition: 'policy-violation',
      type: 'modify',
      text: "{peer}'s network took it for spam",
      alarm: true,
    },
  ],
  [30008, FAILED],
  [
    30011,
    {
      condition: 'feature-not-implemented',
      type: 'modify',
      text: "{peer}'s network does not take files",
    },
  ],
  ...rows([30017, 30022], CONGESTED),
  ...rows([30018, 30024, 30032, 30033, 30034, 30035], SENDER_UNREGISTERED),
  ...rows([30023, 30027], DAILY_CAP),
  [
    30036,
    {
      condition: 'remote-server-timeout',
      type: 'wait',
      text: 'it waited too long for its turn',
    },
  ],
  ...rows([30450, 30453], PUMPING),
  ...rows([30532, 30533], PERSONAL_USE),
]);

function rows(
  codes: readonly number[],
  rule: ErrorRule,
): readonly (readonly [number, ErrorRule])[] {
  return codes.map((code) => [code, rule] as const);
}
