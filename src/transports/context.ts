import type {
  AccountId,
  AccountLink,
  AdapterContext,
  AdapterLog,
  AdapterMemory,
  Addressing,
  InboundEvent,
  Intake,
  OwnAddress,
  Place,
  Received,
  SessionState,
  ToKeep,
  TransportId,
} from '../contract/index.ts';
import type { Webhooks } from '../http/webhooks.ts';

export interface ContextOptions {
  readonly transport: TransportId;
  readonly config: unknown;
  readonly place: Place;
  readonly addressing: Addressing<unknown>;
  readonly signal: AbortSignal;
  readonly log: AdapterLog;
  readonly memory: AdapterMemory;
  readonly ownAddresses: () => readonly OwnAddress[];
  readonly accountOf: (address: OwnAddress) => AccountLink<unknown> | undefined;
  readonly intake: () => Intake;
  /** Undefined without a public listener. */
  readonly webhooks: Webhooks | undefined;
  readonly receive: (event: InboundEvent) => Promise<Received>;
  readonly room: AdapterContext['room'];
  readonly keep: (what: ToKeep) => Promise<void>;
  readonly health: (state: SessionState, detail: string, account?: AccountId) => void;
  readonly notifyAdmins: (key: string, text: string) => Promise<void>;
}

/** All that one adapter is given. */
export function contextOf(options: ContextOptions): AdapterContext {
  const { transport, webhooks, log } = options;
  return {
    transport,
    config: options.config,
    place: options.place,
    addressing: options.addressing,
    signal: options.signal,
    log,
    memory: options.memory,
    ownAddresses: options.ownAddresses,
    accountOf: options.accountOf,
    intake: options.intake,
    receive: options.receive,
    room: options.room,
    keep: options.keep,
    webhook(name, handle) {
      if (webhooks === undefined) {
        log.warn(
          { webhook: name },
          'there is no public listener: set http.listen for this webhook',
        );
        return;
      }
      webhooks.mount(transport, name, handle);
    },
    webhookUrl(name) {
      if (webhooks === undefined) throw new Error('set http.publicUrl: the network must reach us');
      return webhooks.url(transport, name);
    },
    health: options.health,
    notifyAdmins: options.notifyAdmins,
  };
}
