/** Postern with a transport for mail, between a server that is raw bytes and Postfix's test programs. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { freePorts } from '../support/peers/xmpp-server.ts';
import { type BenchGateway, type BenchGatewayOptions, startBenchGateway } from './bench-gateway.ts';
import { USER_DOMAIN } from './load.ts';
import { type RawServer, startRawServer } from './raw-stream.ts';

const MAIL_DOMAIN = 'mail.bench';
const USER = 'juliet';
export const USERS_ADDRESS = `${USER}@${MAIL_DOMAIN}`;

export interface MailGatewayOptions extends Pick<BenchGatewayOptions, 'durability' | 'profile'> {
  /** Of the smarthost. */
  readonly smarthost: number;
  /**
   * `waits`: nobody can tell whom a mail is from, so it is kept and not opened. `off`: nobody asks.
   */
  readonly proof: 'waits' | 'off';
  /** A private key in PEM. */
  readonly dkim?: string | undefined;
}

export interface MailGateway extends BenchGateway {
  readonly server: RawServer;
  /** Where mail comes in. */
  readonly port: number;
}

/** Resolves when its domain is up. A sender gets his receipt when the smarthost has his mail. */
export async function startMailGateway(options: MailGatewayOptions): Promise<MailGateway> {
  const { smarthost, proof, dkim } = options;
  const [[port = 0], server, dns] = await Promise.all([
    freePorts(1),
    startRawServer(MAIL_DOMAIN),
    startSilentDns(),
  ]);
  const end = () => {
    dns.stop();
    server.close();
  };
  const config = {
    listen: `127.0.0.1:${port}`,
    verify: proof === 'off' ? 'off' : 'dmarc',
    resolver: [dns.address],
    smarthost: `smtp://127.0.0.1:${smarthost}`,
    receipt: 'handed',
    ...(dkim === undefined ? {} : { dkim: { selector: 'bench', key: dkim } }),
  };
  const gateway = await startBenchGateway({
    ...options,
    port: server.port,
    transport: {
      ...{ id: 'mail', use: 'email', domain: MAIL_DOMAIN, config },
      accounts: { [`${USER}@${USER_DOMAIN}`]: { address: USER } },
    },
  }).catch((error: unknown) => {
    end();
    throw error;
  });
  const stop = async () => {
    dns.giveUp();
    await gateway.stop();
    end();
  };
  return { ...gateway, server, port, stop };
}

/** Message stanzas of the user, each to somebody else, each with a wish for a receipt. */
export function mailStanzas(first: number, count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  return numbers.map(stanza).join('');
}

function stanza(number: number): string {
  const to = `p${number}\\40example.com@${MAIL_DOMAIN}`;
  const text = `This is message ${number} to somebody whom I have never written to before.`;
  return `<message from='${USER}@${USER_DOMAIN}/phone' to='${to}' id='m${number}' type='chat'><body>${text}</body><request xmlns='urn:xmpp:receipts'/></message>`;
}

/** A name server that answers nothing, until it gives up: then nobody waits for it any longer. */
async function startSilentDns() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  let silent = true;
  const waiting: (() => void)[] = [];
  socket.on('message', (packet, { port, address }) => {
    const fail = () => socket.send(servfail(packet), port, address);
    if (silent) waiting.push(fail);
    else fail();
  });
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    giveUp() {
      silent = false;
      for (const fail of waiting.splice(0)) fail();
    },
    stop: () => socket.close(),
  };
}

/** The question as an answer (RFC 1035 §4.1.1): QR, and RCODE 2. */
function servfail(question: Buffer): Buffer {
  const answer = Buffer.from(question);
  answer.writeUInt8(question.readUInt8(2) | 0x80, 2);
  answer.writeUInt8((question.readUInt8(3) & 0xf0) | 2, 3);
  return answer;
}
