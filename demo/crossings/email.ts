import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Child } from '../child.ts';
import { freePorts } from '../free-ports.ts';
import { Control } from './control.ts';
import type { Crossing, Network, StandIn, Surroundings } from './network.ts';

const DOMAIN = 'mail.localhost';
/** What `juliet@localhost` is to others; made at her first message. */
const JULIET = `juliet@${DOMAIN}`;
/** A domain for fiction: RFC 2606 §3. */
const BOB = 'bob@example.com';
/** XEP-0106 */
const CONTACT = `bob\\40example.com@${DOMAIN}`;
const AUTHSERV_ID = 'mx.localhost';
const THREAD = randomUUID();

interface Mail {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

/** E-mail, with a stand-in for a mail provider: Postern's smarthost, and Bob's mailbox. */
export const email: Network = {
  name: 'email',
  title: 'a stand-in for a mail provider',
  domain: DOMAIN,
  start,
};

async function start({ dir, keep }: Surroundings): Promise<StandIn> {
  const [port = 0] = await freePorts(1);
  const child = new Child(
    'mailbox',
    process.execPath,
    [
      fileURLToPath(new URL('../mailbox/main.ts', import.meta.url)),
      ...['--exchanger', `127.0.0.1:${port}`, '--authserv-id', AUTHSERV_ID],
    ],
    { cwd: dir, logFile: join(dir, 'mailbox.log') },
  );
  keep(child);
  const { listening, smarthost } = JSON.parse(await child.firstLine());
  const mailbox = new Control<Mail>(String(listening));
  return {
    transport: `  - id: mail
    use: email
    domain: ${DOMAIN}
    config:
      listen: 127.0.0.1:${port}
      verify: upstream:${AUTHSERV_ID}
      smarthost: ${smarthost}
`,
    secrets: {},
    crossings: [outbound(mailbox), inbound(mailbox)],
    contact: CONTACT,
    invitation: [
      `A mail from juliet, with her client: to ${CONTACT}, a subject in the first line: ✉ hi`,
      `Bob, ${BOB}, answers her last mail; or somebody writes to her a new one:`,
      `  curl -d '{"from":"${BOB}","text":"hi"}' ${mailbox.url}/answer`,
      `  curl -d '{"from":"nurse@example.com","to":"${JULIET}","subject":"hi","text":"hi"}' ${mailbox.url}/mail`,
      'All mails that lie in a mailbox:',
      `  curl ${mailbox.url}/messages`,
    ],
    watch: (tell, until) =>
      mailbox.watch(({ to, subject, text }) => tell(`mail ${to} ← ✉ ${subject}: ${text}`), until),
  };
}

function outbound(mailbox: Control<Mail>): Crossing {
  const subject = 'The balcony';
  const text = 'Wherefore art thou? 🌹';
  return {
    direction: 'outbound',
    what: `juliet → ${CONTACT}  ✉ ${subject}: ${text}`,
    async run(juliet, signal) {
      const id = randomUUID();
      const written = performance.now();
      juliet.say(CONTACT, `✉ ${subject}\n${text}`, id, THREAD);
      const arrival = mailbox
        .wait({ to: BOB, from: JULIET, subject, text }, signal)
        .then(() => performance.now() - written);
      // The receipt comes when the mailbox has reported the delivery.
      const [ms] = await Promise.all([arrival, juliet.receipt(id, signal)]);
      return ms;
    },
  };
}

function inbound(mailbox: Control<Mail>): Crossing {
  const answer = 'By yonder blessed moon I swear 🌙';
  return {
    direction: 'inbound',
    what: `juliet ← ${CONTACT}  ${answer}`,
    async run(juliet, signal) {
      const written = performance.now();
      const [, [message, ms]] = await Promise.all([
        mailbox.post('answer', { from: BOB, text: answer }, signal),
        juliet
          .message(
            ({ from, body, error }) =>
              from === CONTACT && body !== undefined && error === undefined,
            signal,
          )
          .then((message) => [message, performance.now() - written] as const),
      ]);
      const { body = '', thread } = message;
      // Bob's program signs, and quotes her mail below: she is told in brackets that there is more.
      if (body.replace(/\n\[.*\]$/, '') !== answer) throw new Error(`juliet is shown: ${body}`);
      if (thread !== THREAD) throw new Error('it is not in the thread that juliet began');
      return ms;
    },
  };
}
