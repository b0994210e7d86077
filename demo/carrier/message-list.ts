import { ApiError } from './failure.ts';
import type { Text } from './ledger.ts';
import { messageJson, messagesPath } from './message-json.ts';

const DAY_MS = 86_400_000;
const MAX_PAGE_SIZE = 1_000;

/**
 * `GET Messages.json`: the newest first, by To, From and DateSent (`DateSent=`, `DateSent>=`,
 * `DateSent<=`), in pages. What has not left yet counts by the time of its creation.
 * @throws ApiError 400
 */
export function listMessages(texts: readonly Text[], query: URLSearchParams, account: string) {
  const size = Math.min(wholeNumber(query, 'PageSize', 50, 1), MAX_PAGE_SIZE);
  const page = wholeNumber(query, 'Page', 0, 0);
  const matches = matcher(query);
  const found = texts.toReversed().filter(matches);
  // The token is the last text of the page before, so that new texts do not shift the pages.
  const token = query.get('PageToken');
  const start =
    token === null ? page * size : found.findIndex(({ sid }) => sid === token.slice(2)) + 1;
  const shown = found.slice(start, start + size);
  const last = shown.at(-1);
  const more = last !== undefined && start + size < found.length;
  return {
    messages: shown.map((text) => messageJson(text, account)),
    page,
    page_size: size,
    start,
    end: start + Math.max(shown.length - 1, 0),
    uri: pageUri(account, query, size, page, token ?? undefined),
    first_page_uri: pageUri(account, query, size, 0),
    next_page_uri: more ? pageUri(account, query, size, page + 1, `PA${last.sid}`) : null,
    previous_page_uri: null,
  };
}

function matcher(query: URLSearchParams): (text: Text) => boolean {
  const to = query.get('To');
  const from = query.get('From');
  const on = moment(query, 'DateSent');
  const after = moment(query, 'DateSent>');
  const before = moment(query, 'DateSent<');
  return (text) => {
    const sent = text.sentAt ?? text.createdAt;
    return (
      (to === null || text.to === to) &&
      (from === null || text.from === from) &&
      (on === undefined || (sent >= on && sent < on + DAY_MS)) &&
      (after === undefined || sent >= after) &&
      (before === undefined || sent <= before)
    );
  };
}

function moment(query: URLSearchParams, name: string): number | undefined {
  const written = query.get(name);
  if (written === null) return undefined;
  const at = Date.parse(written);
  if (Number.isNaN(at)) throw new ApiError(400, 20001, `${name} is not a date`);
  return name === 'DateSent' ? at - (at % DAY_MS) : at;
}

function wholeNumber(query: URLSearchParams, name: string, usual: number, least: number): number {
  const value = Number(query.get(name) ?? usual);
  if (!Number.isInteger(value) || value < least) {
    throw new ApiError(400, 20001, `${name} is not a number`);
  }
  return value;
}

function pageUri(
  account: string,
  query: URLSearchParams,
  size: number,
  page: number,
  token?: string,
): string {
  const next = new URLSearchParams(query);
  next.set('PageSize', String(size));
  next.set('Page', String(page));
  next.delete('PageToken');
  if (token !== undefined) next.set('PageToken', token);
  return `${messagesPath(account)}?${next}`;
}
