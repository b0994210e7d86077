import type { Archive } from './archive.ts';

const NOTHING = { entries: [], complete: true, count: 0 };

/** Where the operator wants nothing kept: every archive is empty. */
export const NO_ARCHIVE: Archive = {
  keeps: false,
  append: () => undefined,
  commit: () => true,
  written: async () => true,
  forget: () => undefined,
  page(_room, { ids = [], afterId, beforeId, after, before }) {
    const named = [...ids, afterId, beforeId, after, before].filter((id) => id);
    return named.length === 0 ? NOTHING : undefined;
  },
  latest: () => [],
  ends: () => undefined,
  close: () => undefined,
};
