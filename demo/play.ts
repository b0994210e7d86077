import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';

/** Leaves the demo to a person: tells what to type, and what arrives, until the signal fires. */
export async function play(stage: Stage, screen: Screen, signal: AbortSignal): Promise<void> {
  const { juliet } = stage;
  const standIns = [...stage.standIns.values()];
  const [first] = standIns;
  invite(stage, screen, first?.contact);
  juliet.onMessage(({ from, nick, body, error }) => {
    const whom = nick === undefined ? from : `${from}/${nick}`;
    if (error !== undefined) screen.say(`juliet ← ${whom}  error: ${error}`);
    else if (body !== undefined) screen.say(`juliet ← ${whom}  ${body}`);
  });
  const typed = createInterface({ input: process.stdin });
  typed.on('line', (line) => {
    if (line.trim() !== '' && first !== undefined) juliet.say(first.contact, line, randomUUID());
  });
  const watches = standIns.map(({ watch }) => watch((line) => screen.say(line), signal));
  await Promise.all(watches).catch(() => undefined);
  typed.close();
}

function invite(stage: Stage, screen: Screen, contact: string | undefined): void {
  const lines = [
    '',
    'Everything stays up. Try it:',
    `What you type here, juliet writes to ${contact}.`,
    `An XMPP client of yours: juliet@localhost, password ${stage.password}, server 127.0.0.1,`,
    `  port ${stage.c2sPort}, without TLS.`,
    ...[...stage.standIns.values()].flatMap(({ invitation }) => invitation),
    `Postern's configuration: ${stage.configuration}`,
    'Ctrl-C ends it all and removes it.',
    '',
  ];
  for (const line of lines) screen.say(line);
}
