import { describe, expect, test } from 'vitest';
import { parseJid } from '../../../../src/xmpp/jid.ts';
import { readMessage } from '../../../../src/xmpp/stanza/message.ts';
import { parse } from '../../../support/clients/xml.ts';

const from = parseJid('juliet@example.org/balcony');
const to = parseJid('romeo@gw.example');

/** What the content of a message reads as; `attrs` are those of the stanza. */
function read(content: string, attrs = "type='chat' id='m1'") {
  const stanza = parse(
    `<message xmlns='jabber:component:accept' ${attrs} from='juliet@example.org/balcony' to='romeo@gw.example'>${content}</message>`,
  );
  return readMessage(stanza, { from, to, id: stanza.attrs.id });
}

/** The text that the listener gets; what else it was, where it is none. */
function textOf(content: string, attrs?: string): string | undefined {
  const reading = read(content, attrs);
  if (reading.is !== 'for the listener') return `(${reading.is})`;
  return reading.message.content === 'text' ? reading.message.text : reading.message.content;
}

const nothing = { is: 'nothing' };
const refused = (condition: string) => ({
  is: 'refused',
  refusal: expect.objectContaining({ condition }),
});

describe('text', () => {
  test('is handed on with all that belongs to it', () => {
    const reading = read(
      "<active xmlns='http://jabber.org/protocol/chatstates'/><body>Hi 🙂</body><thread>t1</thread><origin-id xmlns='urn:xmpp:sid:0' id='o1'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>",
    );
    expect(reading).toEqual({
      is: 'for the listener',
      message: {
        content: 'text',
        ...{ from, to, id: 'm1', originId: 'o1' },
        ...{ text: 'Hi 🙂', thread: 't1', wantsReceipt: true },
      },
    });
  });

  test.each(['', "type='normal'", "type='headline'", "type='unheard-of'"])(
    'of a message with %j is read',
    (attrs) => {
      expect(textOf('<body>Hi</body>', attrs)).toBe('Hi');
    },
  );

  test.each([
    ['another namespace', "<body xmlns='evil'>forged</body>"],
    ['another namespace by prefix', "<z:body xmlns:z='evil'>forged</z:body>"],
    [
      'a namespace of a wrapper',
      "<x xmlns='evil'><body xmlns='jabber:component:accept'>no</body></x>",
    ],
    [
      'XHTML',
      "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>x</body></html>",
    ],
  ])('is not a body in %s', (_, content) => {
    expect(read(content)).toEqual(nothing);
    expect(textOf(`${content}<body>mine</body>`)).toBe('mine');
  });

  test('is the first body without a language, else the first', () => {
    expect(textOf("<body xml:lang='de'>eins</body><body>one</body><body>two</body>")).toBe('one');
    expect(textOf("<body xml:lang='de'>eins</body><body xml:lang='fr'>un</body>")).toBe('eins');
  });

  test('has no line end but LF', () => {
    expect(textOf('<body>a&#13;&#10;b&#13;c\u0085d\u2028e\u2029f\ng</body>')).toBe(
      'a\nb\nc\nd\ne\nf\ng',
    );
  });

  test.each(['', ' ', '\n\n', '\u00a0'])('that is blank (%j) is nothing', (body) => {
    expect(read(`<body>${body}</body>`)).toEqual(nothing);
  });

  test('asks for no receipt where there is no id to confirm', () => {
    const reading = read("<body>Hi</body><request xmlns='urn:xmpp:receipts'/>", "type='chat'");
    expect(reading).toMatchObject({ message: { wantsReceipt: false } });
  });

  test('has no thread and no origin-id beyond 512 bytes', () => {
    const long = 'é'.repeat(257);
    expect(
      read(
        `<body>Hi</body><thread>${long}</thread><origin-id xmlns='urn:xmpp:sid:0' id='${long}'/>`,
      ),
    ).toMatchObject({ message: { thread: undefined, originId: undefined } });
  });

  test('is believed of its sender only, whatever is wrapped inside', () => {
    const wrapped =
      "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='victim@example.org'><body>forged</body></message></forwarded></received>";
    expect(read(wrapped)).toEqual(nothing);
    expect(read(`${wrapped}<body>mine</body>`)).toMatchObject({ message: { text: 'mine', from } });
    expect(read("<privilege xmlns='urn:xmpp:privilege:2'/>", '')).toEqual(nothing);
    expect(read("<delay xmlns='urn:xmpp:delay' stamp='9999-01-01T00:00:00Z'/>")).toEqual(nothing);
  });
});

