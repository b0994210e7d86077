import type { MailDoor } from '../doors/mail.ts';
import { keyOf, TEXT } from '../ledger.ts';
import type { Direction, Scene } from './direction.ts';
import { XmppSource } from './xmpp-source.ts';

const RECIPIENTS = ['friend-0@example.net', 'friend-1@example.net', 'friend-2@example.net'];
/** So many mails may be at the smarthost at once, and are sent again if nobody knows whether it has them. */
const CONNECTIONS = 8;

/** The source has a receipt when the smarthost has said 250. A repeat has the Message-ID of the first. */
export function xmppToMail(scene: Scene, door: MailDoor): Direction {
  const { domain } = door.transport;
  const source = new XmppSource({
    ...scene,
    direction: 'xmpp-mail',
    domain,
    lanes: RECIPIENTS.map((address) => ({ to: `${address.replace('@', '%')}@${domain}` })),
  });
  door.hear((mail) => {
    const key = keyOf(TEXT.exec(mail)?.[0] ?? '');
    const [, id = ''] = /^Message-ID: *(\S+)/im.exec(mail) ?? [];
    if (key !== undefined) scene.ledger.note(key, { is: 'arrived', id });
  });
  const faults = ['gateway', 'redis', 'smarthost', 'link-smarthost', 'link-redis'] as const;
  return {
    name: 'xmpp-mail',
    promised: {
      order: false,
      receipts: true,
      duplicates: Object.fromEntries(faults.map((what) => [what, CONNECTIONS])),
      sameId: true,
    },
    lanes: RECIPIENTS.length,
    send: (count, lane, bytes) => source.send(count, lane, bytes),
    taken: () => source.until(({ isDone }) => isDone),
    collect: async () => undefined,
    get waitsFor() {
      return source.waitsFor;
    },
  };
}
