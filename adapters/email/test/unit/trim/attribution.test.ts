import { describe, expect, test } from 'vitest';
import { readablePlain } from '../../../trim/readable.ts';

const REPLY = 'That suits me. See you there.';
const QUOTE = '> Shall we say four?\n>\n> Romeo';

/** As Gmail, Apple Mail, Thunderbird, Outlook, Yahoo and webmails write them. */
const ATTRIBUTIONS: readonly (readonly [string, string])[] = [
  ['en', 'On Fri, Jan 5, 2024 at 3:20 PM Romeo Montague <romeo@example.net> wrote:'],
  ['en, Apple', 'On Jan 5, 2024, at 3:20 PM, Romeo Montague <romeo@example.net> wrote:'],
  ['en, Thunderbird', 'On 05/01/2024 15:20, Romeo Montague wrote:'],
  ['en, Evolution', 'On Fri, 2024-01-05 at 15:20 +0100, Romeo Montague wrote:'],
  [
    'en, wrapped',
    'On Fri, Jan 5, 2024 at 3:20 PM Romeo Montague via The Verona List <\nromeo@example.net> wrote:',
  ],
  [
    'en, wrapped twice',
    'On Fri, 5 Jan 2024, 15:20 Romeo Montague of the house of\nMontague, <romeo.montague.of.verona@mail.example.net\n> wrote:',
  ],
  [
    'en, verb alone',
    'On Friday, 5 January 2024 at 15:20:11 CET, Romeo Montague <r@example.net>\nwrote:',
  ],
  [
    'en, Yahoo',
    'On Friday, January 5, 2024 at 03:20:11 PM GMT+1, Romeo <romeo@example.net> wrote:',
  ],
  ['en, Zoho', '---- On Fri, 05 Jan 2024 15:20:11 +0100 Romeo <romeo@example.net> wrote ----'],
  ['en, Eudora', 'At 03:20 PM 1/5/2024, you wrote:'],
  ['en, mutt', '* Romeo Montague <romeo@example.net> [2024-01-05 15:20]:'],
  ['en, Gnus', 'Romeo Montague <romeo@example.net> writes:'],
  [
    'en, Outlook Express',
    '"Romeo" <romeo@example.net> wrote in message\nnews:abc123@news.example.net...',
  ],
  ['en, Horde', 'Quoting Romeo Montague <romeo@example.net>:'],
  ['en, forum', 'Posted by Romeo on 01/05/2024'],
  ['old Gmail', '2024/1/5 Romeo Montague <romeo@example.net>'],
  ['Gmail, no language', '2024-01-05 15:20 GMT+01:00 Romeo Montague <romeo@example.net>:'],
  ['mail.ru, en', 'Friday, 5 January 2024, 3:20 PM +0100 from Romeo <romeo@example.net>:'],
  ['de', 'Am Fr., 5. Jan. 2024 um 15:20 Uhr schrieb Romeo Montague <\nromeo@example.net>:'],
  ['de, Thunderbird', 'Am 05.01.24 um 15:20 schrieb Romeo Montague:'],
  [
    'de, name first',
    'Romeo Montague <romeo@example.net> schrieb am Fr., 5.\nJan. 2024 um 15:20 Uhr:',
  ],
  ['de, Horde', 'Zitat von Romeo Montague <romeo@example.net>:'],
  ['fr', 'Le ven. 5 janv. 2024 à 15:20, Romeo Montague <romeo@example.net> a\nécrit :'],
  ['fr, no-break space', 'Le 05/01/2024 à 15:20, Romeo Montague a écrit\u00a0:'],
  ['es', 'El vie, 5 ene 2024 a las 15:20, Romeo Montague (<romeo@example.net>)\nescribió:'],
  [
    'it',
    'Il giorno ven 5 gen 2024 alle ore 15:20 Romeo Montague <\nromeo@example.net> ha scritto:',
  ],
  ['pt', 'Em sex., 5 de jan. de 2024 às 15:20, Romeo Montague <\nromeo@example.net> escreveu:'],
  ['ca', 'El dia 5 de gen. de 2024, a les 15:20, Romeo <romeo@example.net> va escriure:'],
  ['nl', 'Op vr 5 jan 2024 om 15:20 schreef Romeo Montague <romeo@example.net>:'],
  ['nl, Apple', 'Op 5 jan. 2024 om 15:20 heeft Romeo <romeo@example.net> het volgende geschreven:'],
  ['pl', 'pt., 5 sty 2024 o 15:20 Romeo Montague <romeo@example.net> napisał(a):'],
  ['pl, Thunderbird', 'W dniu 05.01.2024 o 15:20, Romeo Montague pisze:'],
  ['cs', 'pá 5. 1. 2024 v 15:20 odesílatel Romeo Montague <romeo@example.net>\nnapsal:'],
  ['sk', 'pi 5. 1. 2024 o 15:20 Romeo Montague <romeo@example.net> napísal(a):'],
  ['sl', 'V V pet., 5. jan. 2024 ob 15:20 je oseba Romeo <romeo@example.net> napisala:'],
  ['hr', 'pet, 5. sij 2024. u 15:20 Romeo Montague <romeo@example.net> napisao\nje:'],
  ['sr', 'пет, 5. јан 2024. у 15:20 Romeo Montague <romeo@example.net> је написао/ла:'],
  ['ru', 'пт, 5 янв. 2024 г. в 15:20, Romeo Montague <romeo@example.net>:'],
  ['ru, Thunderbird', '05.01.2024 15:20, Romeo Montague пишет:'],
  ['ru, Yandex', '05.01.2024, 15:20, "Romeo" <romeo@example.net>:'],
  ['ru, phone', '5 января 2024 г. 15:20 пользователь "Romeo" <\nromeo@example.net> написал:'],
  ['uk', 'пт, 5 січ. 2024 р. о 15:20 Romeo Montague <romeo@example.net> пише:'],
  ['bg', 'На пт, 5.01.2024 г. в 15:20 Romeo <romeo@example.net> написа:'],
  ['sv', 'Den fre 5 jan. 2024 kl 15:20 skrev Romeo Montague <romeo@example.net>:'],
  ['sv, Apple', '5 jan. 2024 kl. 15:20 skrev Romeo Montague <romeo@example.net>:'],
  ['da', 'Den fre. 5. jan. 2024 kl. 15.20 skrev Romeo Montague <romeo@example.net>:'],
  ['nb', 'fre. 5. jan. 2024 kl. 15:20 skrev Romeo Montague <romeo@example.net\n>:'],
  ['fi', 'pe 5. tammik. 2024 klo 15.20 Romeo Montague (romeo@example.net)\nkirjoitti:'],
  ['et', 'Kuupäev R, 5. jaanuar 2024 kell 15:20 kirjutas Romeo <romeo@example.net>:'],
  [
    'lv',
    'piektd., 2024. g. 5. janv., plkst. 15:20 — lietotājs Romeo (<romeo@example.net>) rakstīja:',
  ],
  ['lt', '2024-01-05, pn, 15:20 Romeo Montague <romeo@example.net> rašė:'],
  ['hu', 'Romeo Montague <romeo@example.net> ezt írta (időpont: 2024. jan. 5.,\nP, 15:20):'],
  ['ro', 'În vin., 5 ian. 2024 la 15:20, Romeo Montague <romeo@example.net> a\nscris:'],
  ['el', 'Στις Παρ 5 Ιαν 2024 στις 3:20 μ.μ., ο χρήστης Romeo <romeo@example.net> έγραψε:'],
  ['tr', 'Romeo Montague <romeo@example.net>, 5 Oca 2024 Cum, 15:20 tarihinde\nşunu yazdı:'],
  [
    'he',
    '\u202bבתאריך יום ו׳, 5 בינו׳ 2024 ב-15:20 מאת \u202aRomeo\u202c\u200f <\u202aromeo@example.net\u202c\u200f>:\u202c',
  ],
  ['ar', 'في الجمعة، 5 يناير 2024 في 3:20 م تمت كتابة ما يلي بواسطة Romeo <\nromeo@example.net>:'],
  ['ar, digits', 'في ٥ يناير ٢٠٢٤، الساعة ٣:٢٠ م، كتب Romeo <romeo@example.net>:'],
  ['fa', 'در تاریخ جمعه ۵ ژانویهٔ ۲۰۲۴،‏ ۱۵:۲۰ Romeo <romeo@example.net> نوشت:'],
  ['hi', 'शुक्र, 5 जन॰ 2024 को 3:20 pm बजे को Romeo <romeo@example.net> ने लिखा:'],
  ['th', 'ในวันที่ ศ. 5 ม.ค. 2024 เวลา 15:20 Romeo <romeo@example.net> เขียนว่า:'],
  ['vi', 'Vào Th 6, 5 thg 1, 2024 vào lúc 15:20 Romeo <romeo@example.net> đã viết:'],
  ['id', 'Pada tanggal Jum, 5 Jan 2024 pukul 15.20 Romeo <romeo@example.net> menulis:'],
  ['zh', 'Romeo <romeo@example.net> 于2024年1月5日周五 15:20写道：'],
  ['zh, 163', '在 2024-01-05 15:20:11，"Romeo" <romeo@example.net> 写道：'],
  ['zh-TW', 'Romeo <romeo@example.net> 於 2024年1月5日 週五 下午3:20寫道：'],
  ['ja', '2024年1月5日(金) 15:20 Romeo <romeo@example.net>:'],
  ['ja, Apple', '2024/01/05 15:20、Romeo <romeo@example.net>のメール:'],
  ['ko', '2024년 1월 5일 (금) 오후 3:20, Romeo <romeo@example.net>님이 작성:'],
];

