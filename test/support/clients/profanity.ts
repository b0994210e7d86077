/**
 * A client of another kind, Profanity: a program for a terminal, led by keys and read from its screen.
 * The terminal is tmux in its control mode (tmux(1), "CONTROL MODE"), which tells when the screen changes.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClientOptions } from './client.ts';

export interface Profanity {
  /** A line, ASCII, as a person would type it, and Enter. */
  type(line: string): void;
  /** Resolves with the screen when it shows all of this. */
  shows(...patterns: readonly RegExp[]): Promise<string>;
  stop(): Promise<void>;
}

/** Resolves when it is online. */
export async function startProfanity(options: ClientOptions): Promise<Profanity> {
  const { jid } = options;
  const home = await mkdtemp(join(tmpdir(), 'postern-profanity-'));
  await writeSettings(home, options);
  const child = spawn(
    'tmux',
    ['-C', '-S', join(home, 'tmux'), 'new-session', '-x', '160', '-y', '60', `profanity -a ${jid}`],
    {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        TERM: 'xterm',
        LANG: 'C.UTF-8',
        LC_ALL: 'C.UTF-8',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'close');
  child.stdin.on('error', () => undefined);
  const command = (text: string): void => void child.stdin.write(`${text}\n`);

  const lookers = new Set<(screen: string) => void>();
  let answer: string[] | undefined;
  let asked = 0;
  let screen = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('%begin')) answer = [];
    else if (line.startsWith('%end') || line.startsWith('%error')) {
      if (answer !== undefined && answer.length > 1) {
        asked = 0;
        screen = answer.join('\n');
        for (const look of lookers) look(screen);
      }
      answer = undefined;
    } else if (answer !== undefined) answer.push(line);
    else if (line.startsWith('%output') && asked++ === 0) command('capture-pane -p');
  });
  const shows: Profanity['shows'] = (...patterns) =>
    new Promise((resolve, reject) => {
      const look = (shown: string): void => {
        if (!patterns.every((pattern) => pattern.test(shown))) return;
        lookers.delete(look);
        resolve(shown);
      };
      lookers.add(look);
      look(screen);
      exited.then(() => reject(new Error(`Profanity has ended:\n${screen}`)), reject);
    });
  const stop = async () => {
    command('kill-server');
    await exited;
    await rm(home, { recursive: true, force: true });
  };
  try {
    await shows(/logged in successfully/);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    type(line) {
      const keys = [...Buffer.from(line)].map((byte) => byte.toString(16));
      command(`send-keys -H ${keys.join(' ')} 0d`);
    },
    shows,
    stop,
  };
}

/** With passwords in clear text, and no questions about TLS: the server is on this machine. */
async function writeSettings(home: string, { jid, password, host, port }: ClientOptions) {
  const data = join(home, '.local/share/profanity');
  const config = join(home, '.config/profanity');
  await Promise.all([mkdir(data, { recursive: true }), mkdir(config, { recursive: true })]);
  await writeFile(
    join(data, 'accounts'),
    `[${jid}]
enabled=true
jid=${jid}
password=${password}
server=${host}
port=${port}
resource=profanity
tls.policy=disable
presence.last=online
presence.login=online
`,
  );
  await writeFile(join(config, 'profrc'), '[ui]\nsplash=false\ntitlebar.show=false\n');
}
