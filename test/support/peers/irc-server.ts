/** What the launchers of IRC servers have in common. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, ServerProcess } from './xmpp-server.ts';

/** A real server on 127.0.0.1, in a process and a directory of its own. No TLS. */
export interface IrcServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly pid: number;
  /** `SIGSTOP` and `SIGCONT` return at once, other signals when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it if it runs, and starts it on the same port; resolves when it listens. */
  restart(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

export interface IrcProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** What it prints when it listens. */
  readonly ready: RegExp;
}

/** @param prepare writes the configuration, and says what to run */
export async function startIrcServer(
  prepare: (dir: string, port: number) => Promise<IrcProgram>,
): Promise<IrcServer> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-irc-'));
  const [port = 0] = await freePorts(1);
  const { command, args, ready } = await prepare(dir, port);
  const run = async (): Promise<ServerProcess> => {
    // Debian has them where the PATH of a user does not lead.
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    const started = new ServerProcess(command, args, dir, env);
    await started.printed(ready);
    return started;
  };
  const removed = () => rm(dir, { recursive: true, force: true });
  let server = await run().catch(async (error: unknown) => {
    await removed();
    throw error;
  });
  return {
    host: '127.0.0.1',
    port,
    get pid() {
      return server.pid;
    },
    kill: (signal) => server.kill(signal),
    async restart() {
      await server.kill('SIGKILL');
      server = await run();
    },
    async stop() {
      await server.kill('SIGKILL');
      await removed();
    },
  };
}
