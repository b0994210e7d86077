/**
 * Channels and nicks as users write them, `#channel%libera` and `nick%libera`, and what is kept of
 * them. Behind the last `%` stands the server's name in the settings; its host is understood, too.
 */

import type { Addressing, OwnAddress, PeerId } from 'postern/adapter';
import { type RefusedError, refused } from 'postern/adapter';
import type { IrcAccount, IrcConfig } from './config.ts';
import { fold } from './text/case.ts';
import { isChannel, isPerson } from './wire/line.ts';

/** RFC 2812 §1.3; a server that has fewer says so when one joins. */
const CHANNEL_TYPES = '#&+!';
const MAX_CHANNEL_BYTES = 200;
const MAX_NICK_BYTES = 128;

/** A peer, taken apart. */
export interface Place {
  /** Of a channel or of a person. */
  readonly name: string;
  /** As in the settings. */
  readonly server: string;
}

export function addressing(config: IrcConfig): Addressing<IrcAccount> {
  return {
    parsePeer: (text) => parsePeer(text, config),
    formatPeer: (peer) => peer,
    describePeer: (peer) => {
      const { name, server } = placeOf(peer);
      return `${name} on ${server}`;
    },
    ownAddresses: ({ name }) => [name as OwnAddress],
    registration: (taken, user) => {
      if (taken(user as OwnAddress)) {
        throw refused('conflict', 'cancel', 'Your address is in use here. Ask the administrator.');
      }
      return { name: user, sasl: {} };
    },
    isRoom: (peer) => isRoomName(placeOf(peer).name),
    personIn: (room, nick) => peerOf(nick, placeOf(room).server),
  };
}

/**
 * Names differ by more than the case of ASCII letters, or not, as the server says when one is
 * connected. Here only what every server takes for the same is the same.
 */
export function peerOf(name: string, server: string): PeerId {
  return `${fold(name, 'ascii')}%${server}` as PeerId;
}

export function placeOf(peer: PeerId): Place {
  const at = peer.lastIndexOf('%');
  return { name: peer.slice(0, at), server: peer.slice(at + 1) };
}

function isRoomName(name: string): boolean {
  return isChannel(name, CHANNEL_TYPES);
}

function parsePeer(text: string, config: IrcConfig): PeerId {
  const written = text.trim();
  const at = written.lastIndexOf('%');
  const name = written.slice(0, Math.max(at, 0));
  const server = serverNamed(written.slice(at + 1).toLowerCase(), config);
  const isRoom = isRoomName(name);
  const most = isRoom ? MAX_CHANNEL_BYTES : MAX_NICK_BYTES;
  if (/[\p{Cs}\p{Cf}\p{Z}]/u.test(name) || Buffer.byteLength(name) > most)
    throw malformed(text, config);
  if (!isRoom && !isPerson(name)) throw malformed(text, config);
  if (server === undefined) {
    const known = Object.keys(config.servers).join(', ').slice(0, 60);
    throw refused('item-not-found', 'cancel', `There is no such server here. There are: ${known}`);
  }
  return peerOf(name, server);
}

function serverNamed(word: string, { servers }: IrcConfig): string | undefined {
  if (Object.hasOwn(servers, word)) return word;
  return Object.keys(servers).find((name) => servers[name]?.host.toLowerCase() === word);
}

function malformed(text: string, { servers }: IrcConfig): RefusedError {
  const shown = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 24);
  const [server = ''] = Object.keys(servers);
  const example = `#channel%${server} or nick%${server}`;
  return refused('jid-malformed', 'modify', `"${shown}" is no address. Write ${example}`);
}
