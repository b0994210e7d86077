/** A client in a room (XEP-0045), and what it sees there in words: see `inWords`. */

import { type Element, textOf } from '../../src/xmpp/xml/element.ts';
import type { XmppClient } from './clients/client.ts';
import { escapeXml } from './clients/xml.ts';
import { inWords } from './room-words.ts';

export interface InRoom {
  /** All that the join showed, in order; its end is the subject, or an error. */
  readonly shown: readonly string[];
  /** Says it to all. */
  say(text: string, id: string): void;
  setSubject(text: string): void;
  leave(): void;
  /** The first stanza of the room that reads so, of those that came or will come. */
  sees(words: string | RegExp): Promise<Element>;
  /** What came of the room and was not waited for. */
  readonly rest: readonly string[];
  /** XEP-0410: what the room answers to a ping of one's own occupant. */
  selfPing(nick: string): Promise<string>;
  /** XEP-0313: what was said after the message with this stanza-id, oldest first: `nick: words`. */
  archiveAfter(stanzaId: string): Promise<readonly string[]>;
}

/** @param history how many messages of those that were said before */
export async function joinRoom(
  client: XmppClient,
  room: string,
  nick: string,
  history = 0,
  password?: string,
): Promise<InRoom> {
  const to = escapeXml(room);
  const me = escapeXml(`${room}/${nick}`);
  const ofRoom = ({ attrs: { from = '' } }: Element): boolean =>
    from === room || from.startsWith(`${room}/`);
  const secret = password === undefined ? '' : `<password>${escapeXml(password)}</password>`;
  client.raw(
    `<presence to='${me}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='${history}'/>${secret}</x></presence>`,
  );
  const shown: string[] = [];
  while (!/^(?:topic|!)/.test(shown.at(-1) ?? '')) {
    shown.push(inWords(await client.waitFor(ofRoom)));
  }
  return {
    shown,
    say: (text, id) =>
      client.raw(
        `<message type='groupchat' to='${to}' id='${id}'><body>${escapeXml(text)}</body></message>`,
      ),
    setSubject: (text) =>
      client.raw(
        `<message type='groupchat' to='${to}'><subject>${escapeXml(text)}</subject></message>`,
      ),
    leave: () => client.raw(`<presence type='unavailable' to='${me}'/>`),
    sees: (words) =>
      client.waitFor((stanza) => {
        if (!ofRoom(stanza)) return false;
        const seen = inWords(stanza);
        return typeof words === 'string' ? seen === words : words.test(seen);
      }),
    get rest() {
      return client.rest.filter(ofRoom).map(inWords);
    },
    async selfPing(own) {
      const answer = await client.iq(
        'get',
        escapeXml(`${room}/${own}`),
        "<ping xmlns='urn:xmpp:ping'/>",
      );
      return inWords(answer);
    },
    async archiveAfter(stanzaId) {
      const results: string[] = [];
      const page = "<set xmlns='http://jabber.org/protocol/rsm'><max>100</max>";
      const end = await client.iq(
        'set',
        to,
        `<query xmlns='urn:xmpp:mam:2'>${page}<after>${stanzaId}</after></set></query>`,
      );
      // They came before the answer.
      while (client.rest.some((each) => ofRoom(each) && find(each, 'forwarded') !== undefined)) {
        const result = await client.waitFor(
          (each) => ofRoom(each) && find(each, 'forwarded') !== undefined,
        );
        results.push(said(find(result, 'message', true)));
      }
      if (find(end, 'fin')?.attrs.complete !== 'true') throw new Error('There is another page.');
      return results;
    },
  };
}

/** The id by which the archive of the room has it (XEP-0359). */
export function stanzaIdOf(message: Element): string {
  return find(message, 'stanza-id')?.attrs.id ?? '';
}

/** An element somewhere in another one. @param inside not this one itself */
function find(of: Element, name: string, inside = false): Element | undefined {
  if (of.name === name && !inside) return of;
  for (const each of of.children) {
    const found = typeof each === 'string' ? undefined : find(each, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function said(message: Element | undefined): string {
  const body = message && find(message, 'body');
  return `${message?.attrs.from?.replace(/^[^/]*\//, '')}: ${body === undefined ? '' : textOf(body)}`;
}
