import { describe, expect, test } from 'vitest';
import { baseOf, splitSubject, subjectFrom, subjectLine } from '../../subject.ts';

describe('without the prefixes of an answer', () => {
  test.each([
    ['Re: Invoice 42', 'Invoice 42'],
    ['RE: re: Re[2]: Invoice 42', 'Invoice 42'],
    ['AW: WG: Rechnung', 'WG: Rechnung'],
    ['Antw: Sv: VS: Odp: Rekening', 'Rekening'],
    ['回复：发票', '发票'],
    ['Ref: Pedido', 'Pedido'],
    ['Regarding: the invoice', 'Regarding: the invoice'],
    ['Recipe', 'Recipe'],
    ['Re:', 'Re:'],
    ['', ''],
  ])('%s', (subject, base) => expect(baseOf(subject)).toBe(base));
});

describe('a first line that is the subject', () => {
  test.each([
    ['Subject: Invoice 42\nPlease pay.', 'Invoice 42', 'Please pay.'],
    ['subject:Invoice 42\n\n\nPlease pay.', 'Invoice 42', 'Please pay.'],
    ['✉ Re: Invoice 42\nPaid.', 'Re: Invoice 42', 'Paid.'],
    ['✉️ Invoice\nPlease pay.', 'Invoice', 'Please pay.'],
    ['Subject: only this', 'only this', ''],
  ])('%j', (text, subject, rest) => expect(splitSubject(text)).toEqual({ subject, text: rest }));

  test.each([
    'Please pay.\nSubject: Invoice 42',
    'Subject:\nPlease pay.',
    'Subjects: none',
    'The subject: an invoice',
    '✉',
  ])('not in %j', (text) => expect(splitSubject(text)).toEqual({ text }));
});

test('what is shown can be written back', () => {
  const shown = `${subjectLine(' Invoice 42 ')}\nPlease pay.`;
  expect(splitSubject(shown)).toEqual({ subject: 'Invoice 42', text: 'Please pay.' });
});

test('whoever names no subject is named himself', () => {
  expect(subjectFrom('Juliet')).toBe('Message from Juliet');
});
