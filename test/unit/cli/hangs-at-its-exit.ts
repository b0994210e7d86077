import { open } from 'node:fs';
import { killedAfter } from '../../../src/cli/last-means.ts';

/** [ms, file]: opens the file, and exits with 3 as soon as its input ends. A pipe without a writer is never open. */
const [ms = '', file = ''] = process.argv.slice(2);
open(file, 'r', () => undefined);
process.stdin.resume().on('end', () => {
  killedAfter(Number(ms));
  process.exit(3);
});
