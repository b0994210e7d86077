import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './child.ts';
import { until } from './until.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface PosternOptions {
  readonly dir: string;
  readonly componentPort: number;
  readonly publicPort: number;
  readonly adminPort: number;
  /** Names of the files below `secrets/` to what they hold. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Entries under `transports:`. */
  readonly transports: readonly string[];
}

/** Writes the configuration that an operator would write; returns its path. */
export async function writeConfiguration(options: PosternOptions): Promise<string> {
  const { dir, secrets } = options;
  await mkdir(join(dir, 'secrets'), { recursive: true, mode: 0o700 });
  for (const [name, secret] of Object.entries(secrets)) {
    await writeFile(join(dir, 'secrets', name), `${secret}\n`, { mode: 0o600 });
  }
  const file = join(dir, 'postern.yaml');
  await writeFile(file, configuration(options), { mode: 0o600 });
  return file;
}

/** The same process that `npm start -- -c FILE` starts. */
export function launchPostern(file: string, dir: string): Child {
  return new Child(
    'postern',
    process.execPath,
    ['--conditions=source', join(root, 'src/cli/main.ts'), 'start', '-c', file],
    { cwd: dir, logFile: join(dir, 'postern.log') },
  );
}

/** Its embedded Redis outlives a Postern that is killed, so that the next start adopts it: here is none. */
export async function endOrphanedRedis(dir: string): Promise<void> {
  const socket = connect(join(dir, 'state', 'redis', 'redis.sock'));
  socket.on('error', () => undefined);
  socket.end('SHUTDOWN NOSAVE\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
}

/** Resolves when every domain is up. */
export async function posternReady(adminPort: number, signal: AbortSignal): Promise<void> {
  const probe = async () => {
    const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`, { signal });
    await response.arrayBuffer();
    return response.status === 200;
  };
  await until('Postern was not ready', probe, signal);
}

function configuration({ componentPort, publicPort, adminPort, transports }: PosternOptions) {
  return `# Postern's configuration in this demo.
xmpp:
  server: localhost
  connect: 127.0.0.1:${componentPort}
  secret: { file: secrets/xmpp }
admins: [juliet@localhost]
redis: embedded
state: ./state
http: { listen: 127.0.0.1:${publicPort}, publicUrl: "http://127.0.0.1:${publicPort}" }
admin: { listen: 127.0.0.1:${adminPort} }
transports:
${transports.join('')}`;
}
