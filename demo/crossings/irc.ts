import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { accepts } from '../accepts.ts';
import { freePorts } from '../free-ports.ts';
import { launchNgircd } from '../irc/ngircd.ts';
import { IrcPerson } from '../irc/person.ts';
import { until } from '../until.ts';
import type { Crossing, Network, StandIn, Surroundings } from './network.ts';

const DOMAIN = 'irc.localhost';
/** The operator's name for the server. */
const SERVER = 'verona';
const CHANNEL = '#verona';
const ROOM = `${CHANNEL}%${SERVER}@${DOMAIN}`;
const JULIET = 'juliet';
const ROMEO = 'romeo';

/** IRC, with a real server, and a person in one of its channels. */
export const irc: Network = {
  name: 'irc',
  title: 'ngIRCd, an IRC server',
  domain: DOMAIN,
  start,
};

async function start({ dir, keep, signal }: Surroundings): Promise<StandIn> {
  const [port = 0] = await freePorts(1);
  keep(await launchNgircd(join(dir, 'ngircd'), port));
  await until('ngIRCd did not listen', () => accepts(port), signal);
  const romeo = await IrcPerson.join(port, ROMEO, CHANNEL, signal);
  return {
    transport: `  - id: irc
    use: irc
    domain: ${DOMAIN}
    config:
      servers:
        ${SERVER}: { host: 127.0.0.1, port: ${port}, tls: false }
`,
    secrets: {},
    crossings: [outbound(romeo), inbound(romeo)],
    contact: `${ROMEO}%${SERVER}@${DOMAIN}`,
    invitation: [
      `A room, with your client: ${ROOM}; ${ROMEO} is in it.`,
      `An IRC client of yours: 127.0.0.1, port ${port}, without TLS, ${CHANNEL}. Or for one line:`,
      `  printf 'NICK nurse\\nUSER nurse 0 * :nurse\\nJOIN ${CHANNEL}\\nPRIVMSG ${CHANNEL} :hi\\nQUIT\\n' |`,
      `    curl -sN telnet://127.0.0.1:${port}`,
    ],
    async watch(tell, stopped) {
      for await (const { nick, channel, text } of romeo.heard(stopped)) {
        tell(`IRC ${channel} ← ${nick}: ${text}`);
      }
      throw stopped.reason;
    },
  };
}

function outbound(romeo: IrcPerson): Crossing {
  const body = 'Wherefore art thou? 🌹';
  return {
    direction: 'outbound',
    what: `${JULIET} → ${ROOM}  ${body}`,
    async run(juliet, signal) {
      await juliet.join(ROOM, JULIET, signal);
      const id = randomUUID();
      const heard = romeo.heard(signal);
      const written = performance.now();
      juliet.sayInRoom(ROOM, body, id);
      const arrival = heard.next().then(({ value }) => {
        if (value.nick !== JULIET || value.text !== body) {
          throw new Error(`${ROMEO} hears from ${value.nick}: ${value.text}`);
        }
        return performance.now() - written;
      });
      // The room shows her what it has of her, under her own id.
      const [ms] = await Promise.all([
        arrival,
        juliet.message((message) => message.id === id && message.nick === JULIET, signal),
      ]);
      return ms;
    },
  };
}

/** She is in the room since the crossing before. */
function inbound(romeo: IrcPerson): Crossing {
  const body = 'By yonder blessed moon I swear 🌙';
  return {
    direction: 'inbound',
    what: `${JULIET} ← ${ROOM}/${ROMEO}  ${body}`,
    async run(juliet, signal) {
      const written = performance.now();
      romeo.say(body);
      await juliet.message(
        ({ from, nick, body: text }) => from === ROOM && nick === ROMEO && text === body,
        signal,
      );
      return performance.now() - written;
    },
  };
}
