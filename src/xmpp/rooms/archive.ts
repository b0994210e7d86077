/** The archive of a room, as a client reads it: XEP-0313. */

import type { PeerId, Refusal } from '../../contract/index.ts';
import type { Entry, PageQuery } from '../../history/archive.ts';
import type { IqAnswer } from '../iq.ts';
import { type BareJid, bareJid, formatJid } from '../jid.ts';
import type { Addresses } from '../stanza/addresses.ts';
import {
  NOT_IN_ARCHIVE,
  readArchiveQuery,
  writeArchiveEnd,
  writeArchiveForm,
  writeArchiveMetadata,
  writeArchiveResult,
} from '../stanza/archive-query.ts';
import { type Element, element, NS_COMPONENT } from '../xml/element.ts';
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
 * @returns the results, to be sent before the answer
 */
export function answerArchive(
  archive: RoomArchive,
  iq: Element,
  request: Element,
  asked: Asked,
): { readonly before: readonly Element[]; readonly answer: IqAnswer } {
  const user = bareJid(asked.from);
  const isGet = iq.attrs.type === 'get';
  const only = (answer: IqAnswer) => ({ before: [], answer });
  if (request.name === 'metadata' && isGet) {
    return only({ result: writeArchiveMetadata(archive.ends(user, asked.room)) });
  }
  if (request.name !== 'query') return only({ refusal: UNKNOWN });
  return isGet ? only({ result: writeArchiveForm() }) : query(archive, request, user, asked);
}

function query(
  archive: RoomArchive,
  request: Element,
  user: BareJid,
  { from: reader, room, address }: Asked,
): ReturnType<typeof answerArchive> {
  const reading = readArchiveQuery(request);
  if (reading.is === 'refused') return { before: [], answer: reading };
  const { with: whom, queryId, flip, ...wanted } = reading.query;
  // The room has all that is said in it: who asks for the room asks for everything.
  const name = whom === undefined || formatJid(whom) === address ? undefined : whom.resource;
  const isElsewhere = whom !== undefined && bareJid(whom) !== address;
  const page = isElsewhere
    ? { entries: [], complete: true, count: 0 }
    : archive.page(user, room, narrowed(wanted, name));
  if (page === undefined) return { before: [], answer: { refusal: NOT_IN_ARCHIVE } };
  const to = formatJid(reader);
  const results = page.entries.map((entry) => resultOf(entry, queryId, address, to));
  return {
    before: flip ? results.reverse() : results,
    answer: { result: writeArchiveEnd(page) },
  };
}

function narrowed(wanted: Omit<PageQuery, 'from'>, name: string | undefined): PageQuery {
  return name === undefined ? wanted : { ...wanted, from: name };
}

function resultOf(entry: Entry, queryId: string | undefined, room: string, to: string): Element {
  return element('message', NS_COMPONENT, { from: room, to }, [
    writeArchiveResult(queryId, entry, kept(room, entry)),
  ]);
}
