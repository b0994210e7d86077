import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBounce } from '../../../bounce/bounce.ts';
import { mail, REPORT } from './mail.ts';

const fragments = [
  '<a@b.example>:',
  'a@b.example',
  '550 5.1.1 ',
  '550-5.7.26 ',
  '(#5.4.4)',
  'Final-Recipient: rfc822; ',
  'Action: failed',
  'Action: delayed',
  'Status: 4.0.0',
  'Diagnostic-Code: smtp; ',
  'Message-ID: <a@b>',
  'Received: from a by b',
  '----- Original message -----',
  'could not be delivered',
  'user unknown',
  'will be retried',
  '{"notificationType":"Bounce"',
  '"emailAddress":"a@b.example"',
  '\u0000\u202e',
  ' ',
  '\n',
  '\r\n',
  '\n\n',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'binary' })), { maxLength: 80 })
  .map((pieces) => pieces.join(''));

describe('whatever a stranger writes', () => {
  test('is read without an exception, into bounded and well-formed facts', () => {
    fc.assert(
      fc.property(text, text, text, (body, status, subject) => {
        const headers = { ...REPORT, subject, 'in-reply-to': subject, to: body };
        const parts = { 'message/delivery-status': status, 'message/rfc822': body };
        const read = readBounce(mail({ headers, text: body, parts }));
        for (const { address, status: code, reply, diagnosis } of read?.recipients ?? []) {
          expect(address ?? 'a@b').toMatch(/^[^\s@]+@[^\s@]+$/);
          expect(code ?? '5.0.0').toMatch(/^[245]\.\d{1,3}\.\d{1,3}$/);
          expect(reply ?? 550).toBeGreaterThanOrEqual(400);
          expect(diagnosis ?? 'none').toMatch(/^\P{C}{1,200}$/u);
        }
        expect(read?.recipients.length ?? 1).toBeGreaterThan(0);
        expect(read?.original?.messageId ?? 'a@b').toMatch(/^[^\s<>]{3,250}$/);
      }),
    );
  });

  test('of many recipients leaves a hundred', () => {
    const group = (n: number) => `Final-Recipient: rfc822; r${n}@b.example\nAction: failed\n\n`;
    const many = Array.from({ length: 5_000 }, (_, n) => n);
    const inStatus = mail({
      headers: REPORT,
      parts: { 'message/delivery-status': many.map(group).join('') },
    });
    const lines = many.map((n) => `<r${n}@b.example>: 550 5.1.1 unknown`);
    const inText = mail({ headers: REPORT, text: lines.join('\n') });
    const inHeader = mail({ headers: { ...REPORT, 'x-failed-recipients': lines.join(',') } });
    for (const written of [inStatus, inText, inHeader]) {
      expect(readBounce(written)?.recipients).toHaveLength(100);
    }
  });

  test.each([
    ['nothing but letters', 'a'],
    ['at signs', '@'],
    ['halves of addresses', 'a@'],
    ['addresses', 'a@b.c '],
    ['lines of addresses', '<a@b.c>\n'],
    ['addresses with colons', '<a@b.c>: '],
    ['recipients with a cause', '<a@b.c>: connection user a\n'],
    ['codes', '550 '],
    ['further lines of an answer', '550-5.1.1\n'],
    ['blanks', ' '],
    ['empty lines', '\n'],
    ['lines of a header', 'Received: a\n'],
    ['announcements of a copy', 'original message\n'],
    ['halves of a failure', 'delivery a '],
    ['halves of a cause', 'user a sender address a a '],
    ['marks of a list', '* '],
    ['halves of a recipient', 'deliver the message to '],
    ['recipients in JSON', '"emailAddress":"aaa",'],
  ])('costs no more than its length: %s', (_, unit) => {
    const line = `${unit.repeat(900 / unit.length)}\n`;
    const cost = (size: number) => {
      const body = `{"notificationType":"Bounce"}\n${line.repeat(size / line.length)}`;
      const written = mail({
        headers: REPORT,
        text: body,
        parts: { 'message/delivery-status': body },
      });
      readBounce(written);
      const before = process.cpuUsage();
      readBounce(written);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const [small, large] = [cost(25_000), cost(250_000)];
    // Ten times the length. A hundred would be the square; below the floor the clock tells nothing.
    expect(large).toBeLessThan(Math.max(30 * small, 150_000));
  });
});
