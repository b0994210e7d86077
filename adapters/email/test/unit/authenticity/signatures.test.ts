import { describe, expect, test } from 'vitest';
import { BANK, bank, judged, MAIL, signed, signedByHand, signingKey } from './stage.ts';

const ZONE = bank('v=DMARC1; p=none');
const CONFIRMED = { is: 'confirmed' };
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** That what is done to a signed mail takes its proof away, and the signature alone does not. */
async function voids(tamper: (mail: string) => string, how = {}): Promise<void> {
  const mail = await signed(MAIL, BANK, how);
  expect(await judged(mail, ZONE)).toEqual(CONFIRMED);
  expect(await judged(tamper(mail), ZONE)).toMatchObject({ is: 'unconfirmed' });
}

describe('a signature proves nothing', () => {
  test('of a body that was changed', async () => {
    await voids((mail) => mail.replace('Nothing is', 'Everything is'));
  });

  test('of a subject that was changed', async () => {
    await voids((mail) => mail.replace('Your account', 'Your money'));
  });

  test('of a second From on top of the signed one', async () => {
    await voids((mail) => `From: Teller <teller@bank.example>\r\n${mail}`);
    await voids((mail) => `From: evil@evil.example\r\n${mail}`);
    await voids((mail) => `FROM : evil@evil.example\r\n${mail}`);
    await voids((mail) => `From\r\n : evil@evil.example\r\n${mail}`);
    await voids((mail) => mail.replace('\r\nTo:', '\r\nFrom: evil@evil.example\r\nTo:'));
  });

  test('of a second field that is shown', async () => {
    const headerList = 'from:subject:to';
    await voids((mail) => `Subject: Send money\r\n${mail}`, { headerList });
    await voids((mail) => `Content-Type: text/html\r\n${mail}`, { headerList });
  });

  test('of a mail that was signed without From', async () => {
    const signedOver = (...fields: string[]) => judged(signedByHand(MAIL, BANK, fields), ZONE);
    expect(await signedOver('from', 'subject')).toEqual(CONFIRMED);
    expect(await signedOver('subject', 'to')).toMatchObject({ is: 'unconfirmed' });
    expect(await signedOver('from', 'to')).toMatchObject({ why: expect.stringMatching(/a part/) });
  });

  test('of what was appended behind its length', async () => {
    const maxBodyLength = 'Nothing is wrong with it.\r\n'.length;
    await voids((mail) => `${mail}Send money to evil@evil.example.\r\n`, { maxBodyLength });
    const nothing = await signed(MAIL, BANK, { maxBodyLength: 0 });
    expect(await judged(nothing, ZONE)).toEqual({
      is: 'unconfirmed',
      why: 'its signature covers only a part of it',
      rejectedByPolicy: false,
    });
  });

  test('when its key is too short', async () => {
    const key = signingKey(512);
    const zone = { ...ZONE, [`p1._domainkey.${BANK}`]: { TXT: [key.record] } };
    const mail = await signed(MAIL, BANK, { privateKey: key.pem });
    expect(await judged(mail, zone)).toMatchObject({ is: 'unconfirmed' });
  });

  test('when it uses SHA-1', async () => {
    const mail = await signed(MAIL, BANK, { algorithm: 'rsa-sha1' });
    expect(await judged(mail, ZONE)).toMatchObject({ is: 'unconfirmed' });
  });

  test('when its key was withdrawn, or is another', async () => {
    const mail = await signed(MAIL, BANK);
    for (const record of ['v=DKIM1; p=', signingKey().record]) {
      const zone = { ...ZONE, [`p1._domainkey.${BANK}`]: { TXT: [record] } };
      expect(await judged(mail, zone)).toMatchObject({ is: 'unconfirmed' });
    }
  });
});

describe('a signature has its time', () => {
  test('and none after it, counted from when the mail came', async () => {
    const signTime = new Date(Date.now() - 3 * DAY);
    const expires = new Date(Date.now() - DAY);
    const mail = await signed(MAIL, BANK, { signTime, expires });
    expect(await judged(mail, ZONE)).toMatchObject({ is: 'unconfirmed' });
    const receivedAt = new Date(Date.now() - 2 * DAY);
    expect(await judged(mail, ZONE, { receivedAt })).toEqual(CONFIRMED);
  });

  test('and none before it, but for clocks that differ', async () => {
    const receivedAt = new Date('2026-11-24T10:00:00Z');
    const ahead = async (ms: number) => {
      const mail = await signed(MAIL, BANK, { signTime: new Date(receivedAt.getTime() + ms) });
      return await judged(mail, ZONE, { receivedAt });
    };
    expect(await ahead(MINUTE)).toEqual(CONFIRMED);
    expect(await ahead(DAY)).toMatchObject({ is: 'unconfirmed' });
  });
});

test('a stranger below a good signature takes nothing away', async () => {
  const mail = await signed(await signed(MAIL, 'list.example'), BANK);
  expect(await judged(mail, ZONE)).toEqual(CONFIRMED);
});
