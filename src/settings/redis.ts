import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { isLoopback, parseEndpoint } from './endpoint.ts';

/** Where custody is kept. */
export type RedisSettings =
  | { readonly kind: 'embedded'; readonly maxMemoryBytes: number; readonly command?: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'cluster'; readonly nodes: readonly string[] };

const DEFAULT_MAX_MEMORY = '256MiB';
const MIN_MAX_MEMORY_BYTES = 16 * 1024 ** 2;
const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

const maxMemory = z
  .string()
  .refine((text) => parseBytes(text) >= MIN_MAX_MEMORY_BYTES, {
    error: 'must be a size of at least 16MiB, like 256MiB or 1GiB.',
  })
  .default(DEFAULT_MAX_MEMORY)
  .meta({
    description: 'The most that the embedded Redis may hold; new work is refused at 75 % of it.',
  });

const embedded = z.strictObject({
  maxMemory,
  command: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: 'The server to start. Left out: redis-server or valkey-server from the PATH.',
      examples: ['/usr/bin/redis-server'],
    }),
});

const address = z.string().refine(isAddress, {
  error:
    'must be embedded, or an address like redis://127.0.0.1:6379 or unix:/run/redis/redis.sock.',
});

const nodes = z.array(z.string().refine(isNode, { error: 'must be host:port.' })).min(1);

const remote = z.strictObject({
  address: z.union([address, nodes]),
  insecure: z
    .string()
    .optional()
    .meta({
      description:
        'Whoever reaches Redis beyond this machine reads and changes every message unless it asks for a ' +
        'password, and whoever listens does without TLS. Both are wanted, unless these words, with the very ' +
        'host, allow less.',
      examples: ['allow open Redis at 10.0.0.5'],
    }),
});

/** As written. `toRedisSettings` reads it. */
export const redisSchema = z
  .union([z.literal('embedded'), address, nodes, z.strictObject({ embedded }), remote])
  .default('embedded')
  .meta({
    description:
      'Where messages are kept until they have arrived. embedded: a private child process, with its ' +
      'append-only file in the state directory; { embedded: { maxMemory, command } } changes it. Or the ' +
      'address of a server, redis://…, rediss://… or unix:/…; or a list of host:port, the nodes of a cluster. ' +
      'Beyond this machine rediss:// with a password is wanted, unless { address, insecure } allows less in ' +
      'words: insecure: allow open Redis at 10.0.0.5, with the very host.',
  });

/** @param folder what a relative socket path is relative to. */
export function toRedisSettings(
  written: z.output<typeof redisSchema>,
  folder: string,
): RedisSettings {
  if (typeof written === 'object' && 'embedded' in written) {
    const { maxMemory, command } = written.embedded;
    const maxMemoryBytes = parseBytes(maxMemory);
    return command === undefined
      ? { kind: 'embedded', maxMemoryBytes }
      : { kind: 'embedded', maxMemoryBytes, command };
  }
  if (typeof written === 'object' && 'address' in written) {
    return toRedisSettings(written.address, folder);
  }
  if (typeof written === 'object') return { kind: 'cluster', nodes: written };
  if (written === 'embedded') {
    return { kind: 'embedded', maxMemoryBytes: parseBytes(DEFAULT_MAX_MEMORY) };
  }
  return { kind: 'url', url: absoluteSocket(written, folder) };
}

/** The hosts beyond this machine that are reached without TLS, or without a password. */
export function openHosts(redis: RedisSettings): string[] {
  switch (redis.kind) {
    case 'embedded':
      return [];
    case 'cluster': {
      const hosts = redis.nodes.flatMap((node) => parseEndpoint(node)?.host ?? []);
      return hosts.filter((host) => !isLoopback(host));
    }
    case 'url': {
      if (redis.url.startsWith('unix:')) return [];
      const { protocol, hostname } = new URL(redis.url);
      const host = hostname.replace(/^\[|\]$/g, '');
      const guarded = protocol === 'rediss:' && passwordsInAddress(redis.url).length > 0;
      return guarded || isLoopback(host) ? [] : [host];
    }
  }
}

/** As it is written, and decoded. */
export function passwordsInAddress(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { password } = new URL(address);
  return [...new Set([password, decoded(password)])].filter((each) => each !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function absoluteSocket(url: string, folder: string): string {
  const path = url.startsWith('unix:') ? url.slice('unix:'.length) : undefined;
  return path === undefined || isAbsolute(path) ? url : `unix:${resolve(folder, path)}`;
}

/** NaN for anything that is not a size. */
function parseBytes(text: string): number {
  const match = /^(\d{1,6})(KiB|MiB|GiB)$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN);
}

function isAddress(text: string): boolean {
  if (/^unix:./.test(text)) return true;
  return /^rediss?:\/\/./.test(text) && URL.canParse(text);
}

function isNode(text: string): boolean {
  const endpoint = parseEndpoint(text);
  return endpoint !== undefined && endpoint.port > 0;
}
