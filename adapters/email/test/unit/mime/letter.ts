import { type Mail, readMail } from '../../../mime/mail.ts';

/** Header lines and a body, with the line ends of mail. */
export function letter(header: readonly string[], body: string | Buffer = ''): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body.replace(/\r?\n/g, '\r\n')) : body;
  return Buffer.concat([Buffer.from(header.map((line) => `${line}\r\n`).join('')), CRLF, bytes]);
}

const CRLF = Buffer.from('\r\n');

export function read(header: readonly string[], body: string | Buffer = ''): Promise<Mail> {
  return readMail(letter(header, body));
}

/** Parts between boundaries; each begins with its own header lines. */
export function multipart(kind: string, ...parts: readonly string[]): string {
  const boundary = `b-${kind}`;
  const all = parts.map((part) => `--${boundary}\n${part}\n`).join('');
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\n\n${all}--${boundary}--\n`;
}

export const plain = (text: string) => `Content-Type: text/plain; charset=utf-8\n\n${text}`;
export const html = (text: string) => `Content-Type: text/html; charset=utf-8\n\n${text}`;
export const file = (type: string, name: string, content = 'content') =>
  `Content-Type: ${type}\nContent-Disposition: attachment; filename="${name}"\n\n${content}`;

/** A whole mail that is one part. */
export function readPart(part: string): Promise<Mail> {
  return readMail(Buffer.from(`From: a@b.example\n${part}`.replace(/\r?\n/g, '\r\n')));
}
