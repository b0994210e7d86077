import { describe, expect, test } from 'vitest';
import { authenticity, BANK, bank, DMARC, judged, MAIL, received, signed, world } from './stage.ts';

const ZONE = bank('v=DMARC1; p=reject');

describe('DNS that does not answer', () => {
  test.each(['servfail', 'silence'] as const)('leaves it open: %s', async (failure) => {
    const mail = await signed(MAIL, BANK);
    const open = { is: 'unknown', why: 'the name servers of bank.example do not answer' };
    const { stub, dns } = await world();
    stub.everyName = failure;
    expect(await authenticity(received(mail), DMARC, dns)).toEqual(open);
    for (const name of [`_dmarc.${BANK}`, `p1._domainkey.${BANK}`]) {
      expect(await judged(mail, { ...ZONE, [name]: failure })).toEqual(open);
    }
    const mailFrom = `x@${BANK}`;
    expect(await judged(MAIL, { ...ZONE, [BANK]: failure }, { mailFrom })).toEqual(open);
  });

  test('leaves it open only until it answers', async () => {
    const { stub, dns } = await world({ ...ZONE, [`_dmarc.${BANK}`]: 'servfail' });
    const mail = received(await signed(MAIL, BANK));
    expect(await authenticity(mail, DMARC, dns)).toMatchObject({ is: 'unknown' });
    stub.set(`_dmarc.${BANK}`, { TXT: ['v=DMARC1; p=reject'] });
    expect(await authenticity(mail, DMARC, dns)).toEqual({ is: 'confirmed' });
  });

  test('does not matter where the domain is proven otherwise', async () => {
    const zone = { ...ZONE, [BANK]: 'servfail' } as const;
    const mail = await signed(MAIL, BANK);
    expect(await judged(mail, zone, { mailFrom: `x@${BANK}` })).toEqual({ is: 'confirmed' });
  });

  test('is no way for a stranger to have his forgery waiting', async () => {
    const zone = {
      ...ZONE,
      'evil.example': 'servfail',
      'p1._domainkey.evil.example': 'servfail',
    } as const;
    const mail = await signed(MAIL, 'evil.example');
    const verdict = await judged(mail, zone, { mailFrom: 'x@evil.example' });
    expect(verdict).toMatchObject({ is: 'unconfirmed', rejectedByPolicy: true });
  });

  test('nor with a key of a name that can not exist', async () => {
    const selector = `${`${'x'.repeat(60)}.`.repeat(4)}x`;
    const mail = await signed(MAIL, BANK, { selector });
    expect(await judged(mail, ZONE)).toMatchObject({ is: 'unconfirmed' });
  });
});

describe('a hostile mail', () => {
  test('has ten of its signatures looked at, and no ARC', async () => {
    const { stub, dns } = await world(ZONE);
    const [line = ''] = (await signed(MAIL, 'evil.example')).split('From: ');
    const many = Array.from({ length: 200 }, (_, at) => line.replace('s=p1', `s=p${at}`));
    const arc = line.replace('DKIM-Signature', 'ARC-Message-Signature').replace('v=1', 'i=1');
    const seal = 'ARC-Seal: i=1; a=rsa-sha256; cv=none; d=evil.example; s=arc; b=AAAA\r\n';
    const results = 'ARC-Authentication-Results: i=1; evil.example; dmarc=pass\r\n';
    const mail = `${seal}${arc}${results}${many.join('')}${await signed(MAIL, BANK)}`;
    expect(await authenticity(received(mail), DMARC, dns)).toMatchObject({ is: 'unconfirmed' });
    const keys = stub.questions.filter((question) => question.includes('_domainkey'));
    expect(keys).toEqual(
      Array.from({ length: 10 }, (_, at) => `TXT p${at}._domainkey.evil.example`),
    );
  });

  test('gets no answer to more than a hundred questions', async () => {
    const hosts = Array.from({ length: 10 }, (_, at) => `h${at}.evil.example`);
    const { stub, dns } = await world({
      ...ZONE,
      [BANK]: { TXT: [`v=spf1 ${hosts.map((host) => `mx:${host}`).join(' ')} -all`] },
      ...Object.fromEntries(
        hosts.map((host) => [
          host,
          { MX: Array.from({ length: 10 }, (_, at) => `x${at}.${host}`) },
        ]),
      ),
    });
    const mail = received(MAIL, { mailFrom: `x@${BANK}` });
    expect(await authenticity(mail, DMARC, dns)).toMatchObject({
      is: 'unconfirmed',
      why: 'its proofs take too many questions to check',
    });
    expect(stub.questions.length).toBeLessThanOrEqual(100);
  });

  test.each([
    ['folds without end', `X: y\r\n${' z\r\n'.repeat(60_000)}`],
    ['fields without end', 'X: y\r\n'.repeat(60_000)],
    ['a line that is no field', 'a line that is no field\r\n'],
    ['a bare CR', 'X: y\rFrom: z\r\n'],
    ['a NUL', 'X: \0\r\n'],
  ])('is not confirmed with %s', async (_, lines) => {
    const mail = await signed(MAIL, BANK);
    const { stub, dns } = await world(ZONE);
    expect(await authenticity(received(`${lines}${mail}`), DMARC, dns)).toEqual({
      is: 'unconfirmed',
      why: 'its head is malformed',
      rejectedByPolicy: false,
    });
    expect(stub.questions).toEqual([]);
  });
});

test('a mail without one sender is never confirmed', async () => {
  const { dns } = await world(ZONE);
  const mail = await signed(MAIL, BANK);
  const none = mail.replace(/^From: /m, 'X-From: ');
  for (const verify of [DMARC, { by: 'off' }, { by: 'upstream', authservId: 'mx' }] as const) {
    const verdict = { is: 'unconfirmed', why: 'it does not name one sender' };
    expect(await authenticity(received(mail, { from: undefined }), verify, dns)).toMatchObject(
      verdict,
    );
    expect(await authenticity(received(none), verify, dns)).toMatchObject(verdict);
  }
  expect(await authenticity(received(MAIL), { by: 'off' }, dns)).toEqual({ is: 'confirmed' });
});

test('a client without a network address has no SPF', async () => {
  const mail = await signed(MAIL, BANK);
  expect(await judged(mail, ZONE, { remoteAddress: '' })).toEqual({ is: 'confirmed' });
  expect(await judged(MAIL, ZONE, { remoteAddress: '' })).toMatchObject({ is: 'unconfirmed' });
});
