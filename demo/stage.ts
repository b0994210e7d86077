import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Child } from './child.ts';
import type { Network, StandIn } from './crossings/network.ts';
import { freePorts } from './free-ports.ts';
import { endOrphanedRedis, launchPostern, posternReady, writeConfiguration } from './postern.ts';
import { launchProsody, prosodyListens } from './prosody.ts';
import type { Screen } from './screen.ts';
import { XmppClient } from './xmpp/client.ts';

const USER = 'juliet';

/** All that runs in one demo, below one directory, on free ports of 127.0.0.1. */
export class Stage {
  readonly dir: string;
  readonly password = randomBytes(9).toString('base64url');
  readonly standIns = new Map<string, StandIn>();
  /** In the order of their start. */
  readonly #children: Child[] = [];
  readonly #fell = new AbortController();
  #stopping = false;
  #client: XmppClient | undefined;
  #c2sPort = 0;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async make(): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'postern-demo-')));
  }

  /** Fires with the reason when a program ends that should not. */
  get fell(): AbortSignal {
    return this.#fell.signal;
  }

  get juliet(): XmppClient {
    if (this.#client === undefined) throw new Error('juliet is not online yet');
    return this.#client;
  }

  get c2sPort(): number {
    return this.#c2sPort;
  }

  get configuration(): string {
    return join(this.dir, 'postern.yaml');
  }

  /** Starts everything, the peers before Postern. @throws Error when something does not start */
  async setUp(networks: readonly Network[], screen: Screen, signal: AbortSignal): Promise<void> {
    const { dir, password } = this;
    const [c2sPort = 0, componentPort = 0, publicPort = 0, adminPort = 0] = await freePorts(4);
    this.#c2sPort = c2sPort;
    const secret = randomBytes(24).toString('base64url');
    await screen.step(`Prosody, 127.0.0.1:${c2sPort}`, async () => {
      const options = {
        dir: join(dir, 'prosody'),
        c2sPort,
        componentPort,
        components: networks.map(({ domain }) => domain),
        secret,
        user: { name: USER, password },
      };
      this.#add(await launchProsody(options));
      await prosodyListens(options, signal);
    });
    const publicUrl = `http://127.0.0.1:${publicPort}`;
    for (const network of networks) {
      const keep = (child: Child) => this.#add(child);
      const standIn = await screen.step(network.title, () =>
        network.start({ dir, publicUrl, keep, signal }),
      );
      this.standIns.set(network.name, standIn);
    }
    const standIns = [...this.standIns.values()];
    await screen.step(`Postern, ${networks.map(({ domain }) => domain).join(', ')}`, async () => {
      const file = await writeConfiguration({
        dir,
        componentPort,
        publicPort,
        adminPort,
        secrets: Object.assign({ xmpp: secret }, ...standIns.map(({ secrets }) => secrets)),
        transports: standIns.map(({ transport }) => transport),
      });
      this.#add(launchPostern(file, dir));
      await posternReady(adminPort, signal);
    });
    const account = { port: c2sPort, domain: 'localhost', user: USER, password };
    this.#client = await screen.step(`${USER}@localhost is online`, () =>
      XmppClient.login(account, signal),
    );
  }

  /** Whoever has ended by itself, else Postern: whose last lines help most. */
  get suspect(): Child | undefined {
    return this.#children.find(({ how }) => how !== undefined) ?? this.#children.at(-1);
  }

  /** Ends all, Postern first; works after a failed start. Leaves the directory. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#client?.close();
    for (const child of this.#children.toReversed()) await child.stop();
    await endOrphanedRedis(this.dir);
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  #add(child: Child): void {
    this.#children.push(child);
    void child.ended.then((how) => {
      if (!this.#stopping) this.#fell.abort(new Error(`${child.name} ${how}`));
    });
  }
}
