/** A name server of somebody who sends mail: for each name the same answer, and as a rule none that is honest. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Chance } from './fuzz.ts';

const RECORDS = [
  ...['v=DMARC1; p=reject', 'v=DMARC1; p=none; sp=quarantine; pct=0; adkim=x; aspf=s', 'v=DMARC1'],
  ...[
    'v=DMARC1; p=__proto__; rua=mailto:a@b;;;=',
    'v=spf1 +all',
    'v=spf1 -all',
    'v=spf1 ?all mx a',
  ],
  ...['v=spf1 include:a.example include:b.example redirect=c.example', 'v=spf1 redirect=_spf.%{d}'],
  ...[
    'v=spf1 exists:%{ir}.%{v}.%{l1r-}.%{d2} ~all',
    'v=spf1 ip4:1.2.3.4/99 ip6:::/-1 a:%%%_%-/x//y',
  ],
  ...[
    'v=spf1 ptr ptr:%{h} mx:%{o} a//0',
    `v=spf1 ${'a:x.example '.repeat(30)}`,
    'v=spf1',
    'v=spf2',
  ],
  ...[
    'v=DKIM1; k=rsa; p=',
    'v=DKIM1; k=rsa; p=AAAA',
    'v=DKIM1; k=ed25519; p=AAAA',
    'p=;;p',
    '',
    '=',
  ],
  ...[
    'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB',
  ],
] as [string, ...string[]];

const TYPES = { A: 1, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 } as const;
/** The name that was asked for, as a pointer to the question. */
const ITSELF = [0xc0, 12];

/** @returns where it listens, and what ends it */
export async function serveHostileNames(): Promise<{ at: string; close(): void }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (query, { port, address }) => socket.send(answerTo(query), port, address));
  return { at: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}

function answerTo(query: Buffer): Buffer {
  const nameEnd = query.indexOf(0, 12) + 1;
  const question = query.subarray(12, nameEnd + 4);
  let seed = 7;
  for (const byte of question) seed = Math.imul(seed ^ (byte | 0x20), 0x9e37_79b1);
  const chance = new Chance(seed);
  const records = chance.once(3) ? [] : chance.some(3, () => dataOf(chance, query[nameEnd + 1]));
  const answers = records.map((data) =>
    Buffer.from([...ITSELF, 0, query[nameEnd + 1] ?? 0, 0, 1, 0, 0, 0, 60, 0, 0, ...data]),
  );
  for (const answer of answers) answer.writeUInt16BE(answer.length - 12, 10);
  const header = Buffer.from([
    0,
    0,
    0x81,
    records.length === 0 ? 0x83 : 0x80,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(answers.length, 6);
  return Buffer.concat([header, question, ...answers]);
}

function dataOf(chance: Chance, type: number | undefined): number[] {
  switch (type) {
    case TYPES.A:
      return [192, 0, 2, chance.below(256)];
    case TYPES.AAAA:
      return Array.from({ length: 16 }, () => chance.below(256));
    case TYPES.MX:
      return [0, 1, ...ITSELF];
    case TYPES.TXT: {
      const record = Buffer.from(chance.of(RECORDS));
      const text = chance.once(3) ? chance.damage(record) : record;
      const short = text.subarray(0, 255);
      return [short.length, ...short];
    }
    default:
      return ITSELF;
  }
}
