/** Postfix's smtp-sink on 127.0.0.1: it takes every mail, as fast as can be, and may keep them. */

import { once } from 'node:events';
import { watch } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, ServerProcess } from './xmpp-server.ts';

export interface MailSink {
  readonly port: number;
  readonly pid: number;
  /**
   * What it has kept, in no order, when there is so much: each mail with LF, below `X-Mail-Args`,
   * `X-Rcpt-Args` (smtp-sink(1), "Dump file format").
   */
  mails(count: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/**
 * Resolves when it answers.
 * @param args further options: smtp-sink(1)
 */
export async function startMailSink(
  options: { readonly keep?: boolean; readonly args?: readonly string[] } = {},
): Promise<MailSink> {
  const dir = await mkdtemp(join(tmpdir(), 'smtp-sink-'));
  // As root it becomes somebody else, who has to write there.
  await chmod(dir, 0o777);
  const [port = 0] = await freePorts(1);
  const server = new ServerProcess(
    'smtp-sink',
    [
      ...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []),
      ...(options.keep === true ? ['-d', join(dir, 'mail.')] : []),
      ...(options.args ?? []),
      ...[`127.0.0.1:${port}`, '256'],
    ],
    dir,
    // Without the configuration of a Postfix that may be on this machine.
    { PATH: `${process.env.PATH}:/usr/sbin`, MAIL_CONFIG: dir },
  );
  const stop = async () => {
    await server.end();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await listens(port, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, pid: server.pid, mails: (count) => kept(dir, count), stop };
}

/** It says nothing when it begins to listen: the connection tells. */
async function listens(port: number, server: ServerProcess): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (!server.running) throw new Error(`smtp-sink ended:\n${server.output}`, { cause: error });
    } finally {
      socket.destroy();
    }
  }
}

async function kept(dir: string, count: number): Promise<readonly string[]> {
  const changes = watch(dir);
  try {
    for (;;) {
      const changed = once(changes, 'change');
      const files = (await readdir(dir)).map((name) => readFile(join(dir, name), 'utf8'));
      const whole = (await Promise.all(files)).filter((mail) => mail.endsWith('\n\n'));
      if (whole.length >= count) return whole;
      await changed;
    }
  } finally {
    changes.close();
  }
}
