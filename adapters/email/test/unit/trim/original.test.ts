import { describe, expect, test } from 'vitest';
import { readablePlain } from '../../../trim/readable.ts';

const REPLY = 'That suits me. See you there.';

const BLOCKS: readonly (readonly [string, string])[] = [
  [
    'en',
    'From: Romeo <r@example.net>\nSent: Friday, January 5, 2024 3:20 PM\nTo: Juliet\nSubject: Four?',
  ],
  [
    'en, bold',
    '*From:* Romeo <r@example.net>\n*Sent:* Friday, January 5, 2024 3:20 PM\n*To:* Juliet\n*Subject:* Four?',
  ],
  [
    'en, bold in markdown',
    '**From:** Romeo\n**Date:** Friday, January 5, 2024\n**To:** Juliet\n**Subject:** Four?',
  ],
  ['en, names apart', 'From : Romeo <r@example.net>\nDate : 5 Jan 2024\nSubject : Four?'],
  [
    'en, wrapped',
    'From: Romeo Montague\n<romeo@example.net>\nSent: Friday, January 5, 2024 3:20 PM\nTo: Juliet; Nurse;\n Friar Laurence\nCc: Benvolio\nSubject: Four?',
  ],
  [
    'en, subject first',
    'Subject: Four?\nFrom: r@example.net\nTo: j@example.org\nDate: Fri, 5 Jan 2024 15:20:11 +0100',
  ],
  [
    'de',
    'Von: Romeo <r@example.net>\nGesendet: Freitag, 5. Januar 2024 15:20\nAn: Juliet\nBetreff: Vier?',
  ],
  [
    'fr',
    'De : Romeo <r@example.net>\nEnvoyé : vendredi 5 janvier 2024 15:20\nÀ : Juliet\nObjet : Quatre ?',
  ],
  [
    'es',
    'De: Romeo <r@example.net>\nEnviado el: viernes, 5 de enero de 2024 15:20\nPara: Juliet\nAsunto: ¿Cuatro?',
  ],
  [
    'it',
    'Da: Romeo <r@example.net>\nInviato: venerdì 5 gennaio 2024 15:20\nA: Juliet\nOggetto: Quattro?',
  ],
  [
    'pt',
    'De: Romeo <r@example.net>\nEnviada em: sexta-feira, 5 de janeiro de 2024 15:20\nPara: Juliet\nAssunto: Quatro?',
  ],
  [
    'nl',
    'Van: Romeo <r@example.net>\nVerzonden: vrijdag 5 januari 2024 15:20\nAan: Juliet\nOnderwerp: Vier?',
  ],
  [
    'pl',
    'Od: Romeo <r@example.net>\nWysłano: piątek, 5 stycznia 2024 15:20\nDo: Juliet\nTemat: Czwarta?',
  ],
  [
    'cs',
    'Od: Romeo <r@example.net>\nOdesláno: pátek 5. ledna 2024 15:20\nKomu: Juliet\nPředmět: Ve čtyři?',
  ],
  [
    'ru',
    'От: Romeo <r@example.net>\nОтправлено: 5 января 2024 г. 15:20\nКому: Juliet\nТема: В четыре?',
  ],
  [
    'uk',
    'Від: Romeo <r@example.net>\nНадіслано: 5 січня 2024 р. 15:20\nКому: Juliet\nТема: О четвертій?',
  ],
  [
    'sv',
    'Från: Romeo <r@example.net>\nSkickat: den 5 januari 2024 15:20\nTill: Juliet\nÄmne: Fyra?',
  ],
  ['da', 'Fra: Romeo <r@example.net>\nSendt: 5. januar 2024 15:20\nTil: Juliet\nEmne: Fire?'],
  [
    'fi',
    'Lähettäjä: Romeo <r@example.net>\nLähetetty: perjantai 5. tammikuuta 2024 15.20\nVastaanottaja: Juliet\nAihe: Neljä?',
  ],
  [
    'hu',
    'Feladó: Romeo <r@example.net>\nElküldve: 2024. január 5. 15:20\nCímzett: Juliet\nTárgy: Négy?',
  ],
  [
    'ro',
    'De la: Romeo <r@example.net>\nTrimis: vineri, 5 ianuarie 2024 15:20\nCătre: Juliet\nSubiect: Patru?',
  ],
  [
    'el',
    'Από: Romeo <r@example.net>\nΣτάλθηκε: Παρασκευή, 5 Ιανουαρίου 2024\nΠρος: Juliet\nΘέμα: Τέσσερις;',
  ],
  [
    'tr',
    'Kimden: Romeo <r@example.net>\nGönderildi: 5 Ocak 2024 Cuma 15:20\nKime: Juliet\nKonu: Dört mü?',
  ],
  ['he', 'מאת: Romeo <r@example.net>\nנשלח: יום שישי 05 ינואר 2024 15:20\nאל: Juliet\nנושא: ארבע?'],
  ['ar', 'من: Romeo <r@example.net>\nتم الإرسال: 5 يناير 2024\nإلى: Juliet\nالموضوع: الرابعة؟'],
  [
    'zh',
    '发件人： Romeo <r@example.net>\n发送时间： 2024年1月5日 15:20\n收件人： Juliet\n主题： 四点？',
  ],
  ['zh-TW', '寄件者: Romeo <r@example.net>\n寄件日期: 2024年1月5日\n收件者: Juliet\n主旨: 四點？'],
  ['ja', '差出人: Romeo <r@example.net>\n送信日時: 2024年1月5日 15:20\n宛先: Juliet\n件名: 四時？'],
  [
    'ko',
    '보낸 사람: Romeo <r@example.net>\n보낸 날짜: 2024년 1월 5일\n받는 사람: Juliet\n제목: 네 시?',
  ],
  ['vi', 'Từ: Romeo <r@example.net>\nĐã gửi: 5 tháng 1, 2024\nĐến: Juliet\nChủ đề: Bốn giờ?'],
];

