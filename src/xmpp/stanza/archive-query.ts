/** Questions to the archive of a room, and their answers: XEP-0313. */

import { type Refusal, RefusedError, refused } from '../../contract/index.ts';
import type { Ends, Entry, Page, PageQuery } from '../../history/archive.ts';
import { type Jid, JidError } from '../jid.ts';
import { child, type Element, element } from '../xml/element.ts';
import { readJid } from './addresses.ts';
import { type FormField, readSubmission, type Submission, writeForm } from './data-form.ts';
import { readDateTime } from './date-time.ts';
import { writeForwarded } from './forwarded.ts';
import { readId } from './id.ts';
import { readPageRequest, writeGivenPage } from './result-set.ts';

export const NS_ARCHIVE = 'urn:xmpp:mam:2';
/** What a room with an archive says of itself (§7). */
export const ARCHIVE_FEATURES: readonly string[] = [NS_ARCHIVE, `${NS_ARCHIVE}#extended`];

const USUAL_PAGE = 50;
/** A page leaves as so many stanzas at once. */
const MOST_IN_A_PAGE = 100;

/** What a client wants of an archive. Of the page all is here but whose messages they are. */
export interface ArchiveQuery extends Omit<PageQuery, 'from'> {
  /** By which the client knows the results; at most 512 bytes. */
  readonly queryId: string | undefined;
  /** The messages of this address alone: an occupant, as a rule. */
  readonly with: Jid | undefined;
  /** The page is to be sent from its end to its beginning (§4.3.4); it has the same messages. */
  readonly flip: boolean;
}

type ArchiveQueryReading =
  | { readonly is: 'query'; readonly query: ArchiveQuery }
  | { readonly is: 'refused'; readonly refusal: Refusal };

/** Where an id of the query is not in the archive (§4.1.3, §4.3.2). */
export const NOT_IN_ARCHIVE: Refusal = {
  condition: 'item-not-found',
  type: 'cancel',
  text: 'A message that this asks for is not in the archive, or not any more.',
};

/** @param query `<query/>` of a request of type `set` */
export function readArchiveQuery(query: Element): ArchiveQueryReading {
  try {
    return { is: 'query', query: read(query) };
  } catch (error) {
    if (error instanceof RefusedError) return { is: 'refused', refusal: error.refusal };
    throw error;
  }
}

function read(query: Element): ArchiveQuery {
  const form = readSubmission(query, NS_ARCHIVE);
  for (const name of form.keys()) {
    if (FIELDS.some((field) => field.name === name)) continue;
    throw refused('feature-not-implemented', 'modify', 'The archive knows no such field.');
  }
  const ids = form.get('ids');
  if (ids !== undefined && ids.length > MOST_IN_A_PAGE) {
    const text = `At most ${MOST_IN_A_PAGE} messages can be asked for by their ids.`;
    throw refused('not-acceptable', 'modify', text);
  }
  const { max, after, before } = readPageRequest(query, USUAL_PAGE, MOST_IN_A_PAGE);
  const [afterId] = form.get('after-id') ?? [];
  const [beforeId] = form.get('before-id') ?? [];
  for (const id of [after, before, afterId, beforeId, ...(ids ?? [])]) {
    // None of ours is so long; and a query may have to wait.
    if (id !== undefined && id !== '' && readId(id) === undefined) {
      throw new RefusedError(NOT_IN_ARCHIVE);
    }
  }
  return {
    queryId: readQueryId(query.attrs.queryid),
    with: readWith(form),
    start: readTime(form, 'start'),
    end: readTime(form, 'end'),
    ...{ afterId, beforeId, ids, max, after, before },
    flip: child(query, 'flip-page', NS_ARCHIVE) !== undefined,
  };
}

function readQueryId(text: string | undefined): string | undefined {
  const id = readId(text);
  if (id === undefined && text !== undefined && text !== '') {
    throw refused('bad-request', 'modify', 'The id of the query is too long.');
  }
  return id;
}

function readWith(form: Submission): Jid | undefined {
  const text = form.get('with')?.[0];
  if (text === undefined) return undefined;
  const jid = readJid(text);
  if (jid instanceof JidError) throw refused('jid-malformed', 'modify', jid.message);
  return jid;
}

function readTime(form: Submission, name: 'start' | 'end'): number | undefined {
  const text = form.get(name)?.[0];
  if (text === undefined) return undefined;
  const at = readDateTime(text);
  if (at !== undefined) return at;
  throw refused('bad-request', 'modify', `The field "${name}" has to be a date and a time.`);
}

/** XEP-0122 §3.2.2: these are not all that there is to choose from. */
const ANYTHING = element(
  'validate',
  'http://jabber.org/protocol/xdata-validate',
  { datatype: 'xs:string' },
  [element('open', 'http://jabber.org/protocol/xdata-validate')],
);

const FIELDS: readonly FormField[] = [
  { name: 'with', type: 'jid-single' },
  { name: 'start', type: 'text-single' },
  { name: 'end', type: 'text-single' },
  { name: 'before-id', type: 'text-single' },
  { name: 'after-id', type: 'text-single' },
  { name: 'ids', type: 'list-multi', children: [ANYTHING] },
];

/** The answer to `<query/>` of a request of type `get` (§4.1.5). */
export function writeArchiveForm(): Element {
  return element('query', NS_ARCHIVE, {}, [writeForm(NS_ARCHIVE, FIELDS)]);
}

/**
 * What a message has inside that carries one entry to who asked (§4.2).
 * @param said the entry as a message: from its occupant, to nobody (§6.1.2)
 */
export function writeArchiveResult(
  queryId: string | undefined,
  { id, at }: Pick<Entry, 'id' | 'at'>,
  said: Element,
): Element {
  return element('result', NS_ARCHIVE, { queryid: queryId, id }, [writeForwarded(said, at)]);
}

/** The answer to a query, after its results (§4, §4.3.2). */
export function writeArchiveEnd({ entries, complete, count }: Page): Element {
  const page = { first: entries[0]?.id, last: entries.at(-1)?.id, count };
  return element('fin', NS_ARCHIVE, { complete: complete ? 'true' : undefined }, [
    writeGivenPage(page),
  ]);
}

/** The answer to `<metadata/>` of a request of type `get` (§5); empty where the archive is. */
export function writeArchiveMetadata(ends: Ends | undefined): Element {
  const end = (name: 'start' | 'end', { id, at }: Entry) =>
    element(name, NS_ARCHIVE, { id, timestamp: new Date(at).toISOString() });
  return element(
    'metadata',
    NS_ARCHIVE,
    {},
    ends === undefined ? [] : [end('start', ends.first), end('end', ends.last)],
  );
}
