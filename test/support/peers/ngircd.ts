/** A real ngIRCd: RFC 2812 without IRCv3. It reads three lines a second of a client. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IrcServer, startIrcServer } from './irc-server.ts';

export function startNgircd(): Promise<IrcServer> {
  return startIrcServer(async (dir, port) => {
    const file = join(dir, 'ngircd.conf');
    await writeFile(
      file,
      `[Global]
Name = irc.ngircd.example
Info = A server of the tests
AdminEMail = admin@ngircd.example
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = Hello
[Limits]
MaxConnectionsIP = 0
MaxNickLength = 20
[Options]
DNS = no
Ident = no
PAM = no
`,
    );
    return { command: 'ngircd', args: ['-n', '-f', file], ready: /Server ".*" .*ready/ };
  });
}
