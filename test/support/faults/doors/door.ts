import type { FaultProxy } from '../proxy/proxy.ts';

/** A network with its peers, and the proxies on every link between them and the gateway. */
export interface Door {
  readonly links: Readonly<Record<string, FaultProxy>>;
  /** One entry of `transports:`. */
  readonly transport: Readonly<Record<string, unknown>> & { readonly domain: string };
  /** Of the lanes. */
  readonly channels: readonly string[];
  stop(): Promise<void>;
}