describe('an unquoted original below its headers', () => {
  test.each(BLOCKS)('%s', (_, block) => {
    expect(fresh(`${REPLY}\n\n${block}\n\nShall we say four?\n\nRomeo`)).toBe(REPLY);
  });

  test.each([
    '________________________________',
    '-----Original Message-----',
    '---------- Původní e-mail ----------',
    '---------------------------------------',
    '===',
  ])('with %s above', (rule) => {
    expect(fresh(`${REPLY}\n\n${rule}\n${BLOCKS[0]?.[1]}\n\nShall we say four?`)).toBe(REPLY);
  });

  test('that is quoted, and the reply below', () => {
    expect(fresh(`> ${BLOCKS[0]?.[1].replaceAll('\n', '\n> ')}\n>\n> Four?\n\n${REPLY}`)).toContain(
      REPLY,
    );
  });
});

describe('a marker above the original', () => {
  test.each([
    '-----Original Message-----',
    '-------- Original message --------From: Romeo <r@example.net> Date: 05/01/2024 15:20 To: Juliet',
    '----- Original message -----',
    '*-----Original Message-----*',
    '________ Original Message ________',
    '-----Ursprüngliche Nachricht-----',
    '-------- Originalnachricht --------',
    '-----Message d’origine-----',
    '-----Mensaje original-----',
    '-----Mensagem original-----',
    '-----Messaggio originale-----',
    '-----Oorspronkelijk bericht-----',
    '-----Oryginalna wiadomość-----',
    '-----Původní zpráva-----',
    '-----Исходное сообщение-----',
    '-----Вихідне повідомлення-----',
    '-----Ursprungligt meddelande-----',
    '-----Oprindelig meddelelse-----',
    '-----Opprinnelig melding-----',
    '-----Alkuperäinen viesti-----',
    '-----Eredeti üzenet-----',
    '-----Mesaj original-----',
    '-----Αρχικό μήνυμα-----',
    '-----Orijinal İleti-----',
    '-----הודעה מקורית-----',
    '------------------ 原始邮件 ------------------',
    '-----元のメッセージ-----',
    '-----원본 메시지-----',
    '##- Please type your reply above this line -##',
    '--- Reply ABOVE THIS LINE ---',
  ])('%s', (marker) => {
    expect(fresh(`${REPLY}\n\n${marker}\n\nShall we say four?`)).toBe(REPLY);
  });
});

