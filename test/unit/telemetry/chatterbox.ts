import { openLog } from '../../../src/telemetry/log.ts';

/** Logs far more than a pipe holds, then ends by itself. */
const log = openLog({ level: 'info', secrets: [] });
for (let line = 0; line < 20_000; line++) log.info({ line }, 'still here');
