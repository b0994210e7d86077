/** A user of ours in a channel of a server that a test plays. */

import type { PeerId, RoomEvent } from 'postern/adapter';
import { type OnServer, type OnServerOptions, onServer } from './on-server.ts';
import { type ScriptedServer, type ServerSide, scriptedServer } from './scripted-server.ts';

export const FEATURES = ['PREFIX=(qaohv)~&@%+', 'CHANMODES=beI,k,l,imnst', 'CASEMAPPING=ascii'];
const ME = 'juliet!juliet@capulet.example';

export interface InChannel extends OnServer {
  readonly place: ScriptedServer;
  readonly side: ServerSide;
  readonly channel: PeerId;
  readonly joined: RoomEvent & { readonly is: 'joined' };
  /** The server says it; resolves when all of it was understood. */
  happens(...lines: readonly string[]): Promise<void>;
  /** All that was told since the last call. */
  told(): readonly RoomEvent[];
}

/** Asks to come into `#garden`. @returns when the server was asked */
export async function asking(options: OnServerOptions = {}) {
  const place = await scriptedServer({ endsAtQuit: true });
  const on = await onServer(place, options);
  const channel = on.room('#garden');
  on.rooms.join(channel, { nick: 'juliet' });
  const side = await place.accepted();
  await side.welcome('juliet', ...FEATURES);
  await side.next(/^JOIN #garden$/);
  return { ...on, place, side, channel };
}

/** The server lets one in. @param names as in 353 @param more what comes between it and the JOIN */
export function letIn(side: ServerSide, names: string, ...more: readonly string[]): void {
  side.say(
    `:${ME} JOIN #garden`,
    ...more,
    `:s 353 juliet = #garden :${names}`,
    ':s 366 juliet #garden :End',
  );
}

/** Then it tells what else there is to know. @param answers to MODE and to WHO */
export async function explain(side: ServerSide, ...answers: readonly string[]): Promise<void> {
  await side.next(/^MODE #garden$/);
  await side.next(/^WHO #garden$/);
  side.say(...answers, ':s 315 juliet #garden :End');
  await side.barrier();
}

/** Is in `#garden` with Romeo, an operator, and Mercutio. */
export async function inChannel(options: OnServerOptions = {}): Promise<InChannel> {
  const asked = await asking(options);
  const { side, channel, next, rig } = asked;
  letIn(side, '@romeo!romeo@romeo.example mercutio!m@mercutio.example juliet');
  const joined = await next(channel, 'joined');
  await explain(side, ':s 324 juliet #garden +nt', ...who('romeo', 'mercutio', 'juliet'));
  let seen = rig.roomEvents.length;
  return {
    ...asked,
    joined,
    async happens(...lines) {
      side.say(...lines);
      await side.barrier();
    },
    told() {
      const fresh = rig.roomEvents.slice(seen);
      seen = rig.roomEvents.length;
      return fresh.map(({ event }) => event);
    },
  };
}

export function who(...nicks: readonly string[]): string[] {
  return nicks.map(
    (nick) => `:s 352 juliet #garden ${nick} ${nick}.example s ${nick} H :0 ${nick}`,
  );
}
