import { statusOf } from './answer.ts';
import type { StatusGroup } from './delivery-status.ts';

/** The members of a recipient, in the order in which they are written. */
const RECIPIENT =
  /"emailAddress":"([^"\\]{3,320})"(?:,"action":"(\w{1,20})")?(?:,"status":"([\d.]{5,9})")?(?:,"diagnosticCode":"((?:[^"\\]|\\.){0,1000}))?/g;
const MOST_RECIPIENTS = 100;

/**
 * Amazon SES tells of bounces also as JSON, mailed by SNS. The JSON is searched and not parsed: SNS
 * ends it with a text, and servers on the way break its long line.
 *
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
 */
export function readNotification(text: string): readonly StatusGroup[] {
  if (!/^\s{0,4}\{"(?:notification|event)Type":"Bounce"/.test(text)) return [];
  return Array.from(text.matchAll(RECIPIENT), toGroup).slice(0, MOST_RECIPIENTS);
}

function toGroup(match: RegExpExecArray): StatusGroup {
  const [, address = '', action, status = '', diagnostic = ''] = match;
  const stated = statusOf(status);
  return {
    address,
    outcome: action === 'delayed' ? 'delayed' : 'failed',
    ...(stated === undefined ? {} : { status: stated }),
    diagnostic: diagnostic.replace(/^smtp; ?/, '').replace(/\\[nrt]|\\/g, ' '),
  };
}
