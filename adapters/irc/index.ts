/** IRC: channels as rooms, nicks as contacts. README.md beside this file says how to attach it. */

import type { Adapter, AdapterContext, OwnAddress } from 'postern/adapter';
import { CONTRACT, defineAdapter } from 'postern/adapter';
import { addressing } from './address.ts';
import { assess } from './assess.ts';
import { account, config, type IrcAccount, type IrcConfig } from './config.ts';
import { Gate } from './gate.ts';
import { lookForServers } from './reach.ts';
import { Remarks } from './remarks.ts';
import { IrcSession } from './session.ts';
import { wireClocks } from './wire/clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export default defineAdapter({
  contract: CONTRACT,
  name: 'irc',
  title: 'IRC',
  gatewayType: 'irc',
  sends: ['message', 'room-message'],
  capabilities: {
    connection: 'per-account',
    accounts: 'first-message',
    // What the server has taken is there; nothing is ever heard of it later.
    receipts: 'none',
    resend: 'may-duplicate',
    order: 'conversation',
    deadlineMs: 10 * MINUTE_MS,
    deadlineFrom: 'head',
    confirmationMs: 0,
    // By msgid, where the server has it: a bouncer may play a message again.
    duplicateWindowMs: 24 * HOUR_MS,
    concurrency: 500,
  },
  config,
  account,
  addressing,
  create,
});

function create(
  context: AdapterContext<IrcConfig, IrcAccount>,
): Adapter<IrcAccount, 'message' | 'room-message'> {
  const remarks = new Remarks(context);
  const clocks = wireClocks();
  const gates = new Map(
    Object.entries(context.config.servers).map(([server, config]) => {
      const gate = new Gate({ server, config, clock: clocks.pace, remarks, chance: Math.random });
      return [server, gate];
    }),
  );
  const sessions = new Set<IrcSession>();
  let endLooking = (): void => {};
  return {
    start: async () => {
      remarks.started();
      endLooking = lookForServers(context.config, remarks);
    },
    stop: async () => {
      endLooking();
      await Promise.all([...sessions].map((session) => session.close()));
      sessions.clear();
      remarks.stopped();
    },
    assess: (event) => assess(event, context.config),
    open: (account) => {
      const [own = '' as OwnAddress] = context.addressing.ownAddresses(account.settings);
      const session = new IrcSession({
        ...{ context, account, own, gates, clocks, remarks },
        closed: () => sessions.delete(session),
      });
      sessions.add(session);
      return session;
    },
  };
}
