/** Stanzas as clients and attackers write them: of every kind that is handled, and of none. */

import type { Chance } from './fuzz.ts';

const MUC = 'http://jabber.org/protocol/muc';
const DISCO = 'http://jabber.org/protocol/disco';

const NAMESPACES = [
  ...['jabber:component:accept', 'jabber:client', 'urn:x', MUC, `${MUC}#user`, `${MUC}#admin`],
  ...[`${DISCO}#info`, `${DISCO}#items`, 'http://jabber.org/protocol/commands', 'jabber:x:data'],
  ...['jabber:iq:register', 'jabber:iq:version', 'vcard-temp', 'urn:xmpp:ping', 'urn:xmpp:mam:2'],
  ...['http://jabber.org/protocol/rsm', 'urn:xmpp:receipts', 'urn:xmpp:sid:0', 'jabber:x:oob'],
  ...['urn:xmpp:carbons:2', 'urn:xmpp:forward:0', 'urn:xmpp:delay', 'urn:xmpp:fallback:0', ''],
  ...['urn:ietf:params:xml:ns:xmpp-stanzas', 'http://jabber.org/protocol/pubsub', '__proto__'],
] as [string, ...string[]];

const NAMES = [
  ...['query', 'x', 'body', 'item', 'field', 'value', 'command', 'vCard', 'ping', 'error', 'set'],
  ...['received', 'request', 'origin-id', 'forwarded', 'message', 'fallback', 'text', 'subject'],
  ...['__proto__', 'constructor', 'é', 'z:a', 'xml:a', 'gone', 'history', 'invite', 'reason'],
] as [string, ...string[]];

/** What the gateway knows, as honest clients write it. */
const CONTENTS = [
  ...['<body>hello</body>', '<body>/me waves</body>', '<body/>', '<body>\u{1f642}</body>'],
  ...["<body xmlns='urn:x'>no</body>", "<body xml:lang='de'>hallo</body>", '<subject>S</subject>'],
  ...['<thread>t</thread>', '<show>away</show>', '<status>gone</status>', '<priority>1</priority>'],
  ...["<received xmlns='urn:xmpp:receipts' id='1'/>", "<request xmlns='urn:xmpp:receipts'/>"],
  ...["<origin-id xmlns='urn:xmpp:sid:0' id='o'/>", "<encryption xmlns='urn:xmpp:eme:0'/>"],
  ...["<fallback xmlns='urn:xmpp:fallback:0'><body start='0' end='3'/></fallback>"],
  ...["<fallback xmlns='urn:xmpp:fallback:0' for='x'><body start='-1' end='1e9'/></fallback>"],
  ...["<replace xmlns='urn:xmpp:message-correct:0' id='1'/>", "<x xmlns='jabber:x:oob'/>"],
  ...["<apply-to xmlns='urn:xmpp:fasten:0' id='1'><a/></apply-to>", "<c xmlns='urn:x' ver='v'/>"],
  ...[
    "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message from='a@b'/></forwarded></received>",
  ],
  ...["<delay xmlns='urn:xmpp:delay' stamp='1970-01-01T00:00:00Z' from='gw.example'/>"],
  ...["<error type='wait'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", '<error/>'],
  ...[
    `<x xmlns='${MUC}'/>`,
    `<x xmlns='${MUC}'><history since='x' seconds='-1' maxchars='9'/></x>`,
  ],
  ...[
    `<x xmlns='${MUC}'><password>p</password></x>`,
    `<x xmlns='${MUC}#user'><invite to='a@b'/></x>`,
  ],
  ...[`<x xmlns='${MUC}#user'><invite to='@'><reason>r</reason></invite></x>`],
] as [string, ...string[]];

const QUERIES = [
  ...["<ping xmlns='urn:xmpp:ping'/>", "<query xmlns='jabber:iq:version'/>", ''],
  ...["<query xmlns='jabber:iq:register'/>", "<query xmlns='jabber:iq:register'><remove/></query>"],
  ...["<query xmlns='jabber:iq:register'><username>u</username><password>p</password></query>"],
  ...["<command xmlns='http://jabber.org/protocol/commands' node='register' action='execute'/>"],
  ...[`<query xmlns='${DISCO}#info'/>`, `<query xmlns='${DISCO}#info' node='__proto__'/>`],
  ...[`<query xmlns='${DISCO}#info' node='x-roomuser-item'/>`, `<query xmlns='${DISCO}#items'/>`],
  ...["<vCard xmlns='vcard-temp'/>", "<pubsub xmlns='http://jabber.org/protocol/pubsub'/>"],
  ...["<query xmlns='urn:xmpp:mam:2'/>", "<query xmlns='urn:xmpp:mam:2' queryid='q'/>"],
  ...["<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'/></query>"],
  ...[
    "<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field var='__proto__'><value>1</value></field></x></query>",
  ],
  ...[
    "<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field var='with'><value>#room@gw.example/x</value></field><field var='start'><value>2026-13-40T99:00:00Z</value></field></x><set xmlns='http://jabber.org/protocol/rsm'><max>1e9</max><before/></set></query>",
  ],
  ...[
    "<query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>5</max><after>x</after><index>-1</index></set></query>",
  ],
  ...["<metadata xmlns='urn:xmpp:mam:2'/>", "<prefs xmlns='urn:xmpp:mam:2' default='always'/>"],
  ...[`<query xmlns='${MUC}#owner'/>`, `<query xmlns='${MUC}#admin'/>`],
  ...[
    `<query xmlns='${MUC}#admin'><item nick='alice' role='none'><reason>r</reason></item></query>`,
  ],
  ...[`<query xmlns='${MUC}#admin'><item affiliation='outcast'/></query>`],
  ...[`<query xmlns='${MUC}#admin'><item affiliation='owner' jid=''/></query>`],
  ...[`<query xmlns='${MUC}#admin'><item role='moderator'/></query>`],
] as [string, ...string[]];

