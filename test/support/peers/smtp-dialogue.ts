/** Somebody who speaks SMTP byte by byte: nothing is sent that the test has not written. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface SmtpDialogue {
  /** To speak TLS on. */
  readonly socket: Socket;
  /** Sends a line. @returns the reply to it: the code, and the text of its last line */
  say(line: string): Promise<string>;
  /** Sends bytes as they are, in latin1. */
  write(text: string): void;
  /** The next reply; '' when the connection has been closed instead. */
  reply(): Promise<string>;
  /** From MAIL to the end mark, the dots stuffed. @returns the reply to the mail, or the first refusal */
  mail(from: string, to: readonly string[], mail: string): Promise<string>;
  end(): void;
}

/** Through the greeting and EHLO. */
export async function startSmtp(port: number): Promise<SmtpDialogue> {
  const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
  let received = '';
  let ended = false;
  let look = () => {};
  socket.on('data', (text: string) => {
    received += text;
    look();
  });
  // A connection that is cut ends, too.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
    look();
  });
  const write = (text: string): void => void socket.write(text, 'latin1');
  const reply = async (): Promise<string> => {
    for (;;) {
      const [whole, last = ''] = /^(?:\d{3}-[^\n]*\n)*(\d{3} [^\r\n]*)\r\n/.exec(received) ?? [];
      received = received.slice(whole?.length ?? 0);
      if (whole !== undefined || ended) return last;
      await new Promise<void>((resolve) => {
        look = resolve;
      });
    }
  };
  const say = (line: string): Promise<string> => {
    write(`${line}\r\n`);
    return reply();
  };
  await once(socket, 'connect');
  await reply();
  await say('EHLO far.example');
  return {
    socket,
    say,
    write,
    reply,
    async mail(from, to, mail) {
      for (const line of [`MAIL FROM:<${from}>`, ...to.map((each) => `RCPT TO:<${each}>`)]) {
        const answer = await say(line);
        if (!answer.startsWith('250')) return answer;
      }
      const answer = await say('DATA');
      if (!answer.startsWith('354')) return answer;
      return await say(`${mail.replaceAll(/^\./gm, '..')}\r\n.`);
    },
    end: () => void socket.destroy(),
  };
}
