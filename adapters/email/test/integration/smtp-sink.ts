import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Postfix's own test server: what it takes, or how it fails, is given by its flags. */
export class SmtpSink {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(port: number, folder: string, process: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#process = process;
  }

  /** @param flags `-f .` refuses the content for good, see smtp-sink(1) */
  static async start(...flags: string[]): Promise<SmtpSink> {
    const folder = mkdtempSync(join(tmpdir(), 'postern-sink-'));
    const port = await freePort();
    // It does not run as root.
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    chmodSync(folder, 0o777);
    const args = [...user, ...flags, '-d', join(folder, 'mail-'), `127.0.0.1:${port}`, '64'];
    const child = spawn('/usr/sbin/smtp-sink', args, { stdio: 'ignore' });
    await once(child, 'spawn');
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`smtp-sink ended with ${child.exitCode}`);
    }
    return new SmtpSink(port, folder, child);
  }

  /** The content of every mail that it took, after the lines that it adds itself. */
  get mails(): string[] {
    return readdirSync(this.#folder)
      .map((name) => readFileSync(join(this.#folder, name), 'utf8'))
      .filter((dump) => dump.includes('\nX-Rcpt-Args: '));
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const over = once(this.#process, 'exit');
      this.#process.kill();
      await over;
    }
    rmSync(this.#folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
