import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForbiddenCharacterError } from '../../../../src/xmpp/xml/characters.ts';
import { child, type Element, NS_COMPONENT, textOf } from '../../../../src/xmpp/xml/element.ts';
import { StreamReader } from '../../../../src/xmpp/xml/reader.ts';
import { XmlError } from '../../../../src/xmpp/xml/tag.ts';

const HEADER = `<?xml version='1.0'?><stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='gw.test'>`;

interface Seen {
  readonly events: string[];
  readonly elements: Element[];
  readonly skipped: (Element | undefined)[];
}

function recorder(): Seen & { readonly reader: StreamReader } {
  const seen: Seen = { events: [], elements: [], skipped: [] };
  const reader = new StreamReader({
    opened: (root) => seen.events.push(`opened ${root.name}`),
    element(element) {
      seen.events.push(`element ${element.name}`);
      seen.elements.push(element);
    },
    skipped(header, why) {
      seen.events.push(`skipped ${why}`);
      seen.skipped.push(header);
    },
    closed: () => seen.events.push('closed'),
  });
  return { ...seen, reader };
}

/** Reads a stream of those stanzas, in pieces of so many bytes. */
function read(xml: string | Buffer, piece = Number.POSITIVE_INFINITY): Seen {
  const seen = recorder();
  const bytes = Buffer.concat([Buffer.from(HEADER), Buffer.from(xml)]);
  for (let at = 0; at < bytes.length; at += piece) {
    seen.reader.write(bytes.subarray(at, Math.min(at + piece, bytes.length)));
  }
  return seen;
}

