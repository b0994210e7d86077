import { describe, expect, test } from 'vitest';
import { readablePlain } from '../../../trim/readable.ts';

const REPLY = 'That suits me. See you there.';
const HEADERS =
  'From: Romeo <r@example.net>\nSent: Friday, January 5, 2024 3:20:11 PM\nTo: J <j@example.org>\nSubject: x\n\nFour?';
const QUOTED = 'On Jan 5, 2024, at 3:20 PM, Romeo <r@example.net> wrote:\n\n> Four?';

describe('a signature', () => {
  test.each([
    ['after two dashes and a blank', '-- \nJuliet Capulet\nVerona'],
    ['after two dashes', '--\nJuliet Capulet'],
    ['after a no-break space', '--\u00a0\nJuliet Capulet'],
    ['that is long', `-- \nJuliet\n\n${'This mail is meant for nobody else. '.repeat(20)}\n\nEnd`],
    ['after a rule, with an address', '____________\nJuliet Capulet\nj@example.org'],
    ['after a rule, short', '---\n\nJuliet Capulet\nHouse of Capulet'],
    ['after a rule, with a number', '==========\nJuliet Capulet\nTel. +39 045 555 0123'],
    [
      'of a list',
      '_______________________________________________\nverona mailing list\nverona@example.net\nhttps://lists.example.net/verona',
    ],
    ['of a group', '-- \nYou received this message because you are subscribed to Verona.'],
    ['of a forum', '—\nReply to this email directly or view it on GitHub.'],
    ['of a virus scanner', 'Virus-free. www.avast.com'],
    ['of a list, without a line', 'To unsubscribe from this group, send a mail to v@example.net.'],
  ])('%s', (_, signature) => {
    expect(fresh(`${REPLY}\n\n${signature}`)).toBe(REPLY);
    expect(fresh(`${REPLY}\n\n${signature}\n\n${QUOTED}`)).toBe(REPLY);
    expect(fresh(`${QUOTED}\n\n${REPLY}\n\n${signature}\n`)).toBe(REPLY);
  });

  test('is all there is to show, in a mail of nothing else', () => {
    expect(fresh('-- \nJuliet Capulet')).toBe('--\nJuliet Capulet');
  });

  test('does not take the postscript that follows it', () => {
    expect(fresh(`${REPLY}\n-- \nJuliet\n\nPS: Bring the letter.`)).toBe(
      `${REPLY}\n\nPS: Bring the letter.`,
    );
  });

  test('does not take the answers that follow it', () => {
    expect(fresh(`${REPLY}\n-- \nJuliet\n\n> Four?\n\nFive.`)).toBe(`${REPLY}\n\n> Four?\n\nFive.`);
  });
});

describe('a line that a program adds', () => {
  test.each([
    'Sent from my iPhone',
    'Sent from my Fairphone 5',
    'Sent from Yahoo Mail on Android',
    'Sent from Outlook for iOS<https://aka.ms/o0ukef>',
    'Sent with Proton Mail secure email.',
    'Sent via the Samsung Galaxy S24, an AT&T 5G smartphone',
    '(Sent from mobile device)',
    '<< sent by galaxy >>',
    'Get Outlook for Android<https://aka.ms/AAb9ysg>',
    'Juliet from mobile',
    'Télécharger Outlook pour Android<https://aka.ms/AAb9ysg>',
    'Von meinem iPhone gesendet',
    'Von meinem/meiner Galaxy gesendet',
    'Gesendet von Outlook für Android',
    'Gesendet mit der GMX Mail App',
    'Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.',
    'Envoyé de mon iPhone',
    'Envoyé depuis l’application Mail Orange',
    'Enviado desde mi iPhone',
    'Enviado do meu iPhone',
    'Inviato da iPhone',
    'Verzonden vanaf mijn iPhone',
    'Verstuurd vanaf mijn iPad',
    'Wysłane z iPhone’a',
    'Odesláno z iPhonu',
    'Отправлено с iPhone',
    'Отправлено из мобильной Яндекс.Почты',
    'Надіслано з iPhone',
    'Skickat från min iPhone',
    'Sendt fra min iPhone',
    'Lähetetty iPhonesta',
    'iPhone-omról küldve',
    'Trimis de pe iPhone-ul meu',
    'Στάλθηκε από το iPhone μου',
    'iPhone’umdan gönderildi',
    'נשלח מה-iPhone שלי',
    'أُرسلت من الـ iPhone',
    '发自我的iPhone',
    '從我的 iPhone 傳送',
    'iPhoneから送信',
    '나의 iPhone에서 보냄',
    'Đã gửi từ iPhone của tôi',
    'Dikirim dari iPhone saya',
  ])('%s', (line) => {
    expect(fresh(`${REPLY}\n\n${line}`)).toBe(REPLY);
    expect(fresh(`${REPLY}\n\n${line}\n\n${QUOTED}`)).toBe(REPLY);
    expect(fresh(`${REPLY}\n\n${line}\n\nShall we say four?\n\nRomeo`)).toBe(REPLY);
    expect(fresh(`${line}\n\n${REPLY}`)).toBe(REPLY);
    // Outlook for phones has no blank line there.
    expect(fresh(`${REPLY}\n\n${line}\n________________________________\n${HEADERS}`)).toBe(REPLY);
  });
});

describe('what only looks like a signature', () => {
  test.each([
    'From my window I can see the phone box.\n\nCome there.',
    'I told him.\n\nSent by mail yesterday, see below.\n\nTracking: 42',
    'Ich habe dir eine Mail gesendet\n\nKommst du?',
    'The parcel:\n\nSent by courier yesterday, so it will be late.\n\nTell me when it comes.',
    'First part.\n\n---\n\nSecond part, which goes on for much longer than a signature would do.\nAnd on.',
    'First part.\n\n***\n\nThe second part is about war.',
    'See you at four.\n\n---\n\nPS: Bring the letter, it matters a lot.',
    'The choice for dinner:\n\n---\nPizza\nSoup',
    'Total\n-----\n42',
    '🎉\n\n—\nJuliet\nHouse of Capulet',
    'I use -- as a dash -- a lot.',
    'To unsubscribe from the list I need your help.\n\nCan you do it?',
    'Regards,\nJuliet',
    '- four\n- five',
  ])('is kept: %j', (text) => {
    expect(readablePlain(text)).toEqual({ text, fresh: text, trimmed: false });
  });
});

test('a signed text is shown without its frame', () => {
  const signed =
    '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nFive.\n- -- \nJuliet\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n';
  expect(fresh(signed)).toBe('Five.');
});

function fresh(text: string): string {
  return readablePlain(text).fresh;
}
