import { type SmtpDialogue, startSmtp } from '../../peers/smtp-dialogue.ts';
import { Watched } from '../../watched.ts';
import { FAR_DOMAIN, type MailDoor } from '../doors/mail.ts';
import { idOf, type MessageKey, textOf } from '../ledger.ts';
import { type Direction, filler, type Scene, TO_XMPP } from './direction.ts';
import { hearArrivals } from './xmpp-sink.ts';

const SENDERS = 3;
const SESSIONS = 3;

/** A server that sends mail: what is not taken with a 250 stays in its queue, and comes again as itself. */
class MailServer extends Watched {
  readonly #scene: Scene;
  readonly #door: MailDoor;
  readonly #queue: MessageKey[] = [];
  /** What makes large ones large, by number. */
  readonly #fillers = new Map<number, string>();
  #isBusy = 0;

  constructor(scene: Scene, door: MailDoor) {
    super();
    this.#scene = scene;
    this.#door = door;
    scene.pulse.beat(() => this.#run());
  }

  get waiting(): number {
    return this.#queue.length + this.#isBusy;
  }

  /** @param bytes at least */
  take(key: MessageKey, bytes = 0): void {
    if (bytes > 0) this.#fillers.set(key.n, filler(bytes).replaceAll('\n', '\r\n'));
    this.#queue.push(key);
    this.#run();
  }

  #run(): void {
    while (this.#isBusy < Math.min(SESSIONS, this.waiting)) {
      this.#isBusy += 1;
      void this.#session().then(() => {
        this.#isBusy -= 1;
        this.changed();
      });
    }
  }

  /** One connection, until the queue is empty or something is not taken. */
  async #session(): Promise<void> {
    const smtp = await startSmtp(this.#door.links.mail.port).catch(() => undefined);
    if (smtp === undefined) return;
    for (let key = this.#queue.shift(); key !== undefined; key = this.#queue.shift()) {
      if (await this.#sent(smtp, key)) continue;
      this.#queue.push(key);
      break;
    }
    smtp.end();
  }

  async #sent(smtp: SmtpDialogue, key: MessageKey): Promise<boolean> {
    const { ledger } = this.#scene;
    const from = `sender-${key.lane}@${FAR_DOMAIN}`;
    const to = this.#door.address;
    const id = `${idOf(key)}@${FAR_DOMAIN}`;
    const head = `From: <${from}>\r\nTo: <${to}>\r\nMessage-ID: <${id}>`;
    ledger.note(key, { is: 'offered' });
    const reply = await smtp.mail(from, [to], `${head}\r\n${this.#bodyOf(key)}`);
    if (reply.startsWith('5')) ledger.note(key, { is: 'error', says: 'refused', text: reply });
    if (!reply.startsWith('250')) return false;
    ledger.note(key, { is: 'accepted', by: '250', id });
    return true;
  }

  /** With the line that ends the head. What makes it large is in the form that is not shown. */
  #bodyOf(key: MessageKey): string {
    const filling = this.#fillers.get(key.n);
    if (filling === undefined) return `\r\n${textOf(key)}`;
    return [
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary=forms',
      ...['', '--forms', 'Content-Type: text/plain', '', textOf(key)],
      ...['--forms', 'Content-Type: text/html', '', `<p>${textOf(key)}</p><!--${filling}-->`],
      ...['--forms--', ''],
    ].join('\r\n');
  }
}

export function mailToXmpp(scene: Scene, door: MailDoor): Direction {
  const server = new MailServer(scene, door);
  hearArrivals(scene, 'mail-xmpp');
  let count = 0;
  return {
    name: 'mail-xmpp',
    promised: { order: false, receipts: false, ...TO_XMPP },
    lanes: SENDERS,
    send(more, lane, bytes) {
      for (let i = 0; i < more; i++) {
        const n = count++;
        server.take({ direction: 'mail-xmpp', lane: lane ?? n % SENDERS, n }, bytes);
      }
    },
    taken: () => server.until(({ waiting }) => waiting === 0),
    collect: async () => undefined,
    get waitsFor() {
      return `${server.waiting} to be taken`;
    },
  };
}
