import type { AdapterContext, AdapterLog } from '../index.ts';

/** Something that an adapter said. */
export interface Said {
  readonly level: string;
  readonly text: string;
}

export function say(said: Said[], level: string, ...words: readonly unknown[]): void {
  said.push({ level, text: words.map((word) => JSON.stringify(word)).join(' ') });
}

/** Nothing is printed. */
export function recordingLog(said: Said[]): AdapterLog {
  return {
    debug: (...words) => say(said, 'debug', ...words),
    info: (...words) => say(said, 'info', ...words),
    warn: (...words) => say(said, 'warn', ...words),
    error: (...words) => say(said, 'error', ...words),
  };
}

/** What an adapter remembers, kept in a map. */
export function memoryIn(memory: Map<string, string>): AdapterContext['memory'] {
  return {
    get: (key) => memory.get(key),
    keys: () => [...memory.keys()],
    set: async (key, value) => {
      memory.set(key, value);
    },
    delete: async (key) => {
      memory.delete(key);
    },
  };
}
