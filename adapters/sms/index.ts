/** SMS, by a provider's API. README.md beside this file says how to attach one. */

import type { Adapter, AdapterContext } from 'postern/adapter';
import { CONTRACT, defineAdapter } from 'postern/adapter';
import { addressing } from './address.ts';
import { assess } from './assess.ts';
import { account, config, type SmsAccount, type SmsConfig } from './config.ts';
import { Inbound } from './inbound.ts';
import { Missed } from './missed.ts';
import { OptOuts } from './optout.ts';
import { Twilio } from './providers/twilio/client.ts';
import { mountWebhooks } from './providers/twilio/webhook.ts';
import { Remarks } from './remarks.ts';
import { SmsSession } from './session.ts';

const HOUR_MS = 60 * 60_000;
const DEADLINE_MS = 4 * HOUR_MS;
const CONCURRENCY = 32;

export default defineAdapter({
  contract: CONTRACT,
  name: 'sms',
  title: 'SMS',
  gatewayType: 'sms',
  sends: ['message'],
  capabilities: {
    connection: 'stateless',
    accounts: 'registration',
    receipts: 'device',
    resend: 'may-duplicate',
    order: 'conversation',
    deadlineMs: DEADLINE_MS,
    deadlineFrom: 'accept',
    // So long carriers keep a text for a device that is off.
    confirmationMs: 72 * HOUR_MS,
    duplicateWindowMs: 7 * 24 * HOUR_MS,
    concurrency: CONCURRENCY,
  },
  config,
  account,
  addressing,
  create,
});

function create(context: AdapterContext<SmsConfig, SmsAccount>): Adapter<SmsAccount, 'message'> {
  const optOuts = new OptOuts(context.memory);
  const remarks = new Remarks(context, optOuts);
  const inbound = new Inbound(context, optOuts, remarks);
  const provider = new Twilio({
    config: context.config,
    statusUrl: statusUrl(context),
    connections: CONCURRENCY,
  });
  const missed = new Missed({ context, provider, inbound, remarks });
  mountWebhooks(context, inbound);
  return {
    start: async () => {
      remarks.health('connecting', 'asking the provider');
      missed.start();
    },
    stop: async () => {
      await missed.stop();
      provider.close();
      remarks.health('closed', 'stopped');
    },
    assess: (event, link) =>
      assess(event, link, { config: context.config, maxText: provider.maxText, optOuts }),
    open: (link) =>
      new SmsSession({
        account: link,
        provider,
        optOuts,
        remarks,
        log: context.log,
      }),
  };
}

/** Without a public address texts can be sent; nothing is heard of them, and none come in. */
function statusUrl(context: AdapterContext<SmsConfig, SmsAccount>): URL | undefined {
  try {
    return context.webhookUrl('status');
  } catch {
    const text = 'http.publicUrl is not set: no texts come in, and no delivery is confirmed';
    context.log.warn({}, text);
    return undefined;
  }
}