describe('an attribution', () => {
  test.each(ATTRIBUTIONS)('%s: with the quote it introduces', (_, attribution) => {
    expect(fresh(`${REPLY}\n\n${attribution}\n\n${QUOTE}\n`)).toBe(REPLY);
  });

  test.each(ATTRIBUTIONS)('%s: directly below the reply', (_, attribution) => {
    expect(fresh(`${REPLY}\n${attribution}\n${QUOTE}\n`)).toBe(REPLY);
  });

  test.each(ATTRIBUTIONS)('%s: above, and the reply below the quote', (_, attribution) => {
    expect(fresh(`${attribution}\n${QUOTE}\n\n${REPLY}\n`)).toBe(REPLY);
  });

  test.each(ATTRIBUTIONS.filter(([name]) => !/Express|old Gmail|Horde/.test(name)))(
    '%s: the quote has no marks',
    (_, attribution) => {
      expect(fresh(`${REPLY}\n\n${attribution}\n\nShall we say four?\n\nRomeo\n`)).toBe(REPLY);
    },
  );

  test.each([
    'Escalus skribis je vendredo, 2024-01-05 15:20:',
    'Romeo Montague <romeo@example.net> rwy’n ysgrifennu:',
  ])('is known above a quote, whatever the language: %s', (attribution) => {
    expect(fresh(`${REPLY}\n\n${attribution}\n> Shall we say four?`)).toBe(REPLY);
  });
});

