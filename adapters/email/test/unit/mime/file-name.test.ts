import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayName } from '../../../mime/file-name.ts';

describe('the name of a file', () => {
  test.each([
    ['photo.jpg', 'photo.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\x.exe', 'x.exe'],
    ['/', 'image.png'],
    ['', 'image.png'],
    [undefined, 'image.png'],
    ['..', 'image.png'],
    ['a\0.jpg', 'a .jpg'],
    ['a\u202egpj.exe', 'agpj.exe'],
    ['.htaccess', 'htaccess'],
    ['a.txt. . .', 'a.txt'],
    ['a\r\nb.txt', 'a b.txt'],
    ['Grüße 🙂.txt', 'Grüße 🙂.txt'],
  ])('%j is %j', (written, name) => {
    expect(displayName(written, 'image/png')).toBe(name);
  });

  test.each([
    ['message/rfc822', 'message.eml'],
    ['video/x-unknown', 'video'],
    ['application/octet-stream', 'file'],
  ])('of %s without one', (type, name) => {
    expect(displayName(undefined, type)).toBe(name);
  });

  test('is cut before its ending', () => {
    const name = displayName(`${'🙂'.repeat(300)}.tar`, 'text/plain');
    expect(Array.from(name).length).toBe(100);
    expect(name).toMatch(/🙂….tar$/u);
  });

  test('is never a path, and never empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (written) => {
        expect(displayName(written, 'a/b')).toMatch(/^[^/\\\p{C}]{1,100}$/u);
      }),
    );
  });
});
