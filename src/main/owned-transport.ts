import type { Prepared } from '../accounts/open-accounts.ts';
import { readAccounts } from '../accounts/read-accounts.ts';
import type { TransportId } from '../contract/index.ts';
import { channelOf, DIRECTIONS } from '../lanes/lane.ts';
import { Mutex } from '../mutex.ts';
import { keepOwnership } from '../sessions/ownership.ts';
import type { TransportSettings } from '../settings/settings.ts';
import { endLeaseOf, holdLease } from '../store/lease.ts';
import { errorLog } from '../telemetry/repeats.ts';
import { Health } from '../transports/health.ts';
import type { Shared } from './shared.ts';
import { type ActiveTransport, activate } from './transport.ts';

/** SIGTERM to exit takes 15 s at most: this is the transports' share. */
const STOP_MS = 8_000;

/** One transport that this process serves while it is the owner, and stands by for while it is not. */
export interface OwnedTransport {
  readonly id: TransportId;
  readonly health: Health;
  /** @throws AccountConflictError where it could not be served so, by whoever owns it */
  check(next: TransportSettings): Promise<void>;
  /** As `ActiveTransport`. Until it is decided this process begins to serve nothing. */
  prepare(next: TransportSettings): Promise<Prepared>;
  tick(): void;
  stop(): Promise<void>;
}

export async function own(shared: Shared, atFirst: TransportSettings): Promise<OwnedTransport> {
  let settings = atFirst;
  const health = new Health();
  const log = shared.log.child({ transport: settings.id });
  for (const holder of shared.gone) await takeOver(shared, settings.id, holder);
  let active: ActiveTransport | undefined;
  /** The configuration is read again, or used for a beginning. */
  const changes = new Mutex();
  let ending = false;
  const lease = holdLease(shared.store, settings.id, shared.holder, {
    onLost: () => ownership?.leaseLost(),
  });
  let ownership: Awaited<ReturnType<typeof keepOwnership>> | undefined;
  ownership = await keepOwnership({
    lease,
    gained: async () => {
      await changes.run(async () => {
        active = await activate(shared, settings, health);
      });
      log.info({}, 'this process serves the transport');
    },
    lost: async () => {
      const former = active;
      active = undefined;
      const level = ending ? 'info' : 'warn';
      log[level]({}, 'this process does not serve the transport any more');
      await former?.stop(STOP_MS);
    },
    onError: errorLog(log, 'the transport can not be served yet'),
  });
  if (active === undefined) log.info({}, 'standing by: another process serves the transport');
  return {
    id: settings.id,
    health,
    async check(next) {
      if (active === undefined) await checkAlone(shared, next);
      else await active.check(next);
    },
    async prepare(next) {
      const end = await changes.take();
      try {
        const prepared = await active?.prepare(next);
        return {
          apply() {
            settings = next;
            try {
              prepared?.apply();
            } finally {
              end();
            }
          },
          discard() {
            prepared?.discard();
            end();
          },
        };
      } catch (error) {
        end();
        throw error;
      }
    },
    tick: () => active?.tick(),
    stop: async () => {
      ending = true;
      await ownership?.stop();
    },
  };
}

/** Of a stand-by, that has no accounts: as it would read them at its take-over. */
async function checkAlone({ store }: Shared, next: TransportSettings): Promise<void> {
  const { id: transport, definition, config, domain, xmpp, accounts } = next;
  const addressing = definition.addressing(config, { domain, server: xmpp.server });
  const source = { transport, addressing, accountSchema: definition.account, store };
  await readAccounts(source, accounts, Date.now());
}

/** A process that is certainly gone holds nothing: nobody has to wait for the end of its leases. */
async function takeOver(
  { store, lanes }: Shared,
  transport: TransportId,
  holder: string,
): Promise<void> {
  await endLeaseOf(store, transport, holder);
  for (const direction of DIRECTIONS) await lanes.release(channelOf(transport, direction), holder);
}
