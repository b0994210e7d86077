/** On what a part was run. */

import { execFile } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { ROOT } from '../../support/processes.ts';

const UNKNOWN = 'unknown';

const run = promisify(execFile);

export async function machine(): Promise<Readonly<Record<string, string>>> {
  const [redis, prosody, ejabberd, inspircd] = await Promise.all([
    versionOf('redis-server', ['--version'], /v=(\S+)/),
    versionOf('dpkg-query', ['-W', 'prosody'], /\t(\S+)/),
    versionOf('dpkg-query', ['-W', 'ejabberd'], /\t(\S+)/),
    versionOf('inspircd', ['--version'], /InspIRCd-(\S+)/),
  ]);
  const [{ model = UNKNOWN } = {}] = cpus();
  return {
    processor: `${cpus().length} × ${model}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    Node: process.versions.node,
    Redis: redis,
    Prosody: prosody,
    ejabberd,
    InspIRCd: inspircd,
  };
}

/** Of the checkout, with a mark where it is not as it was committed. */
export async function commit(): Promise<string> {
  const git = (...args: string[]) => versionOf('git', ['-C', ROOT, ...args], /(\S.*)/);
  const [name, changed] = await Promise.all([
    git('rev-parse', '--short', 'HEAD'),
    git('status', '--porcelain', '--', '.', ':!test/faults/results'),
  ]);
  return changed === UNKNOWN ? name : `${name}, changed`;
}

async function versionOf(program: string, args: readonly string[], version: RegExp) {
  // Debian has servers where the PATH of a user does not lead.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const said = await run(program, args, { env }).catch(() => ({ stdout: '' }));
  return version.exec(said.stdout)?.[1] ?? UNKNOWN;
}
