import type { Entry, Page, PageQuery } from '../../../src/history/archive.ts';

/** The pages of an archive as the words of XEP-0313 and XEP-0059 say, by looking at every entry. */
export function pageByReading(entries: readonly Entry[], query: PageQuery): Page | undefined {
  const { from, start, end, afterId, beforeId, ids, after, before, max } = query;
  const places = new Map<string, number>(entries.map(({ id }, index) => [id, index]));
  const named = [afterId, beforeId, after, before, ...(ids ?? [])].filter((id) => id);
  if (named.some((id) => !places.has(id ?? ''))) return undefined;
  const placeOf = (id: string | undefined, otherwise: number) => places.get(id ?? '') ?? otherwise;
  const wanted = entries.filter(
    (entry, index) =>
      (from === undefined || entry.from === from) &&
      (start === undefined || entry.at >= start) &&
      (end === undefined || entry.at <= end) &&
      (ids === undefined || ids.includes(entry.id)) &&
      index > placeOf(afterId, -1) &&
      index < placeOf(beforeId, entries.length) &&
      index > placeOf(after, -1) &&
      index < placeOf(before, entries.length),
  );
  const filters = [from, start, end, afterId, beforeId, ids];
  return {
    entries:
      before === undefined ? wanted.slice(0, max) : wanted.slice(Math.max(wanted.length - max, 0)),
    complete: wanted.length <= max,
    count: filters.every((filter) => filter === undefined) ? entries.length : undefined,
  };
}

/** The times of entries that are appended one after the other. */
export function withRaisedTimes(entries: readonly Entry[]): Entry[] {
  return entries.map((entry, index) => ({
    ...entry,
    at: Math.max(...entries.slice(0, index + 1).map(({ at }) => at)),
  }));
}
