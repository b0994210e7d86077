/** Starts a child that holds its standard output open, says so, and ends as it is told: `crash`, or by a signal. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endedWithUs, exitOnSignals } from '../../support/child-processes.ts';

exitOnSignals();
const child = endedWithUs(spawn('sleep', ['60'], { stdio: ['ignore', 'inherit', 'ignore'] }));
await once(child, 'spawn');
process.stdout.write('{"started":true}\n');
if (process.argv[2] === 'crash') setImmediate(() => Promise.reject(new Error('a bug')));
