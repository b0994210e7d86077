/** What users write that is not for the network: words to the gateway, and the one for the rest of a message. */

import { answer } from '../commands/chat.ts';
import type { PeerId, Refusal } from '../contract/index.ts';
import { asksForAll, inMessages } from '../inbound/full.ts';
import { newMessageId } from '../lanes/lane.ts';
import { BUSY } from '../outbound/refusals.ts';
import type { TransportSettings } from '../settings/settings.ts';
import { type BareJid, bareJid, formatJid, unescapeLocal } from '../xmpp/jid.ts';
import type { IncomingText, XmppPort } from '../xmpp/port.ts';
import type { Parts } from './parts.ts';
import type { Shared } from './shared.ts';

type WordParts = Pick<Parts, 'accounts' | 'addressing' | 'tell' | 'onError'> & {
  readonly shared: Pick<Shared, 'admits' | 'originals' | 'desk'>;
  readonly settings: Pick<TransportSettings, 'id' | 'domain' | 'definition'>;
  readonly policy: Pick<Parts['policy'], 'refuses' | 'spend' | 'isAdmin'>;
};
type Answering = Pick<XmppPort, 'refuse' | 'send'>;

/** Words to the gateway itself: an answer, and a receipt where one was asked for; or an error. */
export function command(parts: WordParts, port: Answering, message: IncomingText): void {
  const { settings, accounts, addressing, policy, shared, onError } = parts;
  const { id: transport, domain, definition } = settings;
  const jid = bareJid(message.from);
  const asked = {
    ...{ jid, isAdmin: policy.isAdmin(jid), transport, domain, title: definition.title },
    ...{ accounts, addressing, desk: shared.desk },
  };
  const texts = async () => inMessages(await answer(message.text, asked, onError));
  reply(parts, port, message, texts, NOT_ANSWERED);
}

/**
 * Sends a user all of the last message of a contact, of which a part was hidden. Says false when he
 * has not asked for that, or there is no such message: what he wrote is for the contact then.
 */
export function sendAll(parts: WordParts, port: Answering, message: IncomingText): boolean {
  if (!asksForAll(message.text)) return false;
  const jid = bareJid(message.from);
  const peer = peerOf(parts, jid, message.to.local ?? '');
  if (peer === undefined) return false;
  const conversation = { transport: parts.settings.id, account: jid, peer };
  let text: string | undefined;
  try {
    text = parts.shared.originals.latest(conversation);
  } catch (error) {
    parts.onError(error);
    port.refuse(message, NOT_SENT);
    return true;
  }
  if (text === undefined) return false;
  const texts = inMessages(text);
  reply(parts, port, message, async () => texts, NOT_SENT);
  return true;
}

/** Undefined: nobody can be there, as whoever takes the message next tells its sender. */
function peerOf(
  { addressing, accounts }: WordParts,
  jid: BareJid,
  local: string,
): PeerId | undefined {
  try {
    return addressing.parsePeer(unescapeLocal(local), accounts.find(jid)?.settings);
  } catch {
    return undefined;
  }
}

/**
 * @param texts what is said, one message each, in the name of whom the user wrote to
 * @param failed what he is told where that can not be stored
 */
function reply(
  { shared, policy, tell, onError }: WordParts,
  port: Answering,
  message: IncomingText,
  texts: () => Promise<readonly string[]>,
  failed: Refusal,
): void {
  const to = bareJid(message.from);
  // It costs nothing on the network, and room in the store: so only the number is limited.
  const refusal = policy.refuses(to) ?? (shared.admits() ? policy.spend(to, 0) : BUSY);
  if (refusal !== undefined) {
    port.refuse(message, refusal);
    return;
  }
  void texts()
    .then((all) => tell(all.map((text) => ({ to, from: message.to.local, text }))))
    .then(() => confirm(port, message))
    .catch((error: unknown) => {
      onError(error);
      port.refuse(message, failed);
    });
}

/** XEP-0184: the gateway is who the words were for, and it has them. */
function confirm(port: Answering, { id: of, wantsReceipt, from, to }: IncomingText): void {
  if (!wantsReceipt || of === undefined) return;
  const id = newMessageId(0, Date.now());
  port.send({ kind: 'receipt', id, from: to.local, to: formatJid(from), of });
}

const NOT_ANSWERED: Refusal = {
  condition: 'resource-constraint',
  type: 'wait',
  text: 'The gateway could not store its answer. It may have done what you asked for: try "whoami" later.',
};

const NOT_SENT: Refusal = {
  condition: 'internal-server-error',
  type: 'wait',
  text: 'The gateway can not send the rest of the message just now. Please try again later.',
};