describe('what only looks like an attribution', () => {
  test.each([
    'On 5 May 2021 at 15:20 the prince said:\n\nNo more brawls.',
    'As Mercutio wrote:\nthe course of true love is steep.',
    'I wrote to romeo@example.net yesterday, here is what I said:\n\nCome at four.',
    'These are free on 5 January 2024:\n\n- four\n- five',
    'In 1597 Shakespeare wrote:\n\nWhat’s in a name?',
    'The times are: 15:20, 16:40.\n\nTell me which.',
    'Please write to romeo@example.net:\n\nhe knows.',
    'I have two questions:\n\nWhen?\nWhere?',
    'On 5 January 2024 I wrote to Anna <anna@example.net>:\n\nDear Anna, we come.\n\nNo answer yet.',
    'Hi,\n\nOn 5 January 2024 I wrote to Anna <a@example.net>:\n\nWe come.\n\nNo answer yet.',
  ])('is kept: %j', (text) => {
    expect(readablePlain(text)).toEqual({ text, fresh: text, trimmed: false });
  });
});

describe('answers between quotes', () => {
  test('keep what they answer, and not whose it is', () => {
    const answers = '> Shall we say four?\n\nFive is better.\n\n> Where?\n\nAt the friar’s.';
    expect(fresh(`On Jan 5, 2024, at 3:20 PM, Romeo <r@example.net> wrote:\n${answers}`)).toBe(
      answers,
    );
  });

  test('end with the last one', () => {
    const answers = '> Shall we say four?\n\nFive is better.';
    expect(fresh(`Romeo wrote:\n${answers}\n\n> Where?\n>\n> Romeo\n`)).toBe(answers);
  });

  test('begin with what is above', () => {
    const answers = 'Dear Romeo,\n\n> Shall we say four?\n\nFive is better.\n\n> Where?\n\nHere.';
    expect(fresh(answers)).toBe(answers);
  });

  test('are told from the wrapped end of a quoted line', () => {
    const quote =
      '> It is the east, and Juliet is the sun; arise, fair sun, and kill the envious\nmoon';
    expect(fresh(`Yes.\n\nRomeo wrote:\n${quote}\n> who is already sick`)).toBe('Yes.');
  });

  test('are kept below a quote that was cut short', () => {
    const answer = '> It is the east, and Juliet is the sun; arise, fair sun, and kill\nyes do';
    expect(fresh(answer)).toBe(answer);
  });

  test('are kept however short, and in small letters', () => {
    const answers = '> Four?\nyes\n> Here?\nno';
    expect(fresh(answers)).toBe(answers);
  });
});

