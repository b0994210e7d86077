/** A real ngIRCd: no echo, no labels, three lines a second. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IrcServer, startIrcServer } from './irc-server.ts';

export interface NgircdOptions {
  /** All clients are on one address. */
  readonly maxConnections?: number;
  readonly nickLength?: number;
  /** Of the server (PASS). */
  readonly password?: string;
  /** Of the operator `admin`. */
  readonly operatorPassword?: string;
}

export function startNgircd(options: NgircdOptions = {}): Promise<IrcServer> {
  const { maxConnections = 0, nickLength = 20, password, operatorPassword } = options;
  return startIrcServer(1, async ({ dir, ports: [port] }) => {
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
${password === undefined ? '' : `Password = ${password}`}
[Limits]
MaxConnectionsIP = ${maxConnections}
MaxJoins = 100
MaxNickLength = ${nickLength}
[Options]
DNS = no
Ident = no
PAM = no
${operatorPassword === undefined ? '' : `[Operator]\nName = admin\nPassword = ${operatorPassword}`}
`,
    );
    return { command: 'ngircd', args: ['-n', '-f', file], ready: /Server ".*" .*ready/ };
  });
}
