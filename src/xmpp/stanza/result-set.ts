/** Pages of a long result: XEP-0059. */

import { refused } from '../../contract/index.ts';
import { child, type Element, element, textOf } from '../xml/element.ts';

const NS_RESULT_SET = 'http://jabber.org/protocol/rsm';

/** Which page is wanted. Ids are any text. */
export interface PageRequest {
  /** How many make a page. */
  readonly max: number;
  /** The first after this one. */
  readonly after: string | undefined;
  /** The last before this one; empty: the last of all. */
  readonly before: string | undefined;
}

/** The page that is given. */
export interface GivenPage {
  /** Of the first and the last item; undefined where it is empty. */
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** How many there are on all pages together, where that is known. */
  readonly count: number | undefined;
}

/**
 * The first page where none is asked for.
 * @param most how many a page has at most, whatever was asked for
 * @throws RefusedError where it can not be understood, or asks for a page by its number (§2.6)
 */
export function readPageRequest(request: Element, usual: number, most: number): PageRequest {
  const set = child(request, 'set', NS_RESULT_SET);
  if (set === undefined) return { max: usual, after: undefined, before: undefined };
  const text = (name: string) => {
    const found = child(set, name, NS_RESULT_SET);
    return found === undefined ? undefined : textOf(found);
  };
  if (text('index') !== undefined) {
    throw refused('feature-not-implemented', 'cancel', 'Pages have no numbers here, only ids.');
  }
  const max = text('max') ?? String(usual);
  if (!/^\d{1,9}$/.test(max)) {
    throw refused('bad-request', 'modify', 'How many make a page has to be a number.');
  }
  return {
    max: Math.min(Number(max), most),
    // Empty it is after nothing, and so where it would begin without it.
    after: text('after') || undefined,
    before: text('before'),
  };
}

export function writeGivenPage({ first, last, count }: GivenPage): Element {
  const part = (name: string, content: string | undefined) =>
    content === undefined ? undefined : element(name, NS_RESULT_SET, {}, [content]);
  return element('set', NS_RESULT_SET, {}, [
    part('first', first),
    part('last', last),
    part('count', count?.toString()),
  ]);
}
