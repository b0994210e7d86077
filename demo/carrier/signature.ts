import { createHmac } from 'node:crypto';

/**
 * The value of `X-Twilio-Signature`: HMAC-SHA1 over the URL, followed by each parameter's name and
 * value in the order of the names (Twilio, "Security", "Validating requests").
 * @param url as the webhook's owner configured it, without its fragment.
 */
export function sign(token: string, url: string, params: ReadonlyMap<string, string>): string {
  const names = [...params.keys()].sort();
  const signed = url + names.map((name) => name + (params.get(name) ?? '')).join('');
  return createHmac('sha1', token).update(signed, 'utf8').digest('base64');
}
