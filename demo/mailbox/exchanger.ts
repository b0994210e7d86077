import { createTransport } from 'nodemailer';

export interface ExchangerOptions {
  /** Where the gateway listens. */
  readonly host: string;
  readonly port: number;
  /** The name under which it vouches (RFC 8601 §2.5). */
  readonly authservId: string;
}

interface Envelope {
  /** Empty for `<>`. */
  readonly from: string;
  readonly to: string;
}

export type Dmarc = 'pass' | 'fail';

/** The mail exchanger of the gateway's operator: it has checked who a mail is from, and says so on top of it. */
export interface Exchanger {
  /** @returns the reply of the gateway. @throws Error with the reply that refused it, or what broke */
  send(envelope: Envelope, message: Buffer, dmarc?: Dmarc): Promise<string>;
}

export function exchanger({ host, port, authservId }: ExchangerOptions): Exchanger {
  const transport = createTransport({ host, port, name: authservId, ignoreTLS: true });
  return {
    async send(envelope, message, dmarc = 'pass') {
      const verdict = `dmarc=${dmarc} header.from=${domainOfAuthor(message)}`;
      const onTop = `Authentication-Results: ${authservId}; ${verdict}\r\n`;
      const raw = Buffer.concat([Buffer.from(onTop), message]);
      const { from, to } = envelope;
      const { response } = await transport.sendMail({
        envelope: { from: from === '' ? false : from, to },
        raw,
      });
      return response;
    },
  };
}

/** What stands after the last `@` of its From. All mails here have one From, on one line. */
function domainOfAuthor(message: Buffer): string {
  return /^From: [^\r]*@([^\s>]+)/m.exec(message.toString('latin1'))?.[1] ?? 'localhost';
}
