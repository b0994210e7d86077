/** A real InspIRCd 3 with its modules of IRCv3, and the limits that it has by default, or more. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IrcServer, startIrcServer } from './irc-server.ts';

const MODULES = [
  ...['cap', 'ircv3', 'ircv3_accounttag', 'ircv3_batch', 'ircv3_capnotify', 'ircv3_chghost'],
  ...['ircv3_ctctags', 'ircv3_echomessage', 'ircv3_labeledresponse', 'ircv3_msgid'],
  ...['ircv3_servertime', 'namesx', 'uhnames', 'services_account', 'chghost'],
];

/** @param linesPerSecond that it takes of one client for long; ten times as many at once */
export function startInspircd(linesPerSecond = 1): Promise<IrcServer> {
  return startIrcServer(async (dir, port) => {
    const file = join(dir, 'inspircd.conf');
    await writeFile(
      file,
      `
<server name="irc.inspircd.example" description="A server of the tests" network="Tests">
<admin name="admin" nick="admin" email="admin@inspircd.example">
<dns server="127.0.0.1" timeout="1">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect allow="*" timeout="60" fakelag="on" threshold="${10 * linesPerSecond}" commandrate="${1_000 * linesPerSecond}" recvq="${8192 * linesPerSecond}" pingfreq="120"
  localmax="100" globalmax="100" resolvehostnames="no" useident="no">
<performance clonesonconnect="no">
${MODULES.map((module) => `<module name="${module}">`).join('\n')}
`,
    );
    return {
      command: 'inspircd',
      args: ['--nofork', '--runasroot', '--nopid', `--config=${file}`],
      ready: /InspIRCd is now running/,
    };
  });
}
