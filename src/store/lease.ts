import type { TransportId } from '../contract/index.ts';
import type { Store } from './store.ts';

/** The lease on one transport: who holds it is its owner, the others stand by. */
export interface Lease {
  /**
   * The token of the new lease, greater than any before it; undefined while somebody else holds it.
   * From then on it is renewed. Rejects when the store does not answer.
   */
  tryAcquire(): Promise<number | undefined>;
  /**
   * Whether this process may still act as the owner: by a monotonic clock, false from two thirds of
   * the lease on after the last renewal was asked for. So a process that was paused knows at once.
   */
  readonly held: boolean;
  /** Gives it up, so that another need not wait for its end. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  /** Milliseconds; 30,000. */
  readonly ttlMs?: number;
  /** It is over, though it was not released. Called once for each time it was acquired. */
  readonly onLost: () => void;
}

interface Tenure {
  readonly token: number;
  readonly ttlMs: number;
  /** When the renewal that was granted last was asked for, by the monotonic clock. */
  since: number;
  renewing: boolean;
  renew(): Promise<boolean>;
  lost(): void;
}

const ACQUIRE = `
local key, holder, ttl = KEYS[1] .. ':lease:' .. ARGV[1], ARGV[2], ARGV[3]
local owner = redis.call('GET', key)
if owner and string.match(owner, '^%d+ (.*)$') ~= holder then return nil end
local token = redis.call('INCR', KEYS[1] .. ':n')
redis.call('SET', key, token .. ' ' .. holder, 'PX', ttl)
return token
`;

const RENEW = `
local key = KEYS[1] .. ':lease:' .. ARGV[1]
local owner, mine = redis.call('GET', key), ARGV[2] .. ' ' .. ARGV[3]
if owner and owner ~= mine then return 0 end
redis.call('SET', key, mine, 'PX', ARGV[4])
return 1
`;

const RELEASE = `
local key = KEYS[1] .. ':lease:' .. ARGV[1]
if redis.call('GET', key) ~= ARGV[2] .. ' ' .. ARGV[3] then return 0 end
return redis.call('DEL', key)
`;

const END = `
local key = KEYS[1] .. ':lease:' .. ARGV[1]
local owner = redis.call('GET', key)
if not owner or string.match(owner, '^%d+ (.*)$') ~= ARGV[2] then return 0 end
return redis.call('DEL', key)
`;

/** Whether some process owns the transport, as far as the store knows. */
export async function hasOwner(store: Store, transport: TransportId): Promise<boolean> {
  const partition = store.partitionFor(transport);
  return (await store.command('GET', partition, `lease:${transport}`)) !== null;
}

/** Ends the lease of a holder whose process is certainly gone. */
export async function endLeaseOf(
  store: Store,
  transport: TransportId,
  holder: string,
): Promise<void> {
  await store.script(END).run(store.partitionFor(transport), [transport, holder]);
}

/** @param holder a name of this process that no other has */
export function holdLease(
  store: Store,
  transport: TransportId,
  holder: string,
  { ttlMs = 30_000, onLost }: LeaseOptions,
): Lease {
  const partition = store.partitionFor(transport);
  const scriptOf = (lua: string) => {
    const script = store.script(lua);
    return (...args: (string | number)[]) => script.run(partition, [transport, ...args]);
  };
  const acquire = scriptOf(ACQUIRE);
  const renew = scriptOf(RENEW);
  const release = scriptOf(RELEASE);
  let tenure: Tenure | undefined;
  let lastToken: number | undefined;

  return {
    async tryAcquire() {
      const since = performance.now();
      const token = await acquire(holder, ttlMs);
      if (typeof token !== 'number') return undefined;
      if (tenure !== undefined) tenures.remove(tenure);
      lastToken = token;
      tenure = {
        token,
        ttlMs,
        since,
        renewing: false,
        renew: async () => (await renew(token, holder, ttlMs)) === 1,
        lost: () => {
          tenure = undefined;
          onLost();
        },
      };
      tenures.add(tenure);
      return token;
    },
    get held() {
      return tenure !== undefined && isCurrent(tenure);
    },
    async release() {
      if (tenure !== undefined) tenures.remove(tenure);
      tenure = undefined;
      if (lastToken !== undefined) await release(lastToken, holder);
      lastToken = undefined;
    },
  };
}

function isCurrent({ since, ttlMs }: Tenure): boolean {
  return performance.now() - since < (ttlMs * 2) / 3;
}

/** All leases of the process, renewed by one timer that runs while there is one. */
const tenures = {
  all: new Set<Tenure>(),
  timer: undefined as NodeJS.Timeout | undefined,

  add(tenure: Tenure): void {
    this.all.add(tenure);
    this.schedule();
  },

  remove(tenure: Tenure): void {
    if (this.all.delete(tenure)) this.schedule();
  },

  schedule(): void {
    clearInterval(this.timer);
    if (this.all.size === 0) return;
    const everyMs = Math.min(...[...this.all].map(({ ttlMs }) => ttlMs / 6));
    this.timer = setInterval(() => this.look(), everyMs);
  },

  look(): void {
    for (const tenure of this.all) {
      if (!isCurrent(tenure)) {
        this.end(tenure);
      } else if (!tenure.renewing && performance.now() - tenure.since >= tenure.ttlMs / 3) {
        void this.renew(tenure);
      }
    }
  },

  async renew(tenure: Tenure): Promise<void> {
    tenure.renewing = true;
    const asked = performance.now();
    try {
      if (await tenure.renew()) tenure.since = asked;
      else this.end(tenure);
    } catch {
      // Asked again at the next look, until two thirds of the lease are over.
    }
    tenure.renewing = false;
  },

  end(tenure: Tenure): void {
    if (!this.all.has(tenure)) return;
    this.remove(tenure);
    tenure.lost();
  },
};