/** In bytes, when everything that can be forgotten is. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

const bodyOf = (stanza: Element | undefined): string | undefined => {
  const body = stanza && child(stanza, 'body', NS_COMPONENT);
  return body && textOf(body);
};

describe('what is read', () => {
  const STANZA = `<message from='juliet@example.org/a' to="+1@gw.test" id='&lt;1&gt;' xml:lang='en'>
<body>Grüße 🙂 &amp; &#x1F642;&#10;<![CDATA[<b>]]]]><![CDATA[>&amp;]]></body>\r\n<x:y xmlns:x='urn:x' x:z='gone' a="it's &gt;
'fine'"/><body xmlns='urn:evil'>forged</body></message >`;

  it.each([1, 2, 3, 7, 50, 10_000])('is the same in pieces of %i bytes', (piece) => {
    const { events, elements } = read(`${STANZA}\n <presence/>${STANZA}</stream:stream>`, piece);
    expect(events).toEqual([
      ...['opened stream', 'element message', 'element presence', 'element message', 'closed'],
    ]);
    expect(elements[2]).toEqual(elements[0]);
    expect(elements[0]).toEqual({
      name: 'message',
      ns: NS_COMPONENT,
      attrs: { from: 'juliet@example.org/a', to: '+1@gw.test', id: '<1>', 'xml:lang': 'en' },
      children: [
        '\n',
        { name: 'body', ns: NS_COMPONENT, attrs: {}, children: ['Grüße 🙂 & 🙂\n<b>]]>&amp;'] },
        '\n',
        { name: 'y', ns: 'urn:x', attrs: { a: "it's > 'fine'" }, children: [] },
        { name: 'body', ns: 'urn:evil', attrs: {}, children: ['forged'] },
      ],
    });
  });

  it('gives a stranger no prototype to write to', () => {
    const { elements } = read(`<message __proto__='1' constructor='2'><a/></message>`);
    expect(Object.getPrototypeOf(elements[0]?.attrs)).toBeNull();
    expect(Object.entries(elements[0]?.attrs ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
    const [a] = elements[0]?.children ?? [];
    expect(typeof a === 'object' && 'toString' in a.attrs).toBe(false);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('keeps a line end that was sent as a reference', () => {
    const { elements } = read(`<message id='a&#10;b\r\nc'><body>d&#13;e\rf</body></message>`, 1);
    expect(elements[0]?.attrs.id).toBe('a\nb c');
    expect(bodyOf(elements[0])).toBe('d\re\nf');
  });

  it('is nothing after the end of the stream, or after the reader is closed', () => {
    expect(read(`</stream:stream><message/></x>`).events).toEqual(['opened stream', 'closed']);
    const seen = recorder();
    const reader = new StreamReader({
      opened: () => {},
      element: ({ name }) => {
        seen.events.push(name);
        reader.close();
      },
      skipped: () => {},
      closed: () => {},
    });
    reader.write(Buffer.from(`${HEADER}<iq/><message/><presence/>`));
    expect(seen.events).toEqual(['iq']);
  });
});

describe('what ends the stream', () => {
  it.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "aaaa">]>', 'restricted-xml'],
    ['a comment', '<message><!-- c --></message>', 'restricted-xml'],
    ['an instruction', '<?pi ?>', 'restricted-xml'],
    ['a second declaration', "<?xml version='1.0'?>", 'restricted-xml'],
    ['an unknown entity', '<message>&lol;</message>', 'not-well-formed'],
    ['a reference to NUL', '<message>&#x0;</message>', 'not-well-formed'],
    ['a reference to a surrogate', '<message>&#xD800;</message>', 'not-well-formed'],
    ['an endless reference', `<message>&${'a'.repeat(20)}`, 'not-well-formed'],
    ['text between stanzas', '<iq/>x<iq/>', 'not-well-formed'],
    ['tags that cross', '<message><a><b></a></b></message>', 'not-well-formed'],
    ['an end without a beginning', '</message>', 'not-well-formed'],
    ['an attribute without quotes', '<message a=b/>', 'not-well-formed'],
    ['attributes that touch', `<message a='1'b='2'/>`, 'not-well-formed'],
    ['a tag in an attribute', `<message a='<b>'/>`, 'not-well-formed'],
    ['an impossible name', '<1/>', 'not-well-formed'],
    ['an empty name', '< a/>', 'not-well-formed'],
  ])('%s', (_, xml, condition) => {
    const parse = (piece: number) => () => read(xml, piece);
    for (const piece of [1, 10_000]) {
      expect(parse(piece)).toThrow(XmlError);
      expect(parse(piece)).toThrow(expect.objectContaining({ condition }));
    }
  });

  it.each([
    ['a character cut by a tag', [0xe1, 0x3c]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a byte of another encoding', [0xe9, 0x20]],
    ['a control character', [0x02]],
    ['NUL', [0x00]],
    ['U+FFFE', [0xef, 0xbf, 0xbe]],
  ])('%s, and nothing after it is read', (_, bytes) => {
    const evil = Buffer.concat([
      Buffer.from('<message><body>'),
      Buffer.from(bytes),
      Buffer.from('</body></message>'),
    ]);
    for (const piece of [1, 10_000]) {
      const seen = recorder();
      const write = () => {
        const all = Buffer.concat([Buffer.from(HEADER), evil]);
        for (let at = 0; at < all.length; at += piece) {
          seen.reader.write(all.subarray(at, Math.min(at + piece, all.length)));
        }
      };
      expect(write).toThrow(ForbiddenCharacterError);
      expect(seen.elements).toEqual([]);
    }
  });
});

describe('what is skipped to its end', () => {
  const around = (stanza: string) => `<iq id='1'/>${stanza}<iq id='2'/>`;
  const SKIPPED = ['opened stream', 'element iq'];

  it.each([
    ['a large body', 'too large', `<body>${'x'.repeat(600_000)}</body>`],
    ['many small elements', 'too large', '<a>1</a>'.repeat(70_000)],
    ['many references', 'too large', `<body>${'&amp;'.repeat(120_000)}</body>`],
    ['a large attribute', 'too large', `<a b='${'>'.repeat(600_000)}'/><c/>`],
    ['large CDATA', 'too large', `<body><![CDATA[${'</message>'.repeat(60_000)}]]></body>`],
    ['empty CDATA without end', 'too large', '<![CDATA[]]>'.repeat(60_000)],
    ['deep nesting', 'too deep', '<a>'.repeat(20_000) + '</a>'.repeat(20_000)],
    [
      'a crowd of attributes',
      'too many attributes',
      `<a ${Array.from({ length: 65 }, (_, i) => `a${i}=''`).join(' ')}/>`,
    ],
    ['a prefix of nothing', 'unreadable names', '<z:body>hi</z:body>'],
    ['an attribute with a prefix of nothing', 'unreadable names', `<a z:b=''/>`],
    ['an attribute twice', 'unreadable names', `<a b='' b=''/>`],
    [
      'a crowd of prefixes',
      'unreadable names',
      `<a ${Array.from({ length: 40 }, (_, i) => `xmlns:a${i}='u'`).join(' ')}/>`,
    ],
  ])('%s', (_, why, content) => {
    const xml = around(`<message from='a@b' to='c@d' id='9'>${content}</message>`);
    for (const piece of [50, 4096, 1_000_000]) {
      const { events, skipped } = read(xml, piece);
      expect(events).toEqual([...SKIPPED, `skipped ${why}`, 'element iq']);
      expect(skipped).toEqual([
        {
          name: 'message',
          ns: NS_COMPONENT,
          attrs: { from: 'a@b', to: 'c@d', id: '9' },
          children: [],
        },
      ]);
    }
  });

  it('a stanza whose own tag is too large, though nobody can be told', () => {
    const { events, skipped } = read(around(`<message id='${'x'.repeat(600_000)}'/>`), 4096);
    expect(events).toEqual([...SKIPPED, 'skipped too large', 'element iq']);
    expect(skipped).toEqual([undefined]);
  });

  it('but not a stanza of just the size, the depth and the attributes that are allowed', () => {
    const attributes = Array.from({ length: 64 }, (_, i) => `a${i}=''`).join(' ');
    const deep = '<a>'.repeat(63) + '</a>'.repeat(63);
    const { events, elements } = read(
      `<message><body>${'x'.repeat(520_000)}</body></message><message>${deep}</message><message ${attributes}/>`,
    );
    expect(events).toEqual(['opened stream', ...Array(3).fill('element message')]);
    expect(bodyOf(elements[0])).toHaveLength(520_000);
  });
});

describe('whatever comes', () => {
  const parts = [
    ...['<', '>', '/', '?', '!', '&', ';', '"', "'", '=', ' ', '\r', '\n', ']]>', '<![CDATA['],
    ...['a', ':', 'xmlns', '<message>', '</message>', '<a b="c">', '</a>', '&amp;', '🙂', '<iq/>'],
  ];
  const bytes = fc
    .array(fc.oneof(fc.constantFrom(...parts).map(Buffer.from), fc.uint8Array({ maxLength: 1 })))
    .map((pieces) => Buffer.concat(pieces));

  /** What is read until the end, or until it is refused, and how. */
  const outcome = (input: Buffer, piece: number): Seen & { readonly error: string } => {
    const seen = recorder();
    try {
      const all = Buffer.concat([Buffer.from(HEADER), input]);
      for (let at = 0; at < all.length; at += piece) {
        seen.reader.write(all.subarray(at, at + piece));
      }
    } catch (error) {
      if (error instanceof XmlError) return { ...seen, error: error.name };
      if (error instanceof ForbiddenCharacterError) return { ...seen, error: error.name };
      throw error;
    }
    return { ...seen, error: '' };
  };

  it('is read or refused', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        outcome(input, 10_000);
      }),
      { numRuns: 2000 },
    );
  });

  it('means the same in pieces of every size, as far as it is read', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 5 }), (input, piece) => {
        const whole = outcome(input, 10_000);
        const pieces = outcome(input, piece);
        // A wrong byte is found before the stanzas of its piece are told.
        expect(pieces.elements.slice(0, whole.elements.length)).toEqual(whole.elements);
        if (whole.error === '') expect(pieces).toMatchObject({ events: whole.events, error: '' });
        else expect(pieces.error).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});

