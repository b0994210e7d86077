import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode, type Question } from 'dns-packet';

/** What a name has, by type; a name that is not in the zone does not exist. */
export interface Records {
  readonly TXT?: readonly string[];
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly PTR?: readonly string[];
  readonly CNAME?: readonly string[];
  readonly MX?: readonly string[];
}

export type Zone = Readonly<Record<string, Records | 'servfail' | 'silence'>>;

const SERVFAIL = 2;
const NXDOMAIN = 3;

/** A name server on 127.0.0.1, over UDP. */
export class DnsStub implements AsyncDisposable {
  /** In lower case, as "TXT example.com", in the order in which they came. */
  readonly questions: string[] = [];
  /** Answers to every name, as if it were in the zone. */
  everyName: Records | 'servfail' | 'silence' | undefined;
  readonly #zone: Map<string, Records | 'servfail' | 'silence'>;
  readonly #socket: Socket;

  private constructor(zone: Zone, socket: Socket) {
    this.#zone = new Map(Object.entries(zone));
    this.#socket = socket;
    socket.on('message', (packet, { port, address }) => {
      const reply = this.#reply(packet);
      if (reply !== undefined) socket.send(reply, port, address);
    });
  }

  static async open(zone: Zone = {}): Promise<DnsStub> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsStub(zone, socket);
  }

  /** For a resolver. */
  get server(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  set(name: string, has: Records | 'servfail' | 'silence'): void {
    this.#zone.set(name.toLowerCase(), has);
  }

  asked(question: string): number {
    return this.questions.filter((asked) => asked === question).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #reply(packet: Buffer): Buffer | undefined {
    const { id, questions = [] } = decode(packet);
    const [question] = questions;
    if (question === undefined) return undefined;
    const name = question.name.toLowerCase();
    this.questions.push(`${question.type} ${name}`);
    const has = this.everyName ?? this.#zone.get(name);
    if (has === 'silence') return undefined;
    const code = has === undefined ? NXDOMAIN : has === 'servfail' ? SERVFAIL : 0;
    const answers = typeof has === 'object' ? answersTo(question, has) : [];
    return encode({ id: id ?? 0, type: 'response', flags: code, questions, answers });
  }
}

function answersTo({ name, type }: Question, has: Records): Answer[] {
  switch (type) {
    case 'TXT':
      return (has.TXT ?? []).map((text) => ({ name, type, ttl: 60, data: chunks(text) }));
    case 'MX':
      return (has.MX ?? []).map((exchange) => ({ name, type, ttl: 60, data: { exchange } }));
    case 'A':
    case 'AAAA':
    case 'PTR':
    case 'CNAME':
      return (has[type] ?? []).map((data) => ({ name, type, ttl: 60, data }));
    default:
      return [];
  }
}

/** A TXT record is a list of strings of at most 255 bytes. */
function chunks(text: string): string[] {
  return text.match(/.{1,255}/gs) ?? [''];
}
