/** The archive of a room, as a client reads it: XEP-0313. */

import { type PeerId, type Refusal, RefusedError } from '../../contract/index.ts';
import type { Entry, PageQuery } from '../../history/archive.ts';
import { type BareJid, bareJid, formatJid } from '../jid.ts';
import type { Addresses } from '../stanza/addresses.ts';
import {
  type ArchiveQuery,
  NOT_IN_ARCHIVE,
  readArchiveQuery,
  writeArchiveEnd,
  writeArchiveForm,
  writeArchiveMetadata,
  writeArchiveResult,
} from '../stanza/archive-query.ts';
import { type Element, element, NS_COMPONENT } from '../xml/element.ts';
import type { LaterAnswer, RoomAnswer } from './answer.ts';
import type { RoomArchive } from './port.ts';
import { kept } from './speech.ts';

const UNKNOWN: Refusal = {
  condition: 'bad-request',
  type: 'modify',
  text: 'An archive has queries, a form for them, and metadata.',
};

/** Who asks, and what it is about. */
interface Asked extends Addresses {
  readonly room: PeerId;
  /** Bare JID of the room. */
  readonly address: string;
}

/**
 * @param iq of type `get` or `set`
 * @param request its child, in the namespace of archives
 */
export function answerArchive(
  archive: RoomArchive,
  iq: Element,
  request: Element,
  { from, room, address }: Asked,
): RoomAnswer | LaterAnswer {
  const asked = { from, room, address };
  const user = bareJid(from);
  const isGet = iq.attrs.type === 'get';
  if (request.name === 'metadata' && isGet) {
    const metadata = () => ({ result: writeArchiveMetadata(archive.ends(user, room)) });
    return { later: () => unlessRefused(metadata) };
  }
  if (request.name !== 'query') return { refusal: UNKNOWN };
  if (isGet) return { result: writeArchiveForm() };
  const reading = readArchiveQuery(request);
  if (reading.is === 'refused') return reading;
  // A copy: a text that was cut from the stanza keeps a good part of it in memory.
  const query = structuredClone(reading.query);
  return { later: () => unlessRefused(() => pageOf(archive, query, user, asked)) };
}

function unlessRefused(answer: () => RoomAnswer): RoomAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof RefusedError) return { refusal: error.refusal };
    throw error;
  }
}

function pageOf(
  archive: RoomArchive,
  query: ArchiveQuery,
  user: BareJid,
  { from: reader, room, address }: Pick<Asked, 'from' | 'room' | 'address'>,
): RoomAnswer {
  const { with: whom, queryId, flip, ...wanted } = query;
  // The room has all that is said in it: who asks for the room asks for everything.
  const name = whom === undefined || formatJid(whom) === address ? undefined : whom.resource;
  const isElsewhere = whom !== undefined && bareJid(whom) !== address;
  const page = isElsewhere
    ? { entries: [], complete: true, count: 0 }
    : archive.page(user, room, narrowed(wanted, name));
  if (page === undefined) return { refusal: NOT_IN_ARCHIVE };
  const to = formatJid(reader);
  const results = page.entries.map((entry) => resultOf(entry, queryId, address, to));
  return { before: flip ? results.reverse() : results, result: writeArchiveEnd(page) };
}

function narrowed(wanted: Omit<PageQuery, 'from'>, name: string | undefined): PageQuery {
  return name === undefined ? wanted : { ...wanted, from: name };
}

function resultOf(entry: Entry, queryId: string | undefined, room: string, to: string): Element {
  return element('message', NS_COMPONENT, { from: room, to }, [
    writeArchiveResult(queryId, entry, kept(room, entry)),
  ]);
}
