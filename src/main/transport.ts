/** One transport while this process owns it: everything between its stream and its network. */

import type { Prepared } from '../accounts/open-accounts.ts';
import type { Intake } from '../contract/index.ts';
import type { Gaps } from '../outbound/gap.ts';
import type { Host } from '../rooms/host.ts';
import type { TransportSettings } from '../settings/settings.ts';
import { openServerMark } from '../store/server-mark.ts';
import { contextOf } from '../transports/context.ts';
import type { Health } from '../transports/health.ts';
import { openMemory } from '../transports/memory.ts';
import { takingTurns } from '../transports/turns.ts';
import { bareJid, unescapeLocal } from '../xmpp/jid.ts';
import { type OpenPort, openPort } from '../xmpp/open-port.ts';
import { type IncomingMessage, isGateway, type XmppListener } from '../xmpp/port.ts';
import type { Rooms } from '../xmpp/rooms/port.ts';
import { openGapsOf, tellUnsaid } from './gaps.ts';
import { type InboundWay, openDoor, openInboundWay } from './inbound-way.ts';
import { openKeeper, openKeptWay } from './kept-way.ts';
import { type OutboundWay, openOutboundWay, openStatusDesk } from './outbound-way.ts';
import { openParts, type Parts } from './parts.ts';
import { openRooms } from './rooms-way.ts';
import type { Shared } from './shared.ts';
import { within } from './within.ts';
import { command, sendAll } from './words.ts';

export interface ActiveTransport {
  /** Ends what is over by time; called about once a second. */
  tick(): void;
  /** @throws AccountConflictError where `prepare` would */
  check(next: TransportSettings): Promise<void>;
  /** As `Parts`; the adapter has its configuration by then, and gets the old one back. */
  prepare(next: TransportSettings): Promise<Prepared>;
  /** In the order of a good end: nothing new, what is under way, the stream, the network. */
  stop(capMs: number): Promise<void>;
}

interface Ways {
  readonly port: OpenPort;
  readonly outbound: OutboundWay;
  readonly inbound: InboundWay;
}

export async function activate(
  shared: Shared,
  settings: TransportSettings,
  health: Health,
): Promise<ActiveTransport> {
  const parts = await openParts(shared, settings, health, (account) => {
    host?.unregistered(account);
    void ways.outbound.sessions.close(account.id);
  });
  const { addressing, accounts, onError, log } = parts;
  const memory = await openMemory(shared.store, settings.id);
  const ending = new AbortController();
  const desk = openStatusDesk(parts);
  const receiver = openDoor(parts);
  let stream: OpenPort | undefined;
  const intake = (): Intake => (ending.signal.aborted ? 'stopping' : shared.intake());
  const host = await openRooms(parts, {
    face: () => roomsOf(ways.port),
    accept: (to, message) => ways.outbound.acceptFor(to, message),
    refuse: (message, refusal) => ways.port.refuse(message, refusal),
    sessionOf: (account) => ways.outbound.sessions.of(account),
  });
  const adapter = settings.definition.create(
    contextOf({
      transport: settings.id,
      config: settings.config,
      place: parts.place,
      addressing,
      signal: ending.signal,
      log,
      memory,
      ownAddresses: () => accounts.addresses(),
      accountOf: (address) => accounts.ownerOf(address),
      intake,
      webhooks: shared.webhooks,
      receive: (event) => (event.kind === 'status' ? desk.receive(event) : receiver.receive(event)),
      keep: openKeeper(parts, intake),
      room: takingTurns((account, room, event) => {
        host?.happened(account, room, event);
        return stream?.full;
      }),
      health: (state, detail, account) => {
        health.network(state, detail, account);
        const unwell = state === 'bad-credentials' || state === 'transient-disconnect';
        log[unwell ? 'warn' : 'info']({ state, detail, account }, 'network');
      },
      notifyAdmins: parts.notifyAdmins,
    }),
  );
  const close = async () => {
    shared.webhooks?.unmount(settings.id);
    ending.abort();
    await adapter.stop();
    await parts.policy.close();
  };
  // Before the ways are open: nothing is given to an adapter that has not begun, or can not.
  await adapter.start().catch(async (error: unknown) => {
    await close().catch(onError);
    throw error;
  });
  const gaps = await openGapsOf(parts).catch(async (error: unknown) => {
    await close().catch(onError);
    throw error;
  });
  const port = openStream(parts, () => ways, gaps, host);
  stream = port;
  const ways: Ways = {
    port,
    outbound: openOutboundWay(parts, adapter, desk, port, host),
    inbound: openInboundWay(
      parts,
      port,
      openServerMark(shared.store, settings.id, settings.xmpp.server),
    ),
  };
  const kept = openKeptWay(parts, adapter, receiver, desk);
  port.start();
  host?.comeBack();
  health.standby(false);
  let ticking = false;
  return {
    tick() {
      host?.tick();
      gaps.tick();
      // A store that is slow to answer is not asked once more every second.
      if (ticking) return;
      ticking = true;
      void Promise.all([
        ways.outbound.tick().catch(onError),
        ways.inbound.tick().catch(onError),
      ]).then(() => {
        ticking = false;
      });
    },
    check: (next) => parts.check(next),
    async prepare(next) {
      const { config } = parts.settings;
      const prepared = await parts.prepare(next);
      if (next.config === config) return prepared;
      const discard = () => {
        prepared.discard();
        try {
          adapter.change?.(config);
        } catch (error) {
          onError(error);
        }
      };
      try {
        adapter.change?.(next.config);
      } catch (error) {
        discard();
        throw error;
      }
      return { apply: prepared.apply, discard };
    },
    async stop(capMs) {
      const until = performance.now() + capMs;
      const left = () => Math.max(0, until - performance.now());
      // Half of what is left for each: one that hangs leaves time for those behind it.
      const inTurn = async (step: (ms: number) => Promise<unknown>) => {
        const ms = left() / 2;
        await within(ms, step(ms)).catch(onError);
      };
      ending.abort();
      shared.webhooks?.unmount(settings.id);
      await inTurn((ms) => ways.outbound.stop(ms));
      await inTurn(async (ms) => await kept?.stop(ms));
      await inTurn((ms) => ways.inbound.stop(ms));
      // Users write to the last moment. While there is a stream they can be told what is not stored.
      await inTurn(() => ways.outbound.accepted());
      gaps.ending();
      await inTurn((ms) => port.stop(ms));
      await inTurn(async () => await host?.settled());
      await inTurn(() => ways.outbound.accepted());
      await inTurn(() => gaps.ended());
      await within(left(), close()).catch(onError);
      health.standby(true);
      health.xmpp(false, 'stopped');
    },
  };
}