describe('quotes', () => {
  test('are all there is to show, in a mail of nothing else', () => {
    expect(fresh('> Shall we say four?')).toBe('> Shall we say four?');
  });

  test('written by hand above an answer are kept', () => {
    expect(fresh('> Four?\n\nFive.')).toBe('> Four?\n\nFive.');
  });

  test('at the end are dropped, attributed or not', () => {
    expect(fresh('Five.\n\n> Four?\n>> Which day?\n')).toBe('Five.');
  });

  test('that a colon announces are what the writer shows', () => {
    const text = 'It works with:\n\n> npm install\n> npm test';
    expect(readablePlain(text)).toEqual({ text, fresh: text, trimmed: false });
  });

  test('by initials and by bars count below an attribution', () => {
    expect(fresh('Five.\n\nRomeo <r@example.net> wrote:\n\nRM> Four?\nRM> Or not?')).toBe('Five.');
    expect(fresh('Five.\n\nRomeo <r@example.net> wrote:\n| Four?\n| Or not?')).toBe('Five.');
    expect(fresh('mysql> select 4;\n| 4 |')).toBe('mysql> select 4;\n| 4 |');
  });

  test('may stand between marks', () => {
    expect(
      fresh('Five.\n\n>>> Romeo <r@example.net> >>>\nFour?\n<<< Romeo <r@example.net> <<<'),
    ).toBe('Five.');
    expect(fresh('>>>>\nFour?\n<<<<\n\nFive.')).toBe('>>>>\nFour?\n<<<<\n\nFive.');
  });

  test('are not what a smiley or an arrow begins', () => {
    expect(fresh('He said no >:(\n-> so I left')).toBe('He said no >:(\n-> so I left');
  });
});

function fresh(text: string): string {
  return readablePlain(text).fresh;
}
