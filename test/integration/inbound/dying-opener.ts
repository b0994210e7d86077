/**
 * A process that opens what is kept, and dies when all that was in it is stored, before it could say
 * so: `dying-opener.ts <socket> <directory> <holder>`.
 */

import { openTwoStages } from '../../support/two-stages.ts';
import { ECHO, eventsOf } from './letters.ts';

const [, , socket = '', directory = '', holder = ''] = process.argv;
const stages = await openTwoStages(socket, directory);
stages.open({
  ...{ module: ECHO, holder, eventsOf },
  async receive(events, kept) {
    await stages.receiver.receiveOpened(events, kept);
    process.kill(process.pid, 'SIGKILL');
    return [];
  },
});
