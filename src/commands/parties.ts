import { type MessageId, refused, type TransportId } from '../contract/index.ts';
import type { StoryFilter } from '../history/history.ts';
import { type Direction, readChannel } from '../lanes/lane.ts';
import type { Standing } from '../lanes/queue.ts';
import { readInbound, readOutbound } from '../lanes/stored.ts';
import { visibleName } from '../text-direction.ts';
import { bareJid, JidError, parseBareJid, parseJid, unescapeLocal } from '../xmpp/jid.ts';
import { isGateway } from '../xmpp/port.ts';
import type { Asker, DeskTransport, StoryDesk } from './desk.ts';
import { onLine } from './wording.ts';

/** Who is on both sides of a message. */
export interface Parties {
  readonly transport: TransportId;
  readonly direction: Direction;
  /** The user's bare JID; undefined for what is not understood yet. */
  readonly account?: string;
  /** Who is on the network, as a person would write him. */
  readonly contact?: string;
}

/** Undefined where nobody knows it any more. */
export async function partiesOf(
  desk: StoryDesk,
  id: MessageId,
  standing?: Pick<Standing, 'lane'>,
): Promise<Parties | undefined> {
  const told = desk.stories.conversationOf(id);
  if (told !== undefined) {
    const { transport, direction, account, peer } = told;
    return { transport, direction, account, contact: describe(desk, transport, peer) };
  }
  if (standing === undefined || desk.lanes === undefined) return undefined;
  const { transport, direction } = readChannel(standing.lane.channel);
  if (direction === 'kept' || direction === 'kept-large') return { transport, direction };
  const entry = await desk.lanes.read(id);
  if (entry === undefined) return undefined;
  try {
    if (direction === 'outbound') {
      const { account, peer } = readOutbound(entry.event);
      return { transport, direction, account, contact: describe(desk, transport, peer) };
    }
    const { to, from } = readInbound(entry.event);
    const contact = isGateway(from) ? 'the gateway' : onLine(unescapeLocal(from ?? ''));
    return { transport, direction, account: bareJid(parseJid(to)), contact };
  } catch {
    // What can not be read belongs to nobody that could be named.
    return { transport, direction };
  }
}

/** `juliet@example.org → +1 202 555 0123` */
export function inWords({ direction, account, contact }: Parties): string {
  if (direction === 'kept' || direction === 'kept-large') return 'not opened yet';
  const [user, other] = [onLine(account || 'nobody'), contact ?? 'somebody'];
  return direction === 'outbound' ? `${user} → ${other}` : `${other} → ${user}`;
}

export function describe(desk: StoryDesk, id: TransportId, peer: string): string {
  const transport = desk.transports.find((each) => each.id === id);
  try {
    const words = transport?.addressing.describePeer(peer as Parameters<Describe>[0]) ?? peer;
    return onLine(visibleName(words));
  } catch {
    return onLine(visibleName(peer));
  }
}

type Describe = DeskTransport['addressing']['describePeer'];

/** Whether a message is open to whoever asks. */
export async function isOpenTo(
  desk: StoryDesk,
  asker: Asker,
  id: MessageId,
  standing?: Standing,
): Promise<boolean> {
  if (asker.is === 'operator') return true;
  const parties = await partiesOf(desk, id, standing);
  return parties?.transport === asker.transport && parties.account === asker.jid;
}

/** Whom words name: a transport, a user, a contact. */
export type Named = { -readonly [Key in 'transport' | 'account' | 'peer']?: StoryFilter[Key] };

/**
 * Reads words that name whose messages are meant. A user's own are meant when he asks.
 * @throws RefusedError with what can not be understood
 */
export function readNames(desk: StoryDesk, asker: Asker, words: readonly string[]): Named {
  const named: Named =
    asker.is === 'user' ? { transport: asker.transport, account: asker.jid } : {};
  for (const word of words) Object.assign(named, readName(desk, asker, named, word));
  return named;
}

function readName(desk: StoryDesk, asker: Asker, named: Named, word: string): Named {
  const transport = desk.transports.find(({ id }) => id === word);
  if (transport !== undefined && asker.is === 'operator') return { transport: transport.id };
  const at = word.lastIndexOf('@');
  const theirs = desk.transports.find(({ domain }) => domain === word.slice(at + 1).toLowerCase());
  if (at > 0 && theirs !== undefined) {
    const peer = inParsing(word, () =>
      theirs.addressing.parsePeer(unescapeLocal(word.slice(0, at)), settingsOf(asker)),
    );
    return { transport: theirs.id, peer };
  }
  if (asker.is === 'operator' && at > 0) {
    return { account: inParsing(word, () => parseBareJid(word)) };
  }
  const known =
    named.transport ?? (desk.transports.length === 1 ? desk.transports[0]?.id : undefined);
  const own = desk.transports.find(({ id }) => id === known);
  if (own === undefined) throw notUnderstood(word);
  return {
    transport: own.id,
    peer: inParsing(word, () => own.addressing.parsePeer(word, settingsOf(asker))),
  };
}

function settingsOf(asker: Asker): unknown {
  return asker.is === 'user' ? asker.settings : undefined;
}

function inParsing<T>(word: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof JidError)) throw error;
    throw refused('jid-malformed', 'modify', `${onLine(word)}: ${error.message}`);
  }
}

function notUnderstood(word: string): Error {
  const text = `I do not know ${onLine(word)}: neither a message, nor a transport, a user or a contact.`;
  return refused('item-not-found', 'modify', text);
}
