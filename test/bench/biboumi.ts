/** Debian's biboumi, set up as well as it can be: no throttle, no TLS, and no address to look up. */

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ServerProcess } from '../support/peers/xmpp-server.ts';
import { SECRET } from './load.ts';
import type { RawServer } from './raw-stream.ts';

interface BiboumiOptions {
  readonly domain: string;
  readonly server: RawServer;
  /** The port of 127.0.0.1, which is also how users name the server. */
  readonly irc: number;
  /** Whether what is said is kept (`record_history`, its default). */
  readonly archive: boolean;
  /** Bare JIDs. Each setting is one of a user. */
  readonly users: readonly string[];
}

interface Biboumi {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Whether it is on this machine. */
export function hasBiboumi(): boolean {
  return spawnSync('biboumi', ['--help']).error === undefined;
}

/** Resolves when it is connected. */
export async function startBiboumi(options: BiboumiOptions): Promise<Biboumi> {
  const { domain, server, irc, archive, users } = options;
  const dir = await mkdtemp(join(tmpdir(), 'biboumi-'));
  const settings = join(dir, 'biboumi.cfg');
  const database = join(dir, 'biboumi.sqlite');
  const lines = [
    `hostname=${domain}`,
    `password=${SECRET}`,
    'xmpp_server_ip=127.0.0.1',
    `port=${server.port}`,
    `db_name=${database}`,
    'log_level=3',
  ];
  await writeFile(settings, lines.join('\n'));
  const program = new ServerProcess('biboumi', [settings], dir, { PATH: process.env.PATH });
  const stop = async () => {
    // By itself it would wait for the end of the stream.
    await program.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  };
  try {
    // It has made its tables by then.
    await server.accepted;
    configure(database, irc, archive, users);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pids: [program.pid], stop };
}

/** As its forms would: XEP-0050, `configure` of the gateway and of the server. */
function configure(file: string, port: number, archive: boolean, users: readonly string[]): void {
  const database = new DatabaseSync(file);
  const general = database.prepare(
    `INSERT INTO globaloptions_ (owner_, maxhistorylength_, recordhistory_, persistent_)
     VALUES (?, 20, ?, 0)`,
  );
  const server = database.prepare(
    `INSERT INTO ircserveroptions_
     (owner_, server_, ports_, tlsports_, verifycert_, maxhistorylength_, throttlelimit_)
     VALUES (?, '127.0.0.1', ?, '', 1, 20, -1)`,
  );
  database.exec('BEGIN');
  for (const user of users) {
    general.run(user, archive ? 1 : 0);
    server.run(user, String(port));
  }
  database.exec('COMMIT');
  database.close();
}
