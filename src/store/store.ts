import { createHash } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { PARTITIONS, partitionKey } from './keys.ts';

/** What a URL says about a connection. */
interface Connection {
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls?: object;
}

/** Where Redis is: a unix socket or URL, or the nodes of a cluster. */
export type StoreAddress =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'cluster'; readonly nodes: readonly string[] };

/**
 * A Lua script. KEYS[1] is the tag of the partition that it touches (`pst:{p07}`); where
 * `Store.together` is true it may touch several in one call, because there are no slots.
 */
export interface Script {
  /** @param sent called whenever it is on its way, ahead of what is asked for from then on */
  run(partition: number, args: readonly (string | number)[], sent?: () => void): Promise<unknown>;
}

/** What the rooms above see of Redis. Commands of one store reach a partition in the order of the calls. */
export interface Store {
  /** Whether one script may touch several partitions: true for everything but a cluster. */
  readonly together: boolean;
  script(lua: string): Script;
  /** One plain command on one key: `command('HGETALL', partition, 'acc:sms')`. */
  command(
    name: string,
    partition: number,
    key: string,
    ...args: readonly (string | number)[]
  ): Promise<unknown>;
  /** The partition of what belongs to a transport or an account rather than to a conversation. */
  partitionFor(text: string): number;
  /** For the start checks and the admission watch. */
  readonly client: Redis | Cluster;
  /**
   * A further connection, for a library that wants its own and blocks on it. Whoever asks closes it.
   * A command on it may take so long before it, and with it the link, is believed dead.
   */
  another(commandTimeoutMs: number): Redis | Cluster;
  close(): Promise<void>;
}

/** Past this a command is believed lost. It may still be applied: whatever is sent again is idempotent. */
const COMMAND_TIMEOUT_MS = 5_000;

const COMMON = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  // A link that says nothing while an answer is due is dead; the system would notice after minutes.
  socketTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: COMMAND_TIMEOUT_MS,
  keepAlive: 10_000,
  noDelay: true,
  // What was under way when the link broke fails at once, for nobody knows whether it was applied,
  // and is never sent again from here. What is asked while there is no link fails with the next
  // vain attempt to connect, within a second: so that a caller can say "try again later" in time.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // How often a server that reads its file at start is asked whether it is done.
  maxLoadingRetryTime: 250,
  // After a failover a former primary answers READONLY: reconnect to find the new one.
  reconnectOnError: (error: Error) => error.message.includes('READONLY'),
} as const;

const retryStrategy = (attempt: number) => Math.min(50 * attempt, 1_000);

/** Opens the store. Returns at once; the first commands wait for the connection, see `COMMON`. */
export function openStore(
  address: StoreAddress,
  onError: (error: Error) => void = () => undefined,
): Store {
  const client = connect(address, COMMON);
  client.on('error', onError);
  const gather = gatheredOn(client);
  return {
    together: address.kind !== 'cluster',
    client,
    another: (commandTimeoutMs) => {
      const further = connect(address, {
        ...COMMON,
        commandTimeout: commandTimeoutMs,
        socketTimeout: commandTimeoutMs,
        maxRetriesPerRequest: null,
      });
      further.on('error', onError);
      return further;
    },
    script: (lua) => scriptOn(client, lua, gather),
    command: (name, partition, key, ...args) =>
      client.call(name, `${partitionKey(partition)}:${key}`, ...args),
    partitionFor: (text) => createHash('sha256').update(text).digest().readUInt8(0) % PARTITIONS,
    close: async () => {
      await client.quit().catch(() => client.disconnect());
    },
  };
}

type LinkOptions = Omit<
  typeof COMMON,
  'commandTimeout' | 'socketTimeout' | 'maxRetriesPerRequest'
> & {
  readonly commandTimeout: number;
  readonly socketTimeout: number;
  readonly maxRetriesPerRequest: number | null;
};

function connect(address: StoreAddress, options: LinkOptions): Redis | Cluster {
  return address.kind === 'cluster'
    ? new Cluster([...address.nodes], {
        redisOptions: options,
        clusterRetryStrategy: retryStrategy,
      })
    : new Redis({ ...options, retryStrategy, ...connectionOf(address.url) });
}

function connectionOf(url: string): Connection {
  if (url.startsWith('unix:')) return { path: url.slice('unix:'.length).replace(/^\/\//, '') };
  const parsed = new URL(url);
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decodeURIComponent(parsed.password) }),
    ...(parsed.pathname.length > 1 ? { db: Number(parsed.pathname.slice(1)) } : {}),
    ...(parsed.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

/** EVALSHA, and EVAL where the server does not know the script (a restart, another node). */
function scriptOn(client: Redis | Cluster, lua: string, gather: () => void): Script {
  const sha = createHash('sha1').update(lua).digest('hex');
  return {
    run: async (partition, args, sent) => {
      const key = partitionKey(partition);
      gather();
      try {
        const answer = client.evalsha(sha, 1, key, ...args);
        sent?.();
        return await answer;
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        const answer = client.eval(lua, 1, key, ...args);
        sent?.();
        return await answer;
      }
    },
  };
}

/**
 * What is asked for before this turn of the event loop is over leaves in one write: the server does it
 * in one go, and flushes its file once for all of it. A cluster has a link to each node.
 */
function gatheredOn(client: Redis | Cluster): () => void {
  if (client instanceof Cluster) return () => undefined;
  return () => {
    // There is none before the first connection.
    const stream: Redis['stream'] | undefined = client.stream;
    if (stream === undefined || stream.writableCorked > 0) return;
    stream.cork();
    // After all that follows from what is done just now, be it by promises.
    queueMicrotask(() => process.nextTick(() => stream.uncork()));
  };
}
