import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ircText, plainText, styledText } from '../../../text/formatting.ts';

describe('from IRC', () => {
  it.each([
    ['\x02bold\x02 and \x1ditalic\x1d', '*bold* and _italic_', 'bold and italic'],
    ['\x1estruck\x1e, \x11code\x11.', '~struck~, `code`.', 'struck, code.'],
    ['\x02\x1dboth\x1d\x02', '*_both_*', 'both'],
    ['\x02bold\x0f plain', '*bold* plain', 'bold plain'],
    ['\x02 spaces \x02', ' *spaces* ', ' spaces '],
    ['\x02*star*\x02', '*star*', '*star*'],
    ['in\x02side\x02', 'inside', 'inside'],
    ['\x02in\x02side', 'inside', 'inside'],
    ['\x02\x02 nothing \x02', ' nothing ', ' nothing '],
    ['\x0304,01red\x03 \x034 four \x0315text', 'red  four text', 'red  four text'],
    ['\x033,not a colour', ',not a colour', ',not a colour'],
    ['\x04ff0000,00FF00hex\x04 \x16reverse\x16 \x1funder\x1f', 'hex reverse under', undefined],
    ['\x11a *b* c\x11', '`a *b* c`', 'a *b* c'],
    ['tab\there\x07\x1b\x00\ufffe\uffff', 'tab here', 'tab here'],
    ['half \ud800 of a pair', 'half \ufffd of a pair', 'half \ufffd of a pair'],
    ['*as written*', '*as written*', '*as written*'],
  ])('%j', (line, styled, plain) => {
    expect(styledText(line)).toBe(styled);
    expect(plainText(line)).toBe(plain ?? styled);
  });

  it('is always text that XML can carry', () => {
    const codes = fc.constantFrom(...'\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f01,9af *_~`\n');
    const unit = fc.oneof(codes, fc.string({ unit: 'binary', maxLength: 1 }));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 80 }), (units) => {
        for (const text of [styledText(units.join('')), plainText(units.join(''))]) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cs}\ufffe\uffff]/u);
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});

describe('to IRC', () => {
  it.each([
    ['*bold* and _italic_', '\x02bold\x02 and \x1ditalic\x1d'],
    ['~struck~ `code *is* code`', '\x1estruck\x1e \x11code *is* code\x11'],
    ['*_both_*', '\x02\x1dboth\x1d\x02'],
    ['*bold _and_ more*', '\x02bold \x1dand\x1d more\x02'],
    ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
    ['* not * this *', '* not * this *'],
    ['*.js and *.ts', '*.js and *.ts'],
    ['(*so*, "_too_"!)', '(\x02so\x02, "\x1dtoo\x1d"!)'],
    ['**', '**'],
    ['*one\ntwo*', '*one\ntwo*'],
    ['```js\nlet *x*;\n\n```\n*end*', '\x11let *x*;\x11\n\n\x02end\x02'],
  ])('%j', (body, text) => {
    expect(ircText(body, true)).toEqual({ isAction: false, text });
    expect(ircText(body, false)).toEqual({ isAction: false, text: body });
  });

  it('has no control character that somebody put into it', () => {
    const body = 'a\x01DCC SEND x 1 2 3\x01\x02b\x03\x00\tc\r\nd\re\u2028f\x85\ud800';
    expect(ircText(body, true).text).toBe('aDCC SEND x 1 2 3b c\nd\ne\nf\ufffd');
  });

  it('takes /me for an action, and no other slash', () => {
    expect(ircText('/me waves *hard*', true)).toEqual({
      isAction: true,
      text: 'waves \x02hard\x02',
    });
    for (const text of ['/quote QUIT', '/me', '/me ', '/mean', ' /me x']) {
      expect(ircText(text, true)).toEqual({ isAction: false, text });
    }
  });

  it('takes time that grows with the length alone', () => {
    const hard = ['* a', '*a ', '_*a', '`~', '*a* ', ' '].map((piece) => piece.repeat(20_000));
    const spent = (count: number): number => {
      const before = process.cpuUsage();
      for (const text of hard) ircText(text.slice(0, count), true);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    // Of several, the one that nothing else disturbed.
    const least = (count: number): number =>
      Math.min(...Array.from({ length: 5 }, () => spent(count)));
    least(2_500);
    // Quadratic, it would be 256 times as much.
    expect(least(40_000) / Math.max(least(2_500), 500)).toBeLessThan(64);
  });
});