/** A host has a face, and there is no host without one. */
function roomsOf({ rooms }: OpenPort): Rooms {
  if (rooms === undefined) throw new Error('a port without rooms');
  return rooms;
}

/** @param ways known by the time that the stream says anything */
function openStream(parts: Parts, ways: () => Ways, gaps: Gaps, rooms: Host | undefined): OpenPort {
  const { shared, settings, addressing, accounts, log } = parts;
  const { xmpp, definition } = settings;
  return openPort(
    {
      domain: settings.domain,
      secret: xmpp.secret,
      server: xmpp.server,
      host: xmpp.connect.host,
      port: xmpp.connect.port,
      tls: xmpp.tls,
      gatewayType: definition.gatewayType,
      title: definition.title,
      version: shared.version,
      rooms,
      // What is shown by its id is in the archive, also where this process is killed in the next moment.
      ...(rooms === undefined ? {} : { beforeLive: () => shared.archive.commit() }),
      knows: (local, from) => {
        addressing.parsePeer(unescapeLocal(local), accounts.find(from)?.settings);
        return true;
      },
    },
    listenerOf(parts, ways, gaps),
    log,
  );
}

function listenerOf(parts: Parts, ways: () => Ways, gaps: Gaps): XmppListener {
  const { health, log, policy } = parts;
  let lastReason: string | undefined;
  return {
    message(message: IncomingMessage) {
      if (message.content === 'error') ways().inbound.bounced(message);
      if (message.content !== 'text') return;
      const writer = bareJid(message.from);
      // Strangers would be told of a gap, and of nothing else.
      if (policy.refuses(writer) === undefined) gaps.wrote(writer);
      if (isGateway(message.to.local)) command(parts, ways().port, message);
      else if (!sendAll(parts, ways().port, message)) ways().outbound.accept(message);
    },
    online(server) {
      health.xmpp(true, 'connected');
      lastReason = undefined;
      log.info({}, 'xmpp online');
      ways().inbound.online(server);
      gaps.online();
    },
    offline(reason, lastCertainAt) {
      health.xmpp(false, reason);
      // What is tried again every second, and fails in the same way, is told once.
      log[reason === lastReason ? 'debug' : 'warn']({ reason }, 'xmpp offline');
      lastReason = reason;
      ways().inbound.offline();
      gaps.offline(lastCertainAt);
    },
    unsaid: (to) => tellUnsaid(parts, to),
  };
}
