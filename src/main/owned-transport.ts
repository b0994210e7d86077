import type { TransportId } from '../contract/index.ts';
import { channelOf, DIRECTIONS } from '../lanes/lane.ts';
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
  /** @throws AccountConflictError where `change` would */
  check(next: TransportSettings): Promise<void>;
  /** What was read again is in force; it differs in what `changeOf` lets through. */
  change(next: TransportSettings): Promise<void>;
  tick(): void;
  stop(): Promise<void>;
}

export async function own(shared: Shared, atFirst: TransportSettings): Promise<OwnedTransport> {
  let settings = atFirst;
  const health = new Health();
  const log = shared.log.child({ transport: settings.id });
  for (const holder of shared.gone) await takeOver(shared, settings.id, holder);
  let active: ActiveTransport | undefined;
  let ending = false;
  const lease = holdLease(shared.store, settings.id, shared.holder, {
    onLost: () => ownership?.leaseLost(),
  });
  let ownership: Awaited<ReturnType<typeof keepOwnership>> | undefined;
  ownership = await keepOwnership({
    lease,
    gained: async () => {
      const used = settings;
      active = await activate(shared, used, health);
      // Read again while it began.
      if (settings !== used) await active.change(settings);
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
    check: async (next) => await active?.check(next),
    async change(next) {
      await active?.change(next);
      settings = next;
    },
    tick: () => active?.tick(),
    stop: async () => {
      ending = true;
      await ownership?.stop();
    },
  };
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
