/** A client of a few lines for much traffic: one socket, SASL PLAIN, no TLS. It answers nothing by itself. */

import { connect } from 'node:net';
import type { Element } from '../../../src/xmpp/xml/element.ts';
import { asking, type ClientOptions, type XmppClient } from './client.ts';
import { Inbox } from './inbox.ts';
import { ElementReader, escapeXml } from './xml.ts';

/** Hears what comes before the client keeps it, and that nothing more comes. */
interface Ear {
  /** @returns true to keep it from the client */
  hears(stanza: Element): boolean;
  gone(): void;
}

interface LightOptions extends ClientOptions {
  /** That it asks for, as a client does that comes back; the server's choice, if it is left out. */
  readonly resource?: string;
}

/** Resolves when it has a session and has sent its presence. From then on the ear hears. */
export async function startLightClient(options: LightOptions, ear?: Ear): Promise<XmppClient> {
  const { jid, password, host, port } = options;
  const [user = '', domain = ''] = jid.split('@');
  const socket = connect(port, host).setNoDelay().setEncoding('utf8');
  // Also where it ends with an error.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const stanzas = new Inbox<Element>();
  let reader: ElementReader;
  let isBound = false;
  const openStream = (): void => {
    reader = new ElementReader(1, (stanza) => {
      if (!isBound || ear?.hears(stanza) !== true) stanzas.add(stanza);
    });
    raw(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' to='${domain}' version='1.0' xmlns:stream='http://etherx.jabber.org/streams'>`,
    );
  };
  const raw = (xml: string): void => void socket.write(xml);
  const waitFor: XmppClient['waitFor'] = (wanted) => stanzas.take(wanted);
  const named = (...names: string[]) => waitFor(({ name }) => names.includes(name));

  socket.on('data', (text: string) => reader.write(text));
  socket.on('error', (error) => stanzas.end(error));
  socket.on('close', () => stanzas.end(new Error('The connection was closed.')));
  openStream();
  await named('features');
  const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
  raw(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`);
  const { name } = await named('success', 'failure');
  if (name === 'failure') throw new Error(`The server refused the password of ${jid}.`);
  openStream();
  await named('features');
  const ask = asking(raw, waitFor);
  const resource =
    options.resource === undefined ? '' : `<resource>${escapeXml(options.resource)}</resource>`;
  const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${resource}</bind>`;
  const bound = await ask.iq('set', domain, bind);
  isBound = true;
  if (socket.destroyed) ear?.gone();
  else socket.on('close', () => ear?.gone());
  raw('<presence/>');

  let sent = 0;
  return {
    jid: textIn(bound),
    send(to, body, { id = `light-${++sent}`, receipt = false } = {}) {
      const request = receipt ? "<request xmlns='urn:xmpp:receipts'/>" : '';
      raw(
        `<message type='chat' to='${escapeXml(to)}' id='${escapeXml(id)}'><body>${escapeXml(body)}</body>${request}</message>`,
      );
    },
    raw,
    waitFor,
    get rest() {
      return stanzas.rest;
    },
    ...ask,
    async stop() {
      socket.end('</stream:stream>');
      socket.destroy();
      await closed;
    },
  };
}

/** All text in it, however deep. */
function textIn(of: Element): string {
  return of.children.map((found) => (typeof found === 'string' ? found : textIn(found))).join('');
}
