import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PersonId } from '../../../../src/contract/index.ts';
import { serialise } from '../../../../src/xmpp/xml/serialise.ts';
import { occupant, PlayedRooms } from '../../../support/played-rooms.ts';
import { portInMemory } from '../port-in-memory.ts';

const USER = 'http://jabber.org/protocol/muc#user';
const ADMIN = 'http://jabber.org/protocol/muc#admin';

const names = fc.constantFrom('message', 'iq', 'presence', 'message', 'iq', 'presence');
const types = fc.constantFrom(
  ...[
    '',
    'get',
    'set',
    'result',
    'error',
    'groupchat',
    'chat',
    'unavailable',
    'subscribe',
    'probe',
  ],
);
const targets = fc.constantFrom(
  ...['#room@gw.example', '#room@gw.example/juliet', '#room@gw.example/alice', '#wrong@gw.example'],
  ...['#room@gw.example/nobody', '#room%too@gw.example/juliet', 'gw.example', 'romeo@gw.example'],
);
const contents = fc.constantFrom(
  ...["<x xmlns='http://jabber.org/protocol/muc'/>", '<body>Hi</body>', '<subject>S</subject>', ''],
  ...[
    "<x xmlns='http://jabber.org/protocol/muc'><history since='x' seconds='-1' maxchars='9'/></x>",
  ],
  ...[`<x xmlns='${USER}'><invite to='@'/></x>`, `<x xmlns='${USER}'><invite to='a@b'/></x>`],
  ...[`<query xmlns='${ADMIN}'><item nick='alice' role='none'/></query>`],
  ...[
    `<query xmlns='${ADMIN}'><item affiliation='owner' jid=''/></query>`,
    `<query xmlns='${ADMIN}'/>`,
  ],
  ...["<query xmlns='http://jabber.org/protocol/muc#owner'/>", "<ping xmlns='urn:xmpp:ping'/>"],
  ...[
    "<query xmlns='http://jabber.org/protocol/disco#info' node='__proto__'/>",
    '<show>away</show>',
  ],
  ...["<query xmlns='http://jabber.org/protocol/disco#info'/>", '<status>constructor</status>'],
  ...["<query xmlns='http://jabber.org/protocol/disco#items'/>", "<query xmlns='urn:xmpp:mam:2'/>"],
  ...["<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"],
  ...["<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'/></query>"],
);
const stanzas = fc.record({
  ...{ name: names, type: types, to: targets },
  inside: fc.array(contents, { maxLength: 2 }),
  from: fc.constantFrom('juliet@example.org/a', 'juliet@example.org/b', 'juliet@example.org'),
});
const words = fc.string({ unit: 'binary', maxLength: 6 });

test('whatever strangers write to a room and a network says in it can be written, and is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stanzas, { maxLength: 15 }), words, async (given, text) => {
      const host = new PlayedRooms();
      host.archive = {
        page: () => ({ entries: [], complete: true, count: 0 }),
        ends: () => undefined,
      };
      host.joining = (view, { nick }) => {
        view.tell({ is: 'joined', nick, occupants: [occupant('alice'), occupant(text)] });
        view.tell({ is: 'said', nick: text, person: text as PersonId, text });
        view.tell({ is: 'subject', subject: { text, by: text } });
        view.tell({ is: 'renamed', from: text, to: `${text}_` });
        view.tell({
          is: 'departed',
          nick: `${text}_`,
          how: { is: 'kicked', by: text, reason: text },
        });
      };
      // Throws where the server would close the stream.
      const { receive, written, logged } = portInMemory({ rooms: host }, {}, (stanza) =>
        serialise(stanza, 'gw.example'),
      );
      for (const [index, { name, type, to, from, inside }] of given.entries()) {
        const attrs = `from='${from}' to='${to}' id='s${index}' ${type === '' ? '' : `type='${type}'`}`;
        const sent = receive(`<${name} ${attrs}>${inside.join('')}</${name}>`);
        await new Promise(setImmediate);
        const answers = [...sent, ...written()].filter(({ attrs: { id } }) => id === `s${index}`);
        const asks = name === 'iq' && (type === 'get' || type === 'set');
        if (asks) expect(answers).toHaveLength(1);
        if (type === 'error' || (name === 'iq' && type === 'result')) expect(answers).toEqual([]);
      }
      expect(logged).toEqual([]);
    }),
    { numRuns: 1_500, seed: 20261124 },
  );
});