const TYPES = {
  message: ['', 'chat', 'chat', 'groupchat', 'groupchat', 'normal', 'headline', 'error', 'x'],
  presence: ['', '', '', 'unavailable', 'subscribe', 'subscribed', 'probe', 'error', 'x'],
  iq: ['get', 'get', 'get', 'set', 'set', 'result', 'error', '', 'x'],
} as const;

const TO = [
  ...['romeo@gw.example', 'romeo@gw.example/x', 'gw.example', 'help@gw.example', 'no@gw.example'],
  ...['#room@gw.example', '#room@gw.example', '#room@gw.example/alice', '#wrong@gw.example/me'],
  ...['#other@gw.example', '#room%too@gw.example/me', 'GW.EXAMPLE./x', 'a@@gw.example', '@', ''],
  ...['other.example', 'a@other.example/x', '\u202e@gw.example', '#room@gw.example/&#10;'],
] as [string, ...string[]];

const ILLEGAL = [
  ...['&lol;', '&#0;', '&#xfffe;', '\u0002', '\ufffe', '<!-- -->', '<?pi?>', '<', "<a b='<'/>"],
  ...["<!DOCTYPE x [<!ENTITY a 'aaaa'>]>", '</a>', '<a b=c/>', '<a a="1" a="2"/>', '<1/>', '&'],
] as [string, ...string[]];

const BOUNDS = [
  ...['<a>'.repeat(70) + '</a>'.repeat(70), `<a ${'b="" '.repeat(5)}/>`, '<z:a/>', "<a z:b=''/>"],
  ...[`<a ${Array.from({ length: 70 }, (_, at) => `b${at}=''`).join(' ')}/>`, '<a x="1" x="2"/>'],
  ...[`<a ${Array.from({ length: 40 }, (_, at) => `xmlns:p${at}='u'`).join(' ')}/>`],
] as [string, ...string[]];

export interface Written {
  readonly bytes: Buffer;
  /** It may end the stream, or leave it in the middle of something. */
  readonly damaged: boolean;
}

/** One stanza. Its id is its number, as a rule. */
export function writeStanza(chance: Chance, from: string, index: number): Written {
  const name = chance.of<keyof typeof TYPES>(['message', 'presence', 'iq', 'iq']);
  const type = TYPES[name][chance.below(TYPES[name].length)] ?? '';
  const id = chance.once(12)
    ? chance.of(['', 'x'.repeat(600), '\u{1f642}&lt;', '__proto__'])
    : index;
  const to = name === 'presence' && chance.once(2) ? '#room@gw.example/me' : chance.of(TO);
  const attributes = [
    `to='${to}'`,
    `from='${chance.once(30) ? escaped(chance.text(3)) : from}'`,
    ...(id === '' ? [] : [`id='${id}'`]),
    ...(type === '' ? [] : [`type='${type}'`]),
    ...(chance.once(20) ? ["xml:lang='de'", "__proto__='1'", "constructor='x'"] : []),
  ];
  const inside = [
    ...(name === 'iq' ? [chance.of(QUERIES)] : chance.some(3, () => chance.of(CONTENTS))),
    ...(name === 'presence' && chance.once(2) ? [`<x xmlns='${MUC}'/>`] : []),
    ...(chance.once(6) ? [anyElement(chance, 3)] : []),
    ...(chance.once(40) ? [chance.of(BOUNDS)] : []),
  ];
  const illegal = chance.once(60);
  if (illegal) inside.push(chance.of(ILLEGAL));
  const tag = chance.once(80) ? chance.of(['b:message', 'query', 'handshake', 'x']) : name;
  const bytes = Buffer.from(`<${tag} ${attributes.join(' ')}>${inside.join('')}</${tag}>`);
  if (!chance.once(25)) return { bytes, damaged: illegal };
  return { bytes: chance.damage(bytes), damaged: true };
}

/** Well-formed, but for its prefixes; a meaning it has by accident. */
function anyElement(chance: Chance, depth: number): string {
  const name = chance.of(NAMES);
  const attributes = chance.some(3, () => ` ${chance.of(KEYS)}='${escaped(chance.text(3))}'`);
  const content = chance.some(3, () =>
    depth > 0 && chance.once(2) ? anyElement(chance, depth - 1) : escaped(chance.text(4)),
  );
  const own = [...new Map(attributes.map((each) => [each.split('=')[0], each])).values()];
  return `<${name} xmlns='${chance.of(NAMESPACES)}'${own.join('')}>${content.join('')}</${name}>`;
}

const KEYS = [
  ...['id', 'var', 'type', 'node', 'jid', 'nick', 'role', 'affiliation', 'to', 'from', 'start'],
  ...['__proto__', 'xml:lang', 'stamp', 'namespace', 'code'],
] as [string, ...string[]];

/** As a client writes it: what no XML can have is left out. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to leave out
  const possible = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/gu, '');
  return possible.replace(/[&<>'"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
