import type { Entry, Page, PageQuery } from './archive.ts';
import type { ArchiveTable, Known, Place, Placed, Span } from './archive-table.ts';

/** Of a page: its entries become stanzas all at once. At least one entry, however long. */
const MOST_CHARACTERS = 256 * 1024;

/** Rows come before whatever waits to be one. */
const FIRST_WAITING = 2 ** 52;

const END_OF_TIME = Number.MAX_SAFE_INTEGER - 1;

/** One archive as it is now: what is in the file, and behind it what waits. */
export class Contents {
  readonly #table: ArchiveTable;
  readonly #known: Known | undefined;
  readonly #waiting: readonly Placed[];

  constructor(table: ArchiveTable, known: Known | undefined, waiting: readonly Entry[]) {
    this.#table = table;
    this.#known = known;
    this.#waiting = inTime(waiting, known?.last ?? 0).map((entry, index) => ({
      place: { at: entry.at, seq: FIRST_WAITING + index },
      entry,
    }));
  }

  /** @returns undefined where an id that the query names is not in it */
  page(query: PageQuery): Page | undefined {
    const span = this.#span(query);
    const alone = query.ids && this.#findAll(query.ids);
    if (span === undefined || (query.ids !== undefined && alone === undefined)) return undefined;
    const backwards = query.before !== undefined;
    const { entries, complete } = take(this.#wanted(query, span, backwards, alone), query.max);
    if (backwards) entries.reverse();
    return { entries, complete, count: this.#count(query) };
  }

  *#wanted(
    { from, max }: PageQuery,
    span: Span,
    backwards: boolean,
    alone: readonly Placed[] | undefined,
  ): Iterable<Entry> {
    const here = ({ place, entry }: Placed) =>
      isBefore(span.after, place) &&
      isBefore(place, span.before) &&
      (from === undefined || entry.from === from);
    const written =
      this.#known === undefined || alone !== undefined
        ? []
        : // One more than a page has says that it is not the last.
          this.#table.between(this.#known.number, span, backwards, from, max + 1);
    const others = (alone ?? this.#waiting).filter(here);
    const parts = backwards ? [others.reverse(), written] : [written, others];
    for (const part of parts) for (const { entry } of part) yield entry;
  }

  /** In their order, each once. */
  #findAll(ids: readonly string[]): readonly Placed[] | undefined {
    const found: Placed[] = [];
    for (const id of new Set(ids)) {
      const placed = this.#find(id);
      if (placed === undefined) return undefined;
      found.push(placed);
    }
    return found.sort((a, b) => (isBefore(a.place, b.place) ? -1 : 1));
  }

  #find(id: string): Placed | undefined {
    const waiting = this.#waiting.find(({ entry }) => entry.id === id);
    if (waiting !== undefined || this.#known === undefined) return waiting;
    return this.#table.find(this.#known.number, id);
  }

  #span({ start = 0, end = END_OF_TIME, ...query }: PageQuery): Span | undefined {
    const after = this.#findAll(named(query.afterId, query.after));
    const before = this.#findAll(named(query.beforeId, query.before));
    if (after === undefined || before === undefined) return undefined;
    return {
      after: after.map(({ place }) => place).reduce(later, { at: start, seq: -1 }),
      before: before.map(({ place }) => place).reduce(earlier, { at: end + 1, seq: -1 }),
    };
  }

  #count({ from, start, end, afterId, beforeId, ids }: PageQuery): number | undefined {
    const filters = [from, start, end, afterId, beforeId, ids];
    if (filters.some((filter) => filter !== undefined)) return undefined;
    return (this.#known?.entries ?? 0) + this.#waiting.length;
  }
}

/** The entries that follow one another after `last`, their times raised where they would go back. */
export function inTime(entries: readonly Entry[], last: number): Entry[] {
  let latest = last;
  return entries.map((entry) => {
    latest = Math.max(latest, entry.at);
    return entry.at === latest ? entry : { ...entry, at: latest };
  });
}

function take(wanted: Iterable<Entry>, max: number): { entries: Entry[]; complete: boolean } {
  const entries: Entry[] = [];
  let characters = 0;
  for (const entry of wanted) {
    characters += entry.body.length;
    const isTooLong = entries.length > 0 && characters > MOST_CHARACTERS;
    if (entries.length >= max || isTooLong) return { entries, complete: false };
    entries.push(entry);
  }
  return { entries, complete: true };
}

/** The empty text of a last page names none. */
function named(...ids: readonly (string | undefined)[]): string[] {
  return ids.flatMap((id) => id || []);
}

function isBefore(a: Place, b: Place): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

function later(a: Place, b: Place): Place {
  return isBefore(a, b) ? b : a;
}

function earlier(a: Place, b: Place): Place {
  return isBefore(a, b) ? a : b;
}
