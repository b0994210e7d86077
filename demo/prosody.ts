import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accepts } from './accepts.ts';
import { Child } from './child.ts';
import { until } from './until.ts';

export interface ProsodyOptions {
  /** Made if it does not exist. */
  readonly dir: string;
  readonly c2sPort: number;
  readonly componentPort: number;
  /** Domains of external components, all with one secret. */
  readonly components: readonly string[];
  readonly secret: string;
  /** One user of `localhost`. */
  readonly user: { readonly name: string; readonly password: string };
}

/** A private Prosody on 127.0.0.1 with the host `localhost`. */
export async function launchProsody(options: ProsodyOptions): Promise<Child> {
  const { dir, user } = options;
  const accounts = join(dir, 'data', 'localhost', 'accounts');
  await mkdir(accounts, { recursive: true });
  await writeFile(
    join(accounts, `${user.name}.dat`),
    `return { ["password"] = "${user.password}"; };\n`,
    { mode: 0o600 },
  );
  const file = join(dir, 'prosody.cfg.lua');
  await writeFile(file, configuration(options), { mode: 0o600 });
  return new Child('prosody', 'prosody', ['-F', '--config', file], {
    cwd: dir,
    logFile: join(dir, 'prosody.log'),
  });
}

/** Resolves when clients and components can connect. */
export async function prosodyListens(options: ProsodyOptions, signal: AbortSignal): Promise<void> {
  for (const port of [options.c2sPort, options.componentPort]) {
    await until('Prosody did not listen', () => accepts(port), signal);
  }
}

function configuration({ dir, c2sPort, componentPort, components, secret }: ProsodyOptions) {
  return `-- A private Prosody for one demo. It listens on this machine only.
run_as_root = true
data_path = "${join(dir, 'data')}"
pidfile = "${join(dir, 'prosody.pid')}"
certificates = "${dir}"
log = { { levels = { min = "info" }, to = "console" } }
interfaces = { "127.0.0.1" }
component_interfaces = { "127.0.0.1" }
c2s_ports = { ${c2sPort} }
c2s_direct_tls_ports = {}
component_ports = { ${componentPort} }
modules_enabled = { "roster", "saslauth", "disco", "ping", "uptime", "carbons", "blocklist" }
modules_disabled = { "s2s", "s2s_auth_certs", "tls" }
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true

VirtualHost "localhost"
${components.map((domain) => `\nComponent "${domain}"\n  component_secret = "${secret}"\n`).join('')}`;
}
