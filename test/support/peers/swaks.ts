/** One mail by swaks: the dialogue as it was, whatever came of it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface SwaksMail {
  readonly port: number;
  readonly to: string | readonly string[];
  /** Empty for `<>`. */
  readonly from?: string;
  /** The whole mail, with LF: it turns them to CRLF and stuffs the dots. Its own test mail, if left out. */
  readonly mail?: string;
  readonly protocol?: 'ESMTP' | 'SMTP' | 'LMTP';
  /** Further options: swaks(1). */
  readonly args?: readonly string[];
}

export interface SwaksOutcome {
  /** 0: taken. 23, 24, 25, 26: refused at MAIL, RCPT, DATA, after the dot; more in swaks(1), "Exit codes". */
  readonly code: number | null;
  /** What both sides said: ` -> ` before a command, `<-  ` or `<** ` (a refusal) before a reply. */
  readonly transcript: string;
}

/** Resolves when it has ended. */
export async function swaks(options: SwaksMail): Promise<SwaksOutcome> {
  const { port, to, from = 'swaks@example.com', mail, protocol = 'ESMTP', args = [] } = options;
  const child = spawn(
    'swaks',
    [
      ...['--server', '127.0.0.1', '--port', String(port), '--protocol', protocol],
      ...['--helo', 'swaks.example.com', '--from', from === '' ? '<>' : from],
      ...['--to', [to].flat().join(',')],
      ...(mail === undefined ? [] : ['--data', '-']),
      ...args,
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  child.stdin.end(mail);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, transcript: stdout + stderr };
}