describe('a fallback', () => {
  const reply = (range: string) =>
    `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>${range}</fallback>`;

  test.each([
    ['quoted words', '&gt; old\nnew', "<body start='0' end='6'/>", 'new'],
    ['code points, not UTF-16', '🙂🙂new', "<body start='0' end='2'/>", 'new'],
    ['the middle', 'one two three', "<body start='4' end='8'/>", 'one three'],
    ['up to the end', 'new old', "<body start='3'/>", 'new'],
    ['more than there is', 'new old', "<body start='3' end='999'/>", 'new'],
    ['overlapping ranges', 'abcdef', "<body start='3' end='5'/><body start='2' end='4'/>", 'abf'],
    ['the subject only', 'new', '<subject/>', 'new'],
    ['a range upside down', 'new', "<body start='2' end='1'/>", 'new'],
    ['no numbers', 'new', "<body start='-1' end='2'/><body start='1' end='1e3'/>", 'new'],
  ])('of %s is cut out', (_, body, range, expected) => {
    expect(textOf(`<body>${body}</body>${reply(range)}`)).toBe(expected);
  });

  test('that is all there is says that nothing can be sent', () => {
    for (const all of ['', '<body/>']) {
      expect(read(`<body>x</body>${reply(all)}`)).toEqual(refused('feature-not-implemented'));
    }
  });

  test('for a file stays: it is the link', () => {
    const link = 'https://up.example/a.jpg';
    for (const feature of ['jabber:x:oob', 'urn:xmpp:sfs:0', 'urn:xmpp:sims:1']) {
      const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='${feature}'><body/></fallback>`;
      expect(textOf(`<body>${link}</body>${fallback}`)).toBe(link);
    }
  });
});

describe('a file', () => {
  const link = 'https://up.example/a.jpg';
  const sent = (body: string, url = link) =>
    read(`<body>${body}</body><x xmlns='jabber:x:oob'><url>${url}</url></x>`);

  test('is one where its link is all of the text', () => {
    expect(sent(link)).toMatchObject({ message: { text: link, isFile: true } });
  });

  test.each([
    ['a text with a link', `Look: ${link}`, link],
    ['the link to another one', link, 'https://evil.example/a.jpg'],
    ['no link', 'words', 'words'],
    ['a link of another kind', 'xmpp:a@b', 'xmpp:a@b'],
  ])('is none where it is %s', (_, body, url) => {
    expect(sent(body, url)).not.toHaveProperty('message.isFile');
  });
});

describe('encryption', () => {
  const note = '<body>I sent you an encrypted message</body>';
  test.each([
    [
      'OMEMO',
      "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>x</payload></encrypted>",
    ],
    [
      'OMEMO 1',
      "<encrypted xmlns='urn:xmpp:omemo:1'><header sid='1'/><payload>x</payload></encrypted>",
    ],
    [
      'OMEMO 2',
      "<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'/><payload>x</payload></encrypted>",
    ],
    ['OpenPGP', "<openpgp xmlns='urn:xmpp:openpgp:0'>x</openpgp>"],
    ['old OpenPGP', "<x xmlns='jabber:x:encrypted'>x</x>"],
    ['a method of the future', "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:new'/>"],
  ])('by %s is refused, with and without a note for others', (_, content) => {
    expect(read(content)).toEqual(refused('not-acceptable'));
    expect(read(`${note}${content}`)).toEqual(refused('not-acceptable'));
  });

  test.each(['?OTRv3?', '?OTR:AAMC', 'aesgcm://up.example/a#00'])('as text (%s)', (body) => {
    expect(read(`<body>${body}</body>`)).toEqual(refused('not-acceptable'));
  });

  test('of keys only says nothing', () => {
    expect(
      read("<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/></encrypted>"),
    ).toEqual(nothing);
  });

  test('is not meant by a signature', () => {
    expect(textOf("<body>Hi</body><x xmlns='jabber:x:signed'>x</x>")).toBe('Hi');
  });
});

describe('what can not be done here', () => {
  test.each([
    [
      'a reaction',
      "<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>👍</reaction></reactions>",
    ],
    ['a correction', "<replace xmlns='urn:xmpp:message-correct:0' id='x'/>"],
    ['a retraction', "<retract xmlns='urn:xmpp:message-retract:1' id='x'/>"],
    [
      'an old retraction',
      "<apply-to xmlns='urn:xmpp:fasten:0' id='x'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>",
    ],
    ['an invitation', "<x xmlns='jabber:x:conference' jid='room@muc.example'/>"],
    [
      'an invitation by the room',
      "<x xmlns='http://jabber.org/protocol/muc#user'><invite to='x@y'/></x>",
    ],
    ['a call', "<propose xmlns='urn:xmpp:jingle-message:0' id='x'/>"],
  ])('%s is refused, with and without a body', (_, content) => {
    expect(read(content)).toEqual(refused('feature-not-implemented'));
    expect(read(`<body>instead</body>${content}`)).toEqual(refused('feature-not-implemented'));
  });

  test('a message to a room is refused', () => {
    expect(read('<body>Hi</body>', "type='groupchat'")).toEqual(refused('feature-not-implemented'));
  });

  test.each([
    ['a file', "<x xmlns='jabber:x:oob'><url>https://up.example/a.jpg</url></x>"],
    ['a file with sources', "<file-sharing xmlns='urn:xmpp:sfs:0'/>"],
    ['a subject', '<subject>News</subject>'],
  ])('%s alone is refused; with a body, the body is sent', (_, content) => {
    expect(read(content)).toEqual(refused('feature-not-implemented'));
    expect(textOf(`${content}<body>words</body>`)).toBe('words');
  });

  test('every refusal is short enough to be shown', () => {
    const refusals = [
      ...["<propose xmlns='urn:xmpp:jingle-message:0'/>", "<x xmlns='jabber:x:conference'/>"],
      ...[
        "<reactions xmlns='urn:xmpp:reactions:0'/>",
        "<replace xmlns='urn:xmpp:message-correct:0'/>",
      ],
      ...["<retract xmlns='urn:xmpp:message-retract:1'/>", "<x xmlns='jabber:x:oob'/>"],
      ...['<subject/>', "<body>x</body><fallback xmlns='urn:xmpp:fallback:0'/>"],
      "<openpgp xmlns='urn:xmpp:openpgp:0'/>",
    ].map((content) => read(content));
    for (const reading of refusals) {
      expect(reading.is === 'refused' && reading.refusal.text.length).toBeLessThanOrEqual(120);
    }
  });
});

describe('what nobody waits for', () => {
  test.each([
    "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
    "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>",
    "<no-store xmlns='urn:xmpp:hints'/>",
    "<result xmlns='urn:xmpp:mam:2'><forwarded xmlns='urn:xmpp:forward:0'/></result>",
    "<event xmlns='http://jabber.org/protocol/pubsub#event'/>",
    "<x xmlns='http://jabber.org/protocol/muc#user'/>",
    "<finish xmlns='urn:xmpp:jingle-message:0' id='x'/>",
    "<received xmlns='urn:xmpp:receipts'/>",
    `<received xmlns='urn:xmpp:receipts' id='${'x'.repeat(513)}'/>`,
    '',
  ])('%s', (content) => {
    expect(read(content)).toEqual(nothing);
  });
});

describe('a receipt', () => {
  test('names the message it is for', () => {
    expect(
      read("<received xmlns='urn:xmpp:receipts' id='ours'/><store xmlns='urn:xmpp:hints'/>"),
    ).toEqual({
      is: 'for the listener',
      message: { content: 'receipt', from, to, id: 'm1', of: 'ours' },
    });
  });
});

describe('an error', () => {
  test('is for the listener, whatever else is in it', () => {
    expect(
      read(
        "<body>ours</body><replace xmlns='urn:xmpp:message-correct:0'/><error type='wait'><gone xmlns='urn:x'/><recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Away</text></error>",
        "type='error' id='ours'",
      ),
    ).toEqual({
      is: 'for the listener',
      message: {
        content: 'error',
        ...{ from, to, id: 'ours' },
        ...{ condition: 'recipient-unavailable', type: 'wait', text: 'Away' },
      },
    });
  });

  test.each([
    ['nothing', ''],
    ['no condition', '<error/>'],
    ['a type that does not exist', "<error type='fun'/>"],
    [
      'a condition that we never send',
      "<error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
    ],
  ])('with %s is undefined-condition', (_, content) => {
    expect(read(content, "type='error'")).toMatchObject({
      message: { condition: 'undefined-condition', type: 'cancel', text: undefined },
    });
  });

  test('keeps so much of its text', () => {
    const text = `<error type='cancel'><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${'🙂'.repeat(9_999)}</text></error>`;
    const reading = read(text, "type='error'");
    expect(reading).toMatchObject({ message: { text: `${'🙂'.repeat(499)}…` } });
  });
});
