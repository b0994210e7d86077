import { describe, expect, test } from 'vitest';
import { eventIdOf, readHead } from '../../../listener/head.ts';
import { HEADER_TOO_BIG, LOOP, NOT_ONE_FROM } from '../../../listener/reply.ts';
import { listening, MAIL } from '../../listening.ts';

const OURS = 'Message-ID: <01KA0000000000000000000000@mail.example>';
const read = (text: string) => readHead(Buffer.from(text, 'latin1'));
const header = (...lines: string[]) => read(`${lines.join('\r\n')}\r\n\r\nFrom: in the body\r\n`);

describe('a header', () => {
  test.each([
    ['From: a@b.example', 'Message-ID: <x@b.example>'],
    ['message-id : <x@b.example>', 'FROM\t: a@b.example'],
    ['Message-ID:', '  <x@b.example>  ', 'From: a', ' From: folded, and no header'],
    ['Message-ID: <x@b.example>', 'Message-ID: <y@b.example>', 'From: a', 'Resent-From: b'],
  ])('%j, %j is that of a mail', (...lines) => {
    const length = `${lines.join('\r\n')}\r\n\r\n`.length;
    expect(header(...lines)).toEqual({ messageId: '<x@b.example>', bodyAt: length });
  });

  test.each([
    ['Subject: x'],
    ['From: a', 'From: b'],
    ['From: a', 'Subject: x', 'fRoM :b'],
    ['X-From: a'],
    ['From a@b.example Mon Jan 5 10:00:00'],
    ['', 'From: a'],
  ])('%j has not one From', (...lines) => {
    expect(header(...lines)).toBe(NOT_ONE_FROM);
  });

  test.each(['', '\r\n', '\r\nFrom: a\r\n', 'x'])('%j has no header at all', (text) => {
    expect(read(text)).toBe(NOT_ONE_FROM);
  });

  test('without a body is all of it', () => {
    expect(read('From: a\r\n')).toEqual({ messageId: '', bodyAt: 9 });
    expect(read('From: a')).toEqual({ messageId: '', bodyAt: 7 });
  });

  test('may be 256 KiB, in however many lines', () => {
    const most = 256 * 1024;
    const folded = `From: a\r\nMessage-ID: <x>${'\r\n '.repeat(most / 3 - 12)}\r\n\r\n`;
    expect(read(folded)).toMatchObject({ messageId: '<x>' });
    const many = `From: a\r\n${'a:\r\n'.repeat(most / 4)}\r\n`;
    expect(read(many)).toBe(HEADER_TOO_BIG);
    expect(read(`From: a\r\n${'from'.repeat(most / 4 - 4)}\r\n\r\n`)).toMatchObject({
      messageId: '',
    });
  });
});

describe('a mail that goes round in circles', () => {
  // T37
  test('has more than 25 Received headers', () => {
    const hops = (count: number) => ['From: a', ...Array<string>(count).fill('Received: by x')];
    expect(header(...hops(25))).toMatchObject({ messageId: '' });
    expect(header(...hops(26))).toBe(LOOP);
  });

  test.each([
    ['one of ours that an address of several people gives back', OURS, 'X: y'],
    ['an answer to ours', 'Message-ID: <y@far.example>', `In-Reply-To:${OURS.slice(11)}`],
  ])('is not %s', (_, messageId, other) => {
    expect(header('From: a', messageId, other)).toHaveProperty('bodyAt');
  });

  test('is refused for ever, and so is what has not one sender', async () => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    expect(await one.send(`${'Received: by x\r\n'.repeat(26)}${MAIL}`)).toBe(
      '554 5.4.6 this mail goes round in circles',
    );
    expect(await one.send(`From: eve@far.example\r\n${MAIL}`)).toMatch(/^550 5\.6\.0 /);
    expect(await one.send('')).toMatch(/^550 5\.6\.0 /);
    expect(await one.send(`X: ${'x'.repeat(300_000)}\r\n${MAIL}`)).toMatch(/^552 5\.3\.4 /);
    expect(house.kept).toEqual([]);
  });
});

test('the id of an event does not depend on what servers add, or the order of recipients', () => {
  const id = (text: string, recipients: string[], more = {}) => {
    const head = read(text);
    if (head instanceof Error) throw head;
    const sent = { recipients, mailFrom: 'a@far.example', remoteAddress: '192.0.2.1', ...more };
    return eventIdOf(Buffer.from(text), head, sent);
  };
  const mail = 'From: a\r\nMessage-ID: <x>\r\n\r\nbody\r\n';
  const first = id(mail, ['b', 'a']);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(id(`Received: by y\r\n\tfor z\r\n${mail}`, ['a', 'b'])).toBe(first);
  const others = [id(mail, ['a']), id(mail, ['a,b']), id(`${mail}.`, ['a', 'b'])];
  expect(new Set([first, ...others]).size).toBe(4);
  expect(id('From: a\r\n\r\nbody\r\n', ['a'])).toBeUndefined();
  const forged = [
    id(mail.replace('From: a', 'From: b'), ['a', 'b']),
    id(`DKIM-Signature: x\r\n${mail}`, ['a', 'b']),
    id(mail, ['a', 'b'], { mailFrom: '' }),
    id(mail, ['a', 'b'], { remoteAddress: '192.0.2.2' }),
  ];
  expect(forged).not.toContain(first);
});
