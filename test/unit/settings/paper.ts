import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import {
  type AdapterDefinition,
  CONTRACT,
  defineAdapter,
  type OwnAddress,
  type PeerId,
  refused,
  secret,
} from '../../../src/contract/index.ts';
import { loadSettings } from '../../../src/settings/load.ts';
import { SettingsError } from '../../../src/settings/problem.ts';
import type { Settings } from '../../../src/settings/settings.ts';

const account = z.object({
  box: z
    .string()
    .regex(/^\d+$/)
    .meta({ title: 'Box', examples: ['12'] }),
});

const config = z.discriminatedUnion('carrier', [
  z.strictObject({
    carrier: z.literal('pigeon'),
    whistle: secret('Whistle', 'Calls the pigeons.'),
    loft: z.strictObject({ birds: z.int().min(1).max(9).default(3) }).prefault({}),
  }),
  z.strictObject({
    carrier: z.literal('horse'),
    stables: z.record(z.string().regex(/^[a-z]+$/), z.strictObject({ mile: z.number() })),
  }),
]);

/** An adapter for letters: everything that a schema can have, and nothing behind it. */
export const paper: AdapterDefinition = defineAdapter({
  contract: CONTRACT,
  name: 'paper',
  title: 'Letters',
  gatewayType: 'paper',
  sends: ['message'],
  capabilities: {
    connection: 'stateless',
    accounts: 'registration',
    receipts: 'none',
    resend: 'may-duplicate',
    order: 'none',
    deadlineMs: 1000,
    deadlineFrom: 'accept',
    confirmationMs: 0,
    duplicateWindowMs: 0,
    concurrency: 1,
  },
  config,
  account,
  addressing: () => ({
    parsePeer: (text) => text as PeerId,
    formatPeer: (peer) => peer,
    describePeer: (peer) => peer,
    ownAddresses: ({ box }) => {
      if (box === '0') throw refused('not-allowed', 'cancel', 'Box 0 belongs to the post office.');
      return [box as OwnAddress];
    },
    registration: () => {
      throw refused('not-allowed', 'cancel', 'Nobody can register.');
    },
  }),
  create: () => {
    throw new Error('nothing is delivered in these tests');
  },
}) as AdapterDefinition;

/** A directory for one test's configuration. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'postern-settings-'));
  readonly file = join(this.folder, 'postern.yaml');

  write(name: string, text: string, mode = 0o600): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  load(text: string, environment: Readonly<Record<string, string>> = {}): Promise<Settings> {
    this.write('postern.yaml', text);
    return this.loadAgain(environment);
  }

  loadAgain(environment: Readonly<Record<string, string>>): Promise<Settings> {
    return loadSettings(this.file, {
      environment,
      loadAdapter: async (use) => {
        if (use === 'paper') return paper;
        throw new Error(`There is no adapter ${use}.`);
      },
    });
  }

  /** What is wrong, each problem without the name of the folder. */
  async problems(text: string, environment: Readonly<Record<string, string>> = {}) {
    try {
      await this.load(text, environment);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      return error.message.replaceAll(`${this.folder}/`, '').split('\n');
    }
    return [];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The smallest configuration without a problem or a warning; `extra` goes below it. */
export function small(
  extra = '',
  config = '{ carrier: pigeon, whistle: { env: WHISTLE } }',
): string {
  return `xmpp: { server: example.org, secret: { env: XMPP } }
transports:
  - id: post
    use: paper
    domain: post.example.org
    config: ${config}
${extra}`;
}

export const ENVIRONMENT = { XMPP: 'xmpp-canary-1', WHISTLE: 'whistle-canary-2' };
