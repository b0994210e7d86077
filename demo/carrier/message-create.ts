import { ApiError } from './failure.ts';

export interface NewMessage {
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly statusCallback?: string;
  /** Seconds for which the carrier tries to deliver it. */
  readonly validityPeriod?: number;
}

const MAX_BODY_CHARS = 1_600;
const MAX_VALIDITY_SECONDS = 36_000;

/**
 * Reads the form of `POST Messages.json` as strictly as Twilio does.
 * @param numbers those that the account may send from
 * @throws ApiError 400 with Twilio's number
 */
export function readNewMessage(form: URLSearchParams, numbers: ReadonlySet<string>): NewMessage {
  const to = form.get('To') ?? '';
  const from = form.get('From') ?? '';
  const body = form.get('Body') ?? '';
  if (to === '') throw refused(21604, "A 'To' phone number is required.");
  if (from === '') throw refused(21603, "A 'From' phone number is required.");
  if (body === '') throw refused(21602, 'Message body is required.');
  if (!/^(\+[1-9]\d{6,14}|\d{3,6})$/.test(to)) {
    throw refused(21211, `Invalid 'To' Phone Number: ${to}`);
  }
  if (!numbers.has(from)) {
    throw refused(21606, `The 'From' phone number ${from} is not a phone number of this account.`);
  }
  if (body.length > MAX_BODY_CHARS) {
    throw refused(21617, 'The concatenated message body exceeds the 1600 character limit.');
  }
  const statusCallback = form.get('StatusCallback') ?? '';
  if (statusCallback !== '' && !/^https?:$/.test(URL.parse(statusCallback)?.protocol ?? '')) {
    throw refused(21609, `The StatusCallback URL ${statusCallback} is not a valid URL.`);
  }
  const validity = form.get('ValidityPeriod');
  return {
    to,
    from,
    body,
    ...(statusCallback === '' ? {} : { statusCallback }),
    ...(validity === null ? {} : { validityPeriod: readValidity(validity) }),
  };
}

function readValidity(written: string): number {
  const seconds = Number(written);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_VALIDITY_SECONDS) {
    throw refused(21624, 'Invalid ValidityPeriod value.');
  }
  return seconds;
}

function refused(code: number, text: string): ApiError {
  return new ApiError(400, code, text);
}
