import { describe, expect, test } from 'vitest';
import { authenticity } from '../../../authenticity/authenticity.ts';
import type { Verify } from '../../../config.ts';
import { MAIL, received, world } from './stage.ts';

const UPSTREAM: Verify = { by: 'upstream', authservId: 'mx.example.org' };
const HOP = 'Received: from a by b; Tue, 24 Nov 2026 10:00:00 +0000\r\n';
const field = (value: string) => `Authentication-Results: ${value}\r\n`;
const PASS = field('mx.example.org; dmarc=pass header.from=bank.example');
const FAIL = field('mx.example.org; dmarc=fail (p=none) header.from=bank.example');

async function verdict(fields: string): Promise<string> {
  const { stub, dns } = await world();
  const { is } = await authenticity(received(`${fields}${MAIL}`), UPSTREAM, dns);
  expect(stub.questions).toEqual([]);
  return is;
}

describe('what the upstream wrote counts', () => {
  test.each([
    ['above its Received', PASS + HOP + HOP],
    ['below its Received', HOP + PASS + HOP],
    ['without any Received', PASS],
    ['whatever another server says', field('other.example; dmarc=fail') + PASS + HOP],
    ['in any case of its name', field('MX.Example.org; DMARC=Pass header.From=BANK.example')],
    [
      'with comments and folds',
      field('mx.example.org 1;\r\n\tdmarc=pass (p=reject; "x")\r\n header.from=bank.example'),
    ],
    [
      'with DKIM alone',
      field('mx.example.org; dkim=pass header.d=news.bank.example header.b=a/b+c='),
    ],
    ['with SPF alone', field('mx.example.org; spf=pass smtp.mailfrom="x; y"@bank.example')],
    [
      'with DKIM, if the domain has no policy',
      field('mx.example.org; dmarc=none; dkim=pass header.d=bank.example'),
    ],
  ])('%s', async (_, fields) => {
    expect(await verdict(fields)).toBe('confirmed');
  });
});

describe('nothing else counts', () => {
  test.each([
    ['nothing', HOP],
    ['what stands below the second Received', HOP + HOP + PASS],
    ['another server', field('evil.example; dmarc=pass header.from=bank.example')],
    [
      'a name that only begins like it',
      PASS.replace('mx.example.org', 'mx.example.org.evil.example'),
    ],
    ['a forgery below its word', FAIL + PASS + HOP],
    ['a forgery below its Received', FAIL + HOP + PASS],
    ['a forgery below its silence', field('mx.example.org; none') + PASS],
    ['a forgery below its half word', field('mx.example.org; dmarc=') + PASS],
    ['a pass of another domain', field('mx.example.org; dmarc=pass header.from=evil.example')],
    [
      'a pass of a domain below or above',
      field('mx.example.org; dmarc=pass header.from=a.bank.example'),
    ],
    ['a pass of nobody', field('mx.example.org; dmarc=pass')],
    ['two words on it', field('mx.example.org; dmarc=pass header.from=bank.example; dmarc=fail')],
    [
      'two domains of it',
      field('mx.example.org; dmarc=pass header.from=bank.example header.from=evil.example'),
    ],
    [
      'a failed DMARC beside a good DKIM',
      field('mx.example.org; dmarc=fail; dkim=pass header.d=bank.example'),
    ],
    ['DKIM of another domain', field('mx.example.org; dkim=pass header.d=evil.example')],
    ['DKIM that names a person alone', field('mx.example.org; dkim=pass header.i=@bank.example')],
    [
      'SPF of another domain',
      field('mx.example.org; spf=pass smtp.mailfrom="x@bank.example"@evil.example'),
    ],
    ['SPF of the HELO', field('mx.example.org; spf=pass smtp.helo=bank.example')],
    ['a method that proves no sender', field('mx.example.org; iprev=pass header.d=bank.example')],
    ['a future version', field('mx.example.org 2; dmarc=pass header.from=bank.example')],
    [
      'a future version of the method',
      field('mx.example.org; dmarc/2=pass header.from=bank.example'),
    ],
    [
      'a word in a comment',
      field('mx.example.org; spf=fail (x) (; dmarc=pass header.from=bank.example)'),
    ],
    [
      'a word in a name',
      field('mx.example.org; spf=fail smtp.mailfrom="; dmarc=pass header.from=bank.example"@x'),
    ],
    ['a comment that does not end', field('mx.example.org; dmarc=pass header.from=bank.example (')],
    ['a quote that does not end', field('mx.example.org; dmarc=pass header.from="bank.example')],
  ])('%s', async (_, fields) => {
    expect(await verdict(fields)).toBe('unconfirmed');
  });

  test('and it is not rejected, for the upstream did not', async () => {
    const { dns } = await world();
    const fail = field('mx.example.org; dmarc=fail policy.dmarc=reject header.from=bank.example');
    expect(await authenticity(received(`${fail}${MAIL}`), UPSTREAM, dns)).toMatchObject({
      rejectedByPolicy: false,
    });
  });
});
