/** How a client comes into a room that is open: XEP-0045 §7.1. */

import type { Client } from './client.ts';
import type { Entrances } from './entrances.ts';
import { recalled } from './history.ts';
import type { RoomsHost, RoomView } from './port.ts';
import { STATUS } from './presence.ts';
import type { Scene } from './scene.ts';

/** What it comes into. */
export interface Opened {
  readonly view: RoomView;
  /** Bare JID of the room. */
  readonly address: string;
  readonly scene: Scene;
  readonly host: RoomsHost;
  readonly entrances: Entrances;
  /** It may leave meanwhile, or come a second time. */
  isStill(client: Client): boolean;
  /** All was shown that there was to show, as far as it could leave. */
  shown(client: Client): void;
  /** A history could not be had. */
  failed(error: unknown): void;
}

/** Shows who is there, and in the end what was said and the subject. */
export function letIn(client: Client, into: Opened): void {
  const { view, address, scene, host, entrances } = into;
  const { id, name, history, client: jid } = client.arrival;
  const archived = host.archive ? [STATUS.ARCHIVED] : [];
  const given = scene.name === name ? [] : [STATUS.NICK_GIVEN];
  client.enter(scene.introduction(id, [...archived, ...given]), scene.conclusion());
  host.came(view, jid);
  const complete = (past: Parameters<Client['complete']>[0]): void =>
    entrances.end(() => {
      if (!into.isStill(client)) return;
      client.complete(past);
      into.shown(client);
    });
  if (history === undefined) {
    complete([]);
    return;
  }
  host.history(view, history).then(
    (found) => complete(recalled(address, found, history)),
    (error: unknown) => {
      into.failed(error);
      complete([]);
    },
  );
}
