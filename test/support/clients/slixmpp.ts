/** A real client, slixmpp, in a process of its own. It confirms receipts and checks capabilities. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Element } from '../../../src/xmpp/xml/element.ts';
import { asking, type ClientOptions, type XmppClient } from './client.ts';
import { Inbox } from './inbox.ts';
import { parse } from './xml.ts';

interface CapsCheck {
  readonly caps: string;
  readonly valid: boolean;
}

/** What slixmpp has understood of a room that it joined, or why it could not. */
interface Joined {
  /** Its own nick there, as the room gave it; null where it was refused. */
  readonly joined: string | null;
  readonly room: string;
  readonly refused?: string;
  readonly occupants?: readonly string[];
  readonly history?: readonly string[];
  readonly subject?: string;
}

interface InRoom {
  readonly occupants: readonly string[];
}

export interface SlixmppClient extends XmppClient {
  /** Joins a room as slixmpp does it. @param history how many messages of it */
  join(room: string, nick: string, history: number): Promise<Joined>;
  /** Who is in a room that it joined, as slixmpp has it now: the nicks in order. */
  occupants(room: string): Promise<readonly string[]>;
  /** What slixmpp found when it asked for what a presence claimed in short (XEP-0115). */
  capsCheck(): Promise<CapsCheck>;
}

type Line =
  | { readonly stanza: string }
  | { readonly online: string }
  | { readonly lost: string }
  | Joined
  | InRoom
  | CapsCheck;

/** Resolves when it has a session and has sent its presence. */
export async function startSlixmpp(options: ClientOptions): Promise<SlixmppClient> {
  const { jid, password, host, port } = options;
  const script = fileURLToPath(new URL('slixmpp-client.py', import.meta.url));
  // The system's own Python: that is the one which has the package.
  const child = spawn('/usr/bin/python3', [script, jid, host, String(port)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close');
  const stanzas = new Inbox<Element>();
  const checks = new Inbox<CapsCheck>();
  const online = new Inbox<string>();
  const joins = new Inbox<Joined>();
  const inRoom = new Inbox<InRoom>();
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4_000);
  });
  child.stdin.on('error', () => undefined);
  createInterface(child.stdout).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if ('stanza' in line) stanzas.add(parse(line.stanza));
    else if ('online' in line) online.add(line.online);
    else if ('caps' in line) checks.add(line);
    else if ('joined' in line) joins.add(line);
    else if ('occupants' in line) inRoom.add(line);
    else complaint += line.lost;
  });
  child.once('close', () => {
    const error = new Error(`slixmpp has ended: ${complaint}`);
    for (const inbox of [stanzas, checks, online, joins, inRoom]) inbox.end(error);
  });

  const write = (line: object | string): void => {
    child.stdin.write(`${JSON.stringify(line)}\n`);
  };
  const raw = (xml: string): void => write({ do: 'raw', xml });
  const waitFor: XmppClient['waitFor'] = (wanted) => stanzas.take(wanted);
  write(password);
  return {
    jid: await online.take(() => true),
    send: (to, body, more = {}) => write({ do: 'send', to, body, ...more }),
    raw,
    waitFor,
    get rest() {
      return stanzas.rest;
    },
    ...asking(raw, waitFor),
    capsCheck: () => checks.take(() => true),
    join(room, nick, history) {
      write({ do: 'join', room, nick, history });
      return joins.take((each) => each.room === room);
    },
    async occupants(room) {
      write({ do: 'occupants', room });
      return (await inRoom.take(() => true)).occupants;
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
