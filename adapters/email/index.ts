/** E-mail, by a smarthost and a listener of our own. README.md beside this file says how to attach it. */

import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Adapter, AdapterContext } from 'postern/adapter';
import { CONTRACT, defineAdapter } from 'postern/adapter';
import { addressing, ownDomain } from './address.ts';
import { assess } from './assess.ts';
import {
  account,
  config,
  type EmailAccount,
  type EmailConfig,
  type Smarthost,
  smarthostOf,
} from './config.ts';
import { Inbound } from './inbound.ts';
import { type Listener, startListener } from './listener/listener.ts';
import type { OpenedMail } from './opener.ts';
import { prepare } from './prepared.ts';
import { dkimSigner } from './relay/dkim.ts';
import { lookForSmarthost } from './relay/reach.ts';
import { openRelay, type Relay } from './relay/relay.ts';
import { Remarks } from './remarks.ts';
import { EmailSession } from './session.ts';
import { Threads } from './threading.ts';
import { verp } from './verp.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const VERP_KEY = 'verp key';
const VERP_KEY_BYTES = 32;

const here = import.meta.url;

export default defineAdapter({
  contract: CONTRACT,
  name: 'email',
  title: 'E-mail',
  gatewayType: 'smtp',
  sends: ['message'],
  capabilities: {
    connection: 'stateless',
    accounts: 'first-message',
    receipts: 'network',
    // By its Message-ID, which is the same in every attempt: mailboxes and clients know it again.
    resend: 'deduplicated',
    order: 'none',
    deadlineMs: 5 * DAY_MS,
    deadlineFrom: 'accept',
    delayNoticeMs: 4 * HOUR_MS,
    // So long servers on the way try, and then say that they gave up.
    confirmationMs: 5 * DAY_MS + 4 * HOUR_MS,
    duplicateWindowMs: 5 * DAY_MS,
    concurrency: 16,
  },
  config,
  account,
  changeable: ['tls', 'maxConnections', 'connectionsPerAddress', 'mailsPerMinute'],
  opener: new URL(`./opener${extname(fileURLToPath(here))}`, here).href,
  addressing,
  create,
});

function create(
  context: AdapterContext<EmailConfig, EmailAccount>,
): Adapter<EmailAccount, 'message', EmailConfig> {
  const { memory, place } = context;
  const domain = ownDomain(context.config, place);
  const remarks = new Remarks(context);
  const threads = new Threads(memory, () => remarks.notRemembered());
  const relay = relayOf(context, domain, remarks);
  const { dkim } = context.config;
  const sign = dkim && dkimSigner({ ...dkim, domain: dkim.domain ?? domain });
  const storedKey = memory.get(VERP_KEY);
  const key = storedKey ?? randomBytes(VERP_KEY_BYTES).toString('base64url');
  const signed = verp(Buffer.from(key, 'base64url'), domain);
  const inbound = new Inbound({ context, domain, verp: signed, threads });
  let listener: Listener | undefined;
  let endLooking = (): void => {};
  return {
    start: async () => {
      if (storedKey === undefined) await memory.set(VERP_KEY, key);
      await threads.load();
      listener = await startListener({
        config: context.config,
        domain,
        hostname: domain,
        accepts: (address) => inbound.accepts(address),
        intake: () => context.intake(),
        keep: (what) => context.keep(what),
        signal: context.signal,
        log: context.log,
      });
      remarks.started(listener.port);
      endLooking = lookForSmarthost(smarthostIn(context.config), (words) =>
        remarks.unreachable(words),
      );
    },
    stop: async () => {
      endLooking();
      await listener?.stop();
      listener = undefined;
      await relay.close();
      remarks.stopped();
    },
    change: (config) => listener?.change(config),
    assess: (event) => assess(event, domain),
    prepare: (event, link) => prepare(event, link, threads, domain),
    open: (link) =>
      new EmailSession({
        account: link,
        domain,
        receipt: context.config.receipt,
        relay,
        remarks,
        verp: signed,
        sign,
      }),
    // Made by our own opener, and cloned.
    opened: async (opened, kept) => inbound.events(opened as OpenedMail, kept),
  };
}

function relayOf(
  { config }: AdapterContext<EmailConfig, EmailAccount>,
  domain: string,
  remarks: Remarks,
): Relay {
  const { login, clearText } = config;
  return openRelay({
    smarthost: smarthostIn(config),
    login,
    clearText,
    name: domain,
    onTrouble: (words) => remarks.trouble(words),
    onUnreachable: (words) => remarks.unreachable(words),
  });
}

function smarthostIn({ smarthost }: EmailConfig): Smarthost {
  const server = smarthostOf(smarthost);
  if (server === undefined) throw new Error('the smarthost was not validated');
  return server;
}