it.each([1_000, 100_000])('keeps little for an id that came in pieces of %i bytes', (piece) => {
  const ids: (string | undefined)[] = [];
  const reader = new StreamReader({
    opened: () => {},
    element: ({ attrs }) => ids.push(attrs.id),
    skipped: () => {},
    closed: () => {},
  });
  reader.write(Buffer.from(HEADER));
  const before = heapUsed();
  for (let i = 0; i < 100; i++) {
    const tag = Buffer.from(`<iq id='an id that is kept ${i}' padding='${'x'.repeat(400_000)}'/>`);
    for (let at = 0; at < tag.length; at += piece) reader.write(tag.subarray(at, at + piece));
  }
  // 40 MB were read.
  expect(heapUsed() - before).toBeLessThan(10_000_000);
  expect(new Set(ids).size).toBe(100);
});

it.each([
  ['an attribute', (length: number) => `<message a='${'x'.repeat(length)}'/>`],
  ['a body', (length: number) => `<message><body>${'x'.repeat(length)}</body></message>`],
  ['a name', (length: number) => `<message><${'n'.repeat(length)}/></message>`],
  ['references', (length: number) => `<message>${'&lt;'.repeat(length / 4)}</message>`],
  ['a tag that never ends', (length: number) => `<message a='${'x'.repeat(2 * length)}`],
])('%s in pieces of one byte costs as much more as it is longer', (_, stanza) => {
  const cost = (length: number): number => {
    const before = process.cpuUsage();
    read(stanza(length), 1);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cost(50_000);
  // Ten times as long: linear is 10, quadratic is 100.
  expect(cost(500_000) / cost(50_000)).toBeLessThan(40);
});

it('costs the same for a byte however small the pieces are', () => {
  const stanza = `<message from='a@b' to='c@d'><body>${'x'.repeat(1 << 20)}</body></message>`;
  const before = process.cpuUsage();
  const { events } = read(stanza, 50);
  const { user, system } = process.cpuUsage(before);
  expect(events).toEqual(['opened stream', 'skipped too large']);
  expect((user + system) / 1000).toBeLessThan(200);
});
