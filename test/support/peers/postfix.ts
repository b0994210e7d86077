/** A real Postfix on 127.0.0.1, with configuration and queue of its own. Only the superuser can start one. */

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ENV = { PATH: `${process.env.PATH}:/usr/sbin` };

export interface PostfixPeer {
  /** Of its `smtpd`. */
  readonly port: number;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Resolves when it takes mail. It runs by itself until it is stopped. @param settings further lines of main.cf */
export async function startPostfix(port: number, settings: string): Promise<PostfixPeer> {
  const dir = await mkdtemp(join(tmpdir(), 'postfix-'));
  // Its processes are not root.
  await chmod(dir, 0o755);
  const config = join(dir, 'etc');
  await Promise.all([mkdir(config), mkdir(join(dir, 'queue'))]);
  await writeFile(join(config, 'main.cf'), `${mainCf(dir)}\n${settings}\n`);
  await writeFile(join(config, 'master.cf'), masterCf(port));
  const postfix = (verb: string) => run('postfix', ['-c', config, verb], { env: ENV });
  const stop = async () => {
    await postfix('stop');
    await rm(dir, { recursive: true, force: true });
  };
  const log = () => readFile(join(dir, 'log'), 'utf8').catch(() => '');
  try {
    await postfix('start');
  } catch (error) {
    const said = await log();
    await rm(dir, { recursive: true, force: true });
    throw new Error(
      `Postfix did not start:
${said}`,
      { cause: error },
    );
  }
  return { port, log, stop };
}

/** What keeps it in its place. */
function mainCf(dir: string): string {
  return `compatibility_level = 3.6
queue_directory = ${join(dir, 'queue')}
data_directory = ${join(dir, 'data')}
maillog_file = ${join(dir, 'log')}
maillog_file_prefixes = ${dir}
myhostname = mx.localhost
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
smtp_dns_support_level = disabled`;
}

/** Of Debian's, what mail needs that comes and goes by the network; nothing in a chroot. */
function masterCf(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}
