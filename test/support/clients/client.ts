/** What the clients of the tests have in common. */

import { child, type Element, NS_STANZA_ERROR, textOf } from '../../../src/xmpp/xml/element.ts';

const NS_CLIENT = 'jabber:client';

export interface ClientOptions {
  /** Bare JID. */
  readonly jid: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
}

export interface XmppClient {
  /** Full JID, as the server bound it. */
  readonly jid: string;
  /** A chat message; the client makes an id where none is given. */
  send(
    to: string,
    body: string,
    options?: { readonly id?: string; readonly receipt?: boolean },
  ): void;
  /** Any stanza, as text. */
  raw(xml: string): void;
  /** The first stanza that fits, of those that came or will come. It is taken out. */
  waitFor(wanted: (stanza: Element) => boolean): Promise<Element>;
  /** What came and was not taken. */
  readonly rest: readonly Element[];
  /** Sends a request. @returns the answer, result or error */
  iq(type: 'get' | 'set', to: string, payload: string): Promise<Element>;
  subscribe(to: string): void;
  /** Ends it, and its process if it is one. */
  stop(): Promise<void>;
}

/** What is the same in every client: requests and their answers. */
export function asking(
  raw: (xml: string) => void,
  waitFor: XmppClient['waitFor'],
): Pick<XmppClient, 'iq' | 'subscribe'> {
  let asked = 0;
  return {
    iq(type, to, payload) {
      const id = `asked-${++asked}`;
      raw(`<iq type='${type}' id='${id}' to='${to}'>${payload}</iq>`);
      return waitFor(({ name, attrs }) => name === 'iq' && attrs.id === id);
    },
    subscribe: (to) => raw(`<presence type='subscribe' to='${to}'/>`),
  };
}

/** The body of a message; undefined for every other stanza. */
export function bodyOf(stanza: Element): string | undefined {
  const body = child(stanza, 'body', NS_CLIENT);
  return body === undefined ? undefined : textOf(body);
}

/** What an error stanza says. @throws Error for a stanza without one */
export function refusalIn(stanza: Element) {
  const error = child(stanza, 'error', NS_CLIENT);
  if (error === undefined) throw new Error('a stanza without an error');
  const condition = error.children.find(
    (each): each is Element =>
      typeof each !== 'string' && each.ns === NS_STANZA_ERROR && each.name !== 'text',
  );
  const text = child(error, 'text', NS_STANZA_ERROR);
  return {
    type: error.attrs.type,
    condition: condition?.name,
    text: text === undefined ? '' : textOf(text),
  };
}