describe('a forward', () => {
  test.each([
    '---------- Forwarded message ---------\nFrom: Romeo <r@example.net>\nDate: Fri, Jan 5, 2024\nSubject: Four?\nTo: <j@example.org>',
    'Begin forwarded message:\n\nFrom: Romeo <r@example.net>\nSubject: Four?\nDate: 5 January 2024',
    '-------- Weitergeleitete Nachricht --------\nBetreff: Vier?\nDatum: 5 Jan 2024\nVon: Romeo\nAn: Juliet',
    'Anfang der weitergeleiteten Nachricht:\n\nVon: Romeo <r@example.net>\nBetreff: Vier?',
    'Début du message transféré :\n\nDe: Romeo <r@example.net>\nObjet: Quatre ?',
    '---------- Mensaje reenviado ----------\nDe: Romeo <r@example.net>\nFecha: 5 ene 2024\nAsunto: Hola',
    '-------- Пересылаемое сообщение --------\n05.01.2024, 15:20, "Romeo" <r@example.net>:',
    '---------- Przekazana wiadomość ----------\nOd: Romeo <r@example.net>',
    '---------- 转发的邮件 ----------\n发件人： Romeo',
  ])('is what it brings: %j', (head) => {
    const text = `Do you know this?\n\n${head}\n\nShall we say four?\n\n--\nRomeo`;
    expect(fresh(text)).toBe(text);
  });

  test('is one when it is quoted, as Apple Mail does', () => {
    const text =
      'Do you know this?\n\n> Begin forwarded message:\n>\n> From: Romeo <r@example.net>\n>\n> Four?';
    expect(fresh(text)).toBe(text);
  });

  test('loses the signature of who forwards', () => {
    const forward = '---------- Forwarded message ---------\nFrom: Romeo <r@example.net>\n\nFour?';
    expect(fresh(`FYI\n\n-- \nJuliet\nVerona\n\n${forward}`)).toBe(`FYI\n\n${forward}`);
  });

  test('in the history is history', () => {
    const quote = '> See below.\n>\n> Begin forwarded message:\n> From: Nurse\n>\n> Four?';
    expect(fresh(`${REPLY}\n\nRomeo <r@example.net> wrote:\n${quote}`)).toBe(REPLY);
  });

  test('of Outlook looks like a reply, and is kept when the subject says what it is', () => {
    const text = `For you.\n\n${BLOCKS[0]?.[1]}\n\nShall we say four?`;
    expect(readablePlain(text).fresh).toBe('For you.');
    expect(readablePlain(text, { forward: true }).fresh).toBe(text);
  });
});

describe('what only looks like an original', () => {
  test.each([
    'From: Verona\nTo: Mantua\nDate: Friday\n\nOne ticket, please.',
    'To: do tomorrow\n\nSubject: to change',
    'The original message was lost.\n\nSend it again.',
    'I forwarded it:\n\nhe has it now.',
    'From here on:\n\nnothing.',
  ])('is kept: %j', (text) => {
    expect(fresh(text)).toBe(text);
  });

  test('is kept when nothing stands above it', () => {
    const text = `${BLOCKS[0]?.[1]}\n\nShall we say four?`;
    expect(readablePlain(text)).toEqual({ text, fresh: text, trimmed: false });
  });
});

function fresh(text: string): string {
  return readablePlain(text).fresh;
}
