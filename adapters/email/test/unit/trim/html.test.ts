import { describe, expect, test } from 'vitest';
import { readableHtml } from '../../../trim/readable.ts';

const REPLY = 'That suits me.\n\nSee you there.';
const WRITTEN = '<p>That suits me.</p><p>See you there.</p>';

describe('HTML as text', () => {
  test.each([
    ['a line for each block', '<div>one</div><div>two<br>three</div>', 'one\ntwo\nthree'],
    ['paragraphs apart', '<p>one</p>\n\n<p>two</p>', 'one\n\ntwo'],
    ['white space as a browser has it', 'one\n  two&nbsp;<b>th</b>ree', 'one two\u00a0three'],
    ['headings and bold without signs', '<h1>Big</h1><p>so <b>bold</b></p>', 'Big\n\nso bold'],
    ['a list', '<ul><li>one</li><li>two</li></ul>', '• one\n• two'],
    ['a numbered list', '<ol start="3"><li>one</li><li>two</li></ol>', ' 3. one\n 4. two'],
    [
      'a table',
      '<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>',
      'a b\n1 2',
    ],
    ['a link', '<a href="https://example.org/x">here</a>', 'here (https://example.org/x)'],
    [
      'a link that is its text',
      '<a href="https://www.example.org/">example.org</a>',
      'example.org',
    ],
    [
      'a link that says another address than it has',
      '<a href="https://bank.example@evil.example/">bank.example</a>',
      'bank.example (https://bank.example@evil.example/)',
    ],
    [
      'a mail address that is another one',
      '<a href="mailto:evil@e.example">good@b.example</a>',
      'good@b.example (evil@e.example)',
    ],
    ['a page within a link', '<a href="data:text/html,x">bank.example</a>', 'bank.example'],
    ['a mail address', '<a href="mailto:j@example.org">j@example.org</a>', 'j@example.org'],
    [
      'a link of an image',
      '<a href="https://example.org/"><img src="x" alt="Shop"></a>',
      'Shop (https://example.org/)',
    ],
    ['a link to nowhere', '<a href="#top">up</a> <a href="javascript:x()">do</a>', 'up do'],
    [
      'images by what they say',
      '<img src="https://t.example/p.gif"><img alt="A rose" src="cid:1">',
      'A rose',
    ],
    ['preformatted text', '<pre>a\n  b</pre>', 'a\n  b'],
    ['entities', '&lt;b&gt; &amp; &#x263a;', '<b> & ☺'],
    [
      'no styles, scripts or titles',
      '<title>t</title><style>p{}</style><script>x()</script>one',
      'one',
    ],
    [
      'nothing hidden',
      '<div style="display: none">pre</div><p hidden>x</p><span style="mso-hide:all">y</span>one',
      'one',
    ],
    [
      'what stands outside of the body',
      'first<html><body>second</body></html>third',
      'first\nsecond\nthird',
    ],
    [
      'text of Word',
      '<p class=MsoNormal>one<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>two</p>',
      'one\n\ntwo',
    ],
    [
      'an indent',
      '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">in</blockquote>',
      'in',
    ],
  ])('%s', (_, html, text) => {
    expect(readableHtml(html).text).toBe(text);
  });

  test('has no marks of ours, not even such as the mail brings', () => {
    const html = 'one\ufdd2<div class="gmail_signature">two</div>&#xfdd0;three';
    expect(readableHtml(html).text).toBe('one\ntwo\nthree');
  });
});

/** The parts of a reply that mail programs put around the old mail and below the new. */
const HISTORIES: readonly (readonly [string, string])[] = [
  [
    'Gmail',
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Dydd Gwener, Romeo:<br></div><blockquote class="gmail_quote">Four?</blockquote></div>',
  ],
  [
    'Thunderbird',
    '<div class="moz-cite-prefix">Romeo a skrivas:<br></div><blockquote type="cite" cite="mid:1@x">Four?</blockquote>',
  ],
  [
    'Apple Mail',
    '<div><br><blockquote type="cite"><div>On 5 Jan 2024, at 15:20, Romeo &lt;<a href="mailto:r@example.net">r@example.net</a>&gt; wrote:</div><br><div>Four?</div></blockquote></div>',
  ],
  [
    'Apple Mail, attribution outside',
    '<div>On 5 Jan 2024, at 15:20, Romeo &lt;<a href="mailto:r@example.net">r@example.net</a>&gt; wrote:</div><blockquote type="cite">Four?</blockquote>',
  ],
  [
    'Outlook on the web',
    '<div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg"><b>Oddi wrth:</b> Romeo<br><b>Pwnc:</b> Four?</div><div>Four?</div>',
  ],
  [
    'Outlook on the web, seen by another',
    '<div id="x_divRplyFwdMsg"><b>Oddi wrth:</b> Romeo</div><div>Four?</div>',
  ],
  [
    'Outlook',
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b>Oddi wrth:</b> Romeo</p></div><p>Four?</p>',
  ],
  [
    'Outlook, headers alone',
    '<p><b>From:</b> Romeo [mailto:r@example.net]<br><b>Sent:</b> Friday<br><b>To:</b> Juliet<br><b>Subject:</b> Four?</p><p>Four?</p>',
  ],
  [
    'Outlook for Mac',
    '<span id="OLK_SRC_BODY_SECTION"><div>Oddi wrth: Romeo</div><div>Four?</div></span>',
  ],
  [
    'Outlook for phones',
    '<div id="mail-editor-reference-message-container"><div>Oddi wrth: Romeo</div>Four?</div>',
  ],
  ['Hotmail', '<hr id="stopSpelling">Dyddiad: Friday<br>Pwnc: Four?<br>Four?'],
  [
    'Yahoo',
    '<div id="yahoo_quoted_12" class="yahoo_quoted"><div>Romeo:</div><div>Four?</div></div>',
  ],
  [
    'Proton',
    '<div class="protonmail_quote">On Friday, January 5th, 2024 at 15:20, Romeo &lt;r@example.net&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">Four?</blockquote></div>',
  ],
  [
    'GMX',
    '<div name="quote" style="margin:10px 5px 5px 10px"><div><b>Gesendet:</b> Freitag</div><div name="quoted-content">Four?</div></div>',
  ],
  ['Zimbra', '<hr id="zwchr" data-marker="__DIVIDER__"><b>Oddi wrth: </b>Romeo<br>Four?'],
  [
    'Zoho',
    '<div class="zmail_extra"><div>---- On Fri wrote ----</div><blockquote>Four?</blockquote></div>',
  ],
  [
    'Roundcube',
    '<p id="reply-intro">Romeo skribis je 2024:</p><blockquote type="cite">Four?</blockquote>',
  ],
  [
    'mail.ru',
    'Пятница, 5 января 2024, 15:20 +03:00 от Romeo &lt;r@example.net&gt;:<br><blockquote>Four?</blockquote>',
  ],
  [
    'Spark',
    '<div name="messageReplySection">On 5 Jan 2024, 15:20 +0100, Romeo &lt;r@example.net&gt;, wrote:<br><blockquote type="cite">Four?</blockquote></div>',
  ],
  [
    'Front',
    '<blockquote type="cite" class="front-blockquote">On January 5, Romeo wrote:<br>Four?</blockquote>',
  ],
  ['Exchange', '<font size="2">-----Original Message-----<br>From: Romeo<br>Four?</font>'],
];

