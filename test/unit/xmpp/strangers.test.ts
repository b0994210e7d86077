import { expect, it } from 'vitest';
import { ForbiddenCharacterError } from '../../../src/xmpp/xml/characters.ts';
import { type Element, NS_COMPONENT } from '../../../src/xmpp/xml/element.ts';
import { StreamReader } from '../../../src/xmpp/xml/reader.ts';
import { serialise } from '../../../src/xmpp/xml/serialise.ts';
import { XmlError } from '../../../src/xmpp/xml/tag.ts';
import { portInMemory } from './port-in-memory.ts';

const HEADER = `<stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='http://etherx.jabber.org/streams'>`;
const INPUTS = 100_000;
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);

/** Pieces of which stanzas are made, and what a stranger might put in their place. */
const PIECES = [
  ...[
    "from='juliet@example.org/a'",
    "to='romeo@gw.example'",
    "to='gw.example'",
    "to='help@gw.example'",
  ],
  ...["id='1'", "type='get'", "type='set'", "type='error'", "type='chat'", "type='groupchat'"],
  ...["type='subscribe'", "type='probe'", "to='ROMEO@GW.EXAMPLE./x'", "to='a@@gw.example'"],
  ...["from='gw.example'", "from='@'", "to='\u202e@gw.example'", "id='\u{1f642}'", "xml:lang='de'"],
  ...["<query xmlns='http://jabber.org/protocol/disco#info' node='__proto__'/>"],
  ...["<query xmlns='jabber:iq:version'/>", "<ping xmlns='urn:xmpp:ping'/>"],
  ...["<vCard xmlns='vcard-temp'/>", "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>"],
  ...['<body>hello</body>', '<body>\u{1f642}</body>', '<body/>', "<body xmlns='urn:x'>no</body>"],
  ...["<received xmlns='urn:xmpp:receipts' id='1'/>", "<request xmlns='urn:xmpp:receipts'/>"],
  ...["<origin-id xmlns='urn:xmpp:sid:0' id='o'/>", '<thread>t</thread>', '<subject>s</subject>'],
  ...["<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/>"],
  ...["<fallback xmlns='urn:xmpp:fallback:0'><body start='0' end='3'/></fallback>"],
  ...["<fallback xmlns='urn:xmpp:fallback:0' for='x'><body start='-1' end='1e9'/></fallback>"],
  ...["<replace xmlns='urn:xmpp:message-correct:0' id='1'/>", "<x xmlns='jabber:x:oob'/>"],
  ...["<c xmlns='http://jabber.org/protocol/caps' node='n' ver='v' hash='sha-1'/>"],
  ...['<error/>', "<error type='wait'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"],
  ...['<z:a/>', "<a z:b=''/>", '<a>'.repeat(70) + '</a>'.repeat(70), '<![CDATA[<body>]]>', ']]>'],
  ...[
    '&amp;',
    '&lol;',
    '&#0;',
    '&#xfffe;',
    '\u0002',
    '\ufffe',
    '<!-- -->',
    '<?pi?>',
    '<',
    '>',
    "'",
  ],
];

/** mulberry32: the same numbers for the same seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A stanza of a few pieces, as a rule well-formed; sometimes a byte of it is another one. */
function stanzaFrom(next: (below: number) => number): Buffer {
  const name = ['message', 'iq', 'presence', 'message', 'iq', 'b:message'][next(6)] ?? '';
  const chosen = Array.from({ length: 2 + next(6) }, () => PIECES[next(PIECES.length)] ?? '');
  const isAttribute = (piece: string) => /^[\w:]+='/.test(piece);
  const attributes = new Map(
    chosen.filter(isAttribute).map((piece) => [piece.split('=')[0], piece]),
  );
  if (next(4) > 0) attributes.set('from', `from='u${next(1e6)}@example.org/a'`);
  if (next(4) > 0 && !attributes.has('to')) attributes.set('to', "to='romeo@gw.example'");
  const inside = chosen.filter(
    (piece) => !isAttribute(piece) && (piece[0] === '<' || next(9) === 0),
  );
  const bytes = Buffer.from(
    `<${[name, ...attributes.values()].join(' ')}>${inside.join('')}</${name}>`,
  );
  if (next(8) === 0) bytes[next(bytes.length)] = next(256);
  return bytes;
}

/** What is read of it, in pieces of so many bytes; nothing when it would end the stream. */
function read(bytes: Buffer, piece: number): readonly Element[] {
  const found: Element[] = [];
  const reader = new StreamReader({
    opened() {},
    element: (element) => found.push(element),
    skipped() {},
    closed() {},
  });
  try {
    reader.write(Buffer.from(HEADER));
    for (let at = 0; at < bytes.length; at += piece) reader.write(bytes.subarray(at, at + piece));
  } catch (error) {
    if (!(error instanceof XmlError) && !(error instanceof ForbiddenCharacterError)) throw error;
  }
  return found;
}

it(`whatever ${INPUTS} strangers write breaks nothing and gets only what can be written (seed ${SEED})`, () => {
  const next = numbersFrom(SEED);
  let answers = 0;
  const { stream, heard, logged } = portInMemory({}, {}, (stanza) => {
    // Throws where the server would close the stream.
    serialise(stanza, 'gw.example');
    answers++;
  });
  let stanzas = 0;
  for (let i = 0; i < INPUTS; i++) {
    for (const stanza of read(stanzaFrom(next), 1 + next(64))) {
      stanzas++;
      stream.stanza(stanza);
    }
    // Begins the next second, so that all get an answer.
    if (i % 1_000 === 0) stream.offline('', undefined);
  }
  expect(logged.filter((line) => !line.includes('ignored for its addresses'))).toEqual([]);
  // Nothing above would fail if nothing came through.
  expect(stanzas).toBeGreaterThan(INPUTS / 3);
  expect(heard.length).toBeGreaterThan(INPUTS / 100);
  expect(answers).toBeGreaterThan(INPUTS / 50);
});
