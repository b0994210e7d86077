import { listenForCrashes } from '../../../src/cli/last-words.ts';
import { written } from '../../../src/cli/output.ts';

/** Says more than a pipe holds, and ends as the command does. */
listenForCrashes();
process.stdout.write('x'.repeat(300_000));
process.stderr.write('said');
process.exit(await written(0));