const SIGNATURES: readonly (readonly [string, string])[] = [
  [
    'Gmail',
    '<div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">Juliet</div>',
  ],
  ['Thunderbird', '<pre class="moz-signature" cols="72">-- \nJuliet</pre>'],
  ['Apple', '<div id="AppleMailSignature">Juliet from Verona</div>'],
  ['Outlook', '<div id="Signature"><p>Juliet<br>House of Capulet</p></div>'],
  [
    'Outlook for phones',
    '<div id="ms-outlook-mobile-signature">Holwch Outlook <a href="https://aka.ms/x">iOS</a></div>',
  ],
  ['Proton', '<div class="protonmail_signature_block">Sent securely</div>'],
  ['Windows Mail', '<div data-signatureblock="true"><div>Juliet</div></div>'],
  ['any, by hand', '<div>--&nbsp;</div><div>Juliet</div>'],
  ['iPhone', '<br><div dir="ltr">Sent from my iPhone</div>'],
];

describe('the new part of HTML', () => {
  test.each(HISTORIES)('above what %s quotes', (_, history) => {
    const { text, fresh, trimmed } = readableHtml(`<body>${WRITTEN}<br>${history}</body>`);
    expect(fresh).toBe(REPLY);
    expect(text).toContain('Four?');
    expect(trimmed).toBe(true);
  });

  test.each(SIGNATURES)('without the signature of %s', (_, signature) => {
    expect(readableHtml(`${WRITTEN}${signature}`).fresh).toBe(REPLY);
    expect(readableHtml(`${WRITTEN}${signature}<br>${HISTORIES[0]?.[1]}`).fresh).toBe(REPLY);
  });

  test('is all of it where only a signature is', () => {
    expect(readableHtml('<div class="gmail_signature">Juliet</div>').fresh).toBe('Juliet');
  });

  test('between quotes keeps them', () => {
    const cited = (text: string) => `<blockquote type="cite">${text}</blockquote>`;
    const html = `<div class="moz-cite-prefix">Romeo wrote:</div>${cited('Four?')}<p>Five.</p>${cited('Where?')}<p>Here.</p>`;
    expect(readableHtml(html).fresh).toBe('> Four?\n\nFive.\n\n> Where?\n\nHere.');
  });

  test('of a forward is the forward', () => {
    const html =
      'FYI<br><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Romeo<br></div>Four?</div>';
    const { text, fresh } = readableHtml(html);
    expect(fresh).toBe(text);
    expect(fresh).toContain('Four?');
  });

  test('of a forward by Outlook is the forward, when the subject says what it is', () => {
    const html = `<p>FYI</p>${HISTORIES[4]?.[1]}`;
    expect(readableHtml(html).fresh).toBe('FYI');
    expect(readableHtml(html, { forward: true }).fresh).toContain('Four?');
  });
});

describe('HTML that is a bomb', () => {
  test('nested without end has its words all the same', () => {
    const deep = `${'<div>'.repeat(50_000)}Four o&#39;clock?<br>Or five?${'</div>'.repeat(50_000)}`;
    expect(readableHtml(deep.slice(0, 256 * 1024)).text).toBe("Four o'clock?\nOr five?");
  });

  test('nested in part says that something is missing', () => {
    expect(readableHtml(`above${'<div>'.repeat(300)}below`).text).toBe('above\n[…]');
  });

  test('too long is cut, and says so', () => {
    const { text } = readableHtml('<p>word</p>'.repeat(50_000));
    expect(text.length).toBeLessThan(256 * 1024);
    expect(text.endsWith('\n[…]')).toBe(true);
  });

  test('of quotes and lists in one another does not grow', () => {
    for (const tag of ['<blockquote>', '<ul><li>']) {
      const html = tag.repeat(120) + 'a<br>'.repeat(20_000);
      expect(readableHtml(html).text.length).toBeLessThan(4 * html.length);
    }
  });
});
