import { describe, expect, test } from 'vitest';
import { BANK, bank, CLIENT, judged, KEY, MAIL, signed } from './stage.ts';

const REJECT = 'v=DMARC1; p=reject';
const CONFIRMED = { is: 'confirmed' };
const NO_PROOF = {
  is: 'unconfirmed',
  why: 'there is no proof of its sender',
  rejectedByPolicy: false,
};

describe('with a record, a mail is confirmed', () => {
  test('by a signature of the domain', async () => {
    expect(await judged(await signed(MAIL, BANK), bank(REJECT))).toEqual(CONFIRMED);
  });

  test('by a signature of a part of the domain, if the record is relaxed', async () => {
    const zone = { [`p1._domainkey.news.${BANK}`]: { TXT: [KEY.record] } };
    const mail = await signed(MAIL, `news.${BANK}`);
    expect(await judged(mail, bank(REJECT, zone))).toEqual(CONFIRMED);
    expect(await judged(mail, bank(`${REJECT}; adkim=s`, zone))).toMatchObject({
      is: 'unconfirmed',
    });
  });

  test('by SPF of the envelope sender', async () => {
    const zone = bank(REJECT, { [`bounce.${BANK}`]: { TXT: [`v=spf1 ip4:${CLIENT} -all`] } });
    const mailFrom = `x@bounce.${BANK}`;
    expect(await judged(MAIL, zone, { mailFrom })).toEqual(CONFIRMED);
    expect(await judged(MAIL, zone, { mailFrom, remoteAddress: '192.0.2.66' })).toMatchObject({
      is: 'unconfirmed',
      rejectedByPolicy: true,
    });
  });

  test('by SPF of the HELO, if the envelope has no sender', async () => {
    const zone = bank(REJECT, { [`mx.${BANK}`]: { TXT: [`v=spf1 ip4:${CLIENT} -all`] } });
    const helo = `mx.${BANK}`;
    expect(await judged(MAIL, zone, { helo, mailFrom: '' })).toEqual(CONFIRMED);
    expect(await judged(MAIL, zone, { helo })).toMatchObject({ is: 'unconfirmed' });
  });

  test('whose domain is not ASCII', async () => {
    const mail = MAIL.replace('teller@bank.example', 'teller@bücher.example');
    const zone = {
      'p1._domainkey.xn--bcher-kva.example': { TXT: [KEY.record] },
      '_dmarc.xn--bcher-kva.example': { TXT: [REJECT] },
    };
    const from = 'teller@bücher.example';
    expect(await judged(await signed(mail, 'bücher.example'), zone, { from })).toEqual(CONFIRMED);
    expect(await judged(await signed(mail, BANK), bank(REJECT, zone), { from })).toEqual({
      is: 'unconfirmed',
      why: 'the domain xn--bcher-kva.example says that it is forged',
      rejectedByPolicy: true,
    });
  });
});

describe('a forged mail ends by the policy of the domain', () => {
  const stranger = { 'p1._domainkey.evil.example': { TXT: [KEY.record] } };
  const forged = () => signed(MAIL, 'evil.example');

  test.each([
    ['v=DMARC1; p=reject', 'the domain bank.example says that it is forged', true],
    ['v=DMARC1; p=reject; pct=0', 'the domain bank.example says that it is forged', true],
    ['v=DMARC1; p=quarantine', 'the domain bank.example says that it is suspicious', false],
    ['v=DMARC1; p=reject; t=y', 'the domain bank.example says that it is suspicious', false],
    ['v=DMARC1; p=none', NO_PROOF.why, false],
  ])('%s', async (policy, why, rejectedByPolicy) => {
    expect(await judged(await forged(), bank(policy, stranger))).toEqual({
      is: 'unconfirmed',
      why,
      rejectedByPolicy,
    });
  });

  test.each([
    ['p=reject; sp=none', false],
    ['p=none; sp=reject', true],
    ['p=reject', true],
  ])('of the domain above: %s', async (policy, rejectedByPolicy) => {
    const mail = MAIL.replace('teller@bank.example', 'teller@branch.bank.example');
    const zone = bank(`v=DMARC1; ${policy}`, { [`branch.${BANK}`]: { A: [CLIENT] } });
    const from = `teller@branch.${BANK}`;
    expect(await judged(mail, zone, { from })).toMatchObject({
      is: 'unconfirmed',
      rejectedByPolicy,
    });
  });

  test('which does not count if there are two', async () => {
    const zone = { ...stranger, [`_dmarc.${BANK}`]: { TXT: [REJECT, 'v=DMARC1; p=quarantine'] } };
    expect(await judged(await forged(), bank(undefined, zone))).toEqual(NO_PROOF);
  });
});

describe('without a record', () => {
  test('a signature of the domain confirms it all the same', async () => {
    expect(await judged(await signed(MAIL, BANK), bank(undefined))).toEqual(CONFIRMED);
  });

  test('SPF of the domain does, too', async () => {
    const zone = {
      [BANK]: { TXT: ['v=spf1 a:out.bank.example -all'] },
      'out.bank.example': { A: [CLIENT] },
    };
    expect(await judged(MAIL, zone, { mailFrom: `teller@${BANK}` })).toEqual(CONFIRMED);
  });

  test('neither of another domain does', async () => {
    const zone = {
      'evil.example': { TXT: [`v=spf1 ip4:${CLIENT} -all`] },
      'p1._domainkey.evil.example': { TXT: [KEY.record] },
    };
    const mail = await signed(MAIL, 'evil.example');
    expect(await judged(mail, zone, { mailFrom: 'x@evil.example' })).toEqual(NO_PROOF);
  });

  test('nor of a domain that only ends like it', async () => {
    const zone = { 'p1._domainkey.evilbank.example': { TXT: [KEY.record] } };
    expect(await judged(await signed(MAIL, 'evilbank.example'), zone)).toEqual(NO_PROOF);
  });
});

describe('neighbours below a shared suffix', () => {
  const mail = MAIL.replace('teller@bank.example', 'teller@bank.github.io');
  const from = 'teller@bank.github.io';
  const zone = { 'p1._domainkey.evil.github.io': { TXT: [KEY.record] } };

  test('do not speak for each other', async () => {
    expect(await judged(await signed(mail, 'evil.github.io'), zone, { from })).toEqual(NO_PROOF);
  });

  test('do not either if the suffix has a record', async () => {
    const shared = { ...zone, '_dmarc.github.io': { TXT: [REJECT] } };
    expect(await judged(await signed(mail, 'evil.github.io'), shared, { from })).toMatchObject({
      is: 'unconfirmed',
      rejectedByPolicy: false,
    });
  });
});
