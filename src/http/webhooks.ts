import type { TransportId, WebhookHandler } from '../contract/index.ts';

/** The public listener, as the transports see it. */
export interface Webhooks {
  /** Serves `POST /hooks/<transport>/<name>`. @throws Error when it is mounted already. */
  mount(transport: TransportId, name: string, handle: WebhookHandler): void;
  unmount(transport: TransportId): void;
  /** @throws Error without `http.publicUrl` */
  url(transport: TransportId, name: string): URL;
}
