import { performance } from 'node:perf_hooks';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { authenticity } from '../../../authenticity/authenticity.ts';
import { Questions } from '../../../authenticity/questions.ts';
import { BANK, bank, DMARC, judged, MAIL, received, signed, world } from './stage.ts';

const ZONE = bank('v=DMARC1; p=reject');

describe('DNS that does not answer', () => {
  test.each(['servfail', 'silence'] as const)('leaves it open: %s', async (failure) => {
    const signedMail = received(await signed(MAIL, BANK));
    const byPath = received(MAIL, { mailFrom: `x@${BANK}` });
    for (const [mail, name] of [
      [signedMail, `_dmarc.${BANK}`],
      [signedMail, `p1._domainkey.${BANK}`],
      [byPath, BANK],
    ] as const) {
      const { dns } = await world({ ...ZONE, [name]: failure }, { eachMs: 200 });
      expect(await authenticity(mail, DMARC, dns)).toEqual({
        is: 'unknown',
        why: 'the name servers of bank.example do not answer',
      });
    }
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

test('after nine seconds no further question is begun', async () => {
  const { stub, dns } = await world(ZONE);
  const start = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(start);
  onTestFinished(() => clock.mockRestore());
  const questions = new Questions(dns);
  clock.mockReturnValue(start + 9_000);
  await questions.ask(`_dmarc.${BANK}`, 'TXT');
  clock.mockReturnValue(start + 9_001);
  await expect(questions.ask(BANK, 'TXT')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  expect(questions.exhausted).toBe(false);
  expect(stub.questions).toEqual([`TXT _dmarc.${BANK}`]);
});

describe('a hostile mail', () => {
  test('has ten of its signatures looked at, and no ARC', async () => {
    const { stub, dns } = await world(ZONE);
    const [line = ''] = (await signed(MAIL, 'evil.example')).split('From: ');
    const many = Array.from({ length: 200 }, (_, at) => line.replace('s=p1', `s=p${at}`));
    const arc = line
      .replace('DKIM-Signature', 'ARC-Message-Signature')
      .replace('v=1; ', 'i=1; ')
      .replace('s=p1', 's=arc');
    const seal = 'ARC-Seal: i=1; a=rsa-sha256; cv=none; d=evil.example; s=arc; b=AAAA\r\n';
    const results = 'ARC-Authentication-Results: i=1; evil.example; dmarc=pass\r\n';
    const mail = `${seal}${arc}${results}${many.join('')}${await signed(MAIL, BANK)}`;
    expect(await authenticity(received(mail), DMARC, dns)).toMatchObject({ is: 'unconfirmed' });
    const keys = stub.questions.filter((question) => question.includes('_domainkey'));
    expect(keys).toEqual(
      Array.from({ length: 10 }, (_, at) => `TXT p${at}._domainkey.evil.example`),
    );
  });

  test('has no signature looked at that is longer than any', async () => {
    const { stub, dns } = await world(ZONE);
    const long = (await signed(MAIL, BANK)).replace('v=1; ', `v=1; z=${'x'.repeat(9_000)}; `);
    expect(await authenticity(received(long), DMARC, dns)).toMatchObject({ is: 'unconfirmed' });
    expect(stub.questions).not.toContain(`TXT p1._domainkey.${BANK}`);
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
    ['a field without end', `X: ${'y'.repeat(300_000)}\r\n`],
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

test('a client without a network address has no SPF, and is not asked about again', async () => {
  const nowhere = { remoteAddress: '', mailFrom: `x@${BANK}` };
  expect(await judged(await signed(MAIL, BANK), ZONE, nowhere)).toEqual({ is: 'confirmed' });
  expect(await judged(MAIL, ZONE, nowhere)).toMatchObject({ is: 'unconfirmed' });
});
