import type { Wake } from './serving.ts';

/** Wakes nobody: for a process that is alone, where the drains' own timers do it all. */
export const noWake: Wake = {
  schedule: () => undefined,
  listen: () => () => undefined,
  close: async () => undefined,
};
