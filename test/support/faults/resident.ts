/** A user with one client that is there unless it was sent away: it comes back when the server does. */

import type { Element } from '../../../src/xmpp/xml/element.ts';
import type { ClientOptions, XmppClient } from '../clients/client.ts';
import { startLightClient } from '../clients/light.ts';
import { Watched } from '../watched.ts';
import type { Pulse } from './pulse.ts';

const PING = "<ping xmlns='urn:xmpp:ping'/>";

export class Resident extends Watched {
  readonly #options: ClientOptions;
  readonly #ears = new Set<(stanza: Element) => void>();
  #client: XmppClient | undefined;
  #isConnecting = false;
  #isAway = false;
  #hasStopped = false;

  private constructor(options: ClientOptions, pulse: Pulse) {
    super();
    this.#options = options;
    pulse.beat(() => {
      const isWanted = this.#client === undefined && !this.#isAway;
      if (isWanted && !this.#isConnecting) void this.#connect();
    });
  }

  /** Resolves when it is online. */
  static async start(options: ClientOptions, pulse: Pulse): Promise<Resident> {
    const resident = new Resident(options, pulse);
    await resident.#connect();
    await resident.until(({ isOnline }) => isOnline);
    return resident;
  }

  get isOnline(): boolean {
    return this.#client !== undefined;
  }

  /** Full JID while it is online. */
  get jid(): string | undefined {
    return this.#client?.jid;
  }

  /** Called with every stanza, in order. */
  hear(ear: (stanza: Element) => void): void {
    this.#ears.add(ear);
  }

  /** @returns false while it is offline: then nothing is sent */
  raw(xml: string): boolean {
    this.#client?.raw(xml);
    return this.isOnline;
  }

  /** Resolves when the server has answered, and so has given it all that it had for it before. */
  async caughtUp(): Promise<void> {
    for (;;) {
      await this.until(({ isOnline }) => isOnline);
      const ping = this.#client?.iq('get', 'localhost', PING);
      const answer = await ping?.catch(() => undefined);
      if (answer !== undefined) return;
    }
  }

  /**
   * Goes offline, and stays so until it is called back: in order, with all that was on its way to it.
   * Resolves when its connection is closed.
   */
  async away(): Promise<void> {
    this.#isAway = true;
    await this.until(() => !this.#isConnecting);
    const client = this.#client;
    client?.raw("<presence type='unavailable'/>");
    await client?.iq('get', 'localhost', PING).catch(() => undefined);
    await client?.stop();
  }

  back(): void {
    this.#isAway = false;
  }

  async stop(): Promise<void> {
    this.#hasStopped = true;
    await this.#client?.stop();
  }

  async #connect(): Promise<void> {
    this.#isConnecting = true;
    let isGone = false;
    const ear = {
      // Answers to its own questions are for the client itself.
      hears: (stanza: Element): boolean => {
        for (const each of this.#ears) each(stanza);
        this.changed();
        return stanza.name !== 'iq';
      },
      gone: (): void => {
        isGone = true;
        this.#client = undefined;
        this.changed();
      },
    };
    // Errors are for the very client that wrote: it is the same one when it comes back.
    const options = { ...this.#options, resource: 'home' };
    const client = await startLightClient(options, ear).catch(() => undefined);
    this.#isConnecting = false;
    if (this.#hasStopped) await client?.stop();
    else if (!isGone) this.#client = client;
    this.changed();
  }
}
