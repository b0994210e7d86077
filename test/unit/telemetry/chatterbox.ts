import { openLog } from '../../../src/telemetry/log.ts';

/** Logs far more than a pipe holds, then ends by itself. As in the command, its pipes do not wait. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const log = openLog({ level: 'info', secrets: [] });
for (let line = 0; line < 20_000; line++) log.info({ line }, 'still here');
