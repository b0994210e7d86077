import { describe, expect, test } from 'vitest';
import { ProviderError, refusalOf } from '../../errors.ts';
import { errorOf, failureOf } from '../../providers/twilio/answer.ts';
import { ERROR_TABLE } from '../../providers/twilio/error-table.ts';

const LONGEST_PEER = '+850 2 12 381 1234 5678';
const answer = (status: number, code?: number, retryAfter?: string) => ({
  status,
  retryAfter,
  date: undefined,
  json: code === undefined ? undefined : { code, message: 'Internals of the provider' },
});
const verdictOf = (...of: Parameters<typeof answer>) => errorOf(answer(...of), 'X', 0).verdict;

test('every row fits beside a failed message', () => {
  for (const [code, rule] of ERROR_TABLE) {
    const { text } = refusalOf(rule, `Twilio ${code}`, LONGEST_PEER);
    expect(text.length, text).toBeLessThanOrEqual(120);
  }
});

describe('an answer of the API', () => {
  test.each([
    [21211, 'jid-malformed', 'modify'],
    [21408, 'not-allowed', 'cancel'],
    [21610, 'not-allowed', 'cancel'],
    [21614, 'item-not-found', 'cancel'],
    [21617, 'not-acceptable', 'modify'],
    [30034, 'service-unavailable', 'cancel'],
    [99999, 'undefined-condition', 'cancel'],
  ])('with code %i is final', (code, condition, type) => {
    expect(verdictOf(400, code)).toMatchObject({ kind: 'never', refusal: { condition, type } });
  });

  test('names the code, and nothing of what the provider wrote', () => {
    const error = errorOf(answer(400, 21614), '+1 202 555 0123', 0);
    expect(error.message).toBe('the provider answered Twilio 21614');
    expect(error.verdict).toMatchObject({
      refusal: {
        text: 'Not delivered: +1 202 555 0123 is a landline and can not get texts. (Twilio 21614)',
      },
    });
  });

  test.each([
    [500, undefined],
    [503, 20503],
    [500, 21614],
    [502, undefined],
    [408, undefined],
    [400, 30410],
  ])('of status %i and code %s leaves the outcome unknown', (status, code) => {
    expect(verdictOf(status, code)).toEqual({ kind: 'unknown-outcome' });
  });

  test.each([
    ['seconds', '7', 7_000],
    ['a date', 'Thu, 01 Jan 1970 00:00:09 GMT', 9_000],
    ['a date in the past', 'Thu, 01 Jan 1970 00:00:00 GMT', 1_000],
    ['next year', '31536000', 3_600_000],
    ['nonsense', 'soon', 5_000],
    ['nothing', undefined, 5_000],
  ])('429 with %s pauses the transport', (_, header, afterMs) => {
    expect(verdictOf(429, 20429, header)).toEqual({ kind: 'later', scope: 'transport', afterMs });
  });

  test.each([
    [401, undefined, 'transport'],
    [403, 20003, 'transport'],
    [400, 20005, 'transport'],
    [400, 30001, 'conversation'],
    [429, 21611, 'conversation'],
  ])('of status %i and code %s is for later', (status, code, scope) => {
    expect(verdictOf(status, code)).toMatchObject({ kind: 'later', scope });
  });

  test.each([301, 307, 404])('%i is for the operator to mend', (status) => {
    const error = errorOf(answer(status), 'X', 0);
    expect(error.verdict.kind).toBe('never');
    expect(error.rule.alarm).toBe(true);
  });
});

test('what failed on its way is final, whatever the table says of an attempt', () => {
  expect(failureOf(30017, 'X').refusal.condition).toBe('resource-constraint');
  expect(failureOf(undefined, 'X').refusal).toMatchObject({
    condition: 'undefined-condition',
    text: "Not delivered: X's network did not deliver it and does not say why. (Twilio)",
  });
  expect(failureOf(4_711, 'X').code).toBe('Twilio 4711');
});

test('an error of the provider is one that the core understands', () => {
  expect(errorOf(answer(400), 'X', 0)).toBeInstanceOf(ProviderError);
});
