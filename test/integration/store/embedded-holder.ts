/**
 * A process that uses the embedded Redis of the directory in its first argument, to be killed. Prints
 * one JSON line when it has it, and leaves it on SIGTERM.
 */

import { startEmbedded } from '../../../src/store/embedded.ts';

const embedded = await startEmbedded({
  directory: process.argv[2] ?? '',
  maxMemoryBytes: Number(process.argv[3]),
  durability: 'always',
  log: (text) => process.stderr.write(`${text}\n`),
});
process.once('SIGTERM', () => void embedded.stop().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ socket: embedded.socket, adopted: embedded.adopted })}\n`);
// The timer keeps the process: what the embedded server needs must not.
setInterval(() => undefined, 60_000);
