/**
 * A stand-in for a mail provider, as a process of its own:
 *
 *   node demo/mailbox/main.ts --exchanger 127.0.0.1:2525 [--authserv-id mx.localhost]
 *                             [--port 0] [--smtp-port 0]
 *
 * It prints one line when it listens,
 * `{"listening":"http://127.0.0.1:PORT","smarthost":"smtp://127.0.0.1:PORT"}`, and ends on SIGTERM or
 * SIGINT.
 */

import { parseArgs } from 'node:util';
import { serveUntilTold } from '../stand-in/program.ts';
import { startMailbox } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'smtp-port': { type: 'string', default: '0' },
    exchanger: { type: 'string' },
    'authserv-id': { type: 'string', default: 'mx.localhost' },
  },
});
const [, host, port] = /^(.+):(\d+)$/.exec(values.exchanger ?? '') ?? [];
if (host === undefined) {
  process.stderr.write('--exchanger host:port is needed: where the gateway takes mail\n');
  process.exit(2);
}
const mailbox = await startMailbox({
  host,
  port: Number(port),
  authservId: values['authserv-id'],
  controlPort: Number(values.port),
  smtpPort: Number(values['smtp-port']),
});
serveUntilTold({ listening: mailbox.url, smarthost: mailbox.smarthost }, mailbox.stop);
