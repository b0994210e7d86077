import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from '../child.ts';

/** A private ngIRCd on 127.0.0.1. @param dir made if it does not exist */
export async function launchNgircd(dir: string, port: number): Promise<Child> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, 'ngircd.conf');
  await writeFile(file, configuration(port));
  return new Child('ngircd', 'ngircd', ['-n', '-f', file], {
    cwd: dir,
    logFile: join(dir, 'ngircd.log'),
    // Debian has it where the PATH of a user does not lead.
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
  });
}

function configuration(port: number): string {
  return `# A private ngIRCd for one demo. It listens on this machine only.
[Global]
Name = irc.localhost
Info = The IRC server of a demo
AdminEMail = admin@irc.localhost
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = In fair Verona, where we lay our scene
[Options]
DNS = no
Ident = no
PAM = no
`;
}
