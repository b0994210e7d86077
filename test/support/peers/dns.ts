/** A name server on a UDP port of 127.0.0.1, for the zones of a test. */

import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Question } from 'dns-packet';

/** The records of a name. A long text is cut into the strings that it needs. */
interface Records {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly CNAME?: readonly string[];
  readonly MX?: readonly { readonly preference: number; readonly exchange: string }[];
  readonly PTR?: readonly string[];
  readonly TXT?: readonly string[];
}

/** Names in lower case, without the last dot. */
export type Zone = Readonly<Record<string, Records>>;

/** RFC 1035 §4.1.1 `RCODE`, or no answer at all. */
type DnsFault = 'SERVFAIL' | 'NXDOMAIN' | 'REFUSED' | 'silence';

export interface DnsPeer {
  /** `127.0.0.1:<port>`, as `resolver` takes it. */
  readonly address: string;
  /** What was asked, in order: `TXT _dmarc.example.com`. */
  readonly asked: readonly string[];
  /** Adds names, or puts others in the place of theirs. */
  add(zone: Zone): void;
  /** From now on every question about this name meets the fault. */
  break(name: string, fault: DnsFault): void;
  heal(): void;
  stop(): Promise<void>;
}

/** NOERROR without an answer for a name that has other records, or names below it; NXDOMAIN for others. */
export async function startDns(zone: Zone = {}): Promise<DnsPeer> {
  const names = new Map(Object.entries(zone));
  const faults = new Map<string, DnsFault>();
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet: Buffer, { port, address }: RemoteInfo) => {
    const { id, questions = [] } = decode(packet);
    const [question] = questions;
    if (question === undefined) return;
    const name = question.name.toLowerCase();
    asked.push(`${question.type} ${name}`);
    const fault = faults.get(name) ?? (exists(names, name) ? undefined : 'NXDOMAIN');
    if (fault === 'silence') return;
    const answer = encode({
      type: 'response',
      ...(id === undefined ? {} : { id }),
      flags: AUTHORITATIVE_ANSWER | (fault === undefined ? 0 : RCODES[fault]),
      questions: [question],
      answers: fault === undefined ? answers(question, names.get(name) ?? {}) : [],
    });
    socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    add: (more) => {
      for (const [name, records] of Object.entries(more)) names.set(name, records);
    },
    break: (name, fault) => void faults.set(name, fault),
    heal: () => faults.clear(),
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const RCODES = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

function exists(names: ReadonlyMap<string, Records>, name: string): boolean {
  return names.has(name) || [...names.keys()].some((each) => each.endsWith(`.${name}`));
}

function answers({ type, name }: Question, records: Records): Answer[] {
  const ttl = 60;
  if (type !== 'CNAME' && records.CNAME !== undefined) {
    return records.CNAME.map((data) => ({ type: 'CNAME', name, ttl, data }));
  }
  if (type === 'TXT') {
    return (records.TXT ?? []).map((text) => ({ type, name, ttl, data: strings(text) }));
  }
  if (type === 'MX') return (records.MX ?? []).map((data) => ({ type, name, ttl, data }));
  if (type === 'A' || type === 'AAAA' || type === 'PTR' || type === 'CNAME') {
    return (records[type] ?? []).map((data) => ({ type, name, ttl, data }));
  }
  return [];
}

/** RFC 1035 §3.3: a string has 255 octets at most. */
function strings(text: string): string[] {
  return text.match(/.{1,255}/gs) ?? [''];
}
