/** The carrier stand-in of the demo as a child process, and its control interface. */

import { Program } from './processes.ts';

export const CARRIER_ACCOUNT = `AC${'0'.repeat(32)}`;
export const CARRIER_TOKEN = 'carrier-token-of-the-tests';

/** One message in the carrier's ledger. */
interface CarriedText {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly status: string;
}

export interface Carrier {
  readonly url: string;
  readonly pid: number;
  /** All texts that it took from the gateway, in order. */
  messages(): Promise<readonly CarriedText[]>;
  /** Resolves when there are so many that fit. */
  wait(query: Readonly<Record<string, string | number>>): Promise<readonly CarriedText[]>;
  /** See demo/carrier/README.md. */
  mode(conduct: object): Promise<void>;
  release(count?: number): Promise<void>;
  /** Somebody's handset sends a text in; what the gateway answered. */
  text(text: { from: string; to: string; body: string; sid?: string }): Promise<unknown>;
  /** How often its API was called to send. */
  attempts(): Promise<readonly unknown[]>;
  inboundUrl(url: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startCarrier(numbers: readonly string[]): Promise<Carrier> {
  const program = new Program('demo/carrier/main.ts', [
    ...['--port', '0', '--account', CARRIER_ACCOUNT, '--token', CARRIER_TOKEN],
    ...numbers.flatMap((number) => ['--number', number]),
  ]);
  const { listening } = await program.printed((line) => 'listening' in line);
  const url = String(listening);
  const call = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${url}/control/${path}`, {
      method,
      // One that was kept alive is closed by a process that was stopped meanwhile, with the question in it.
      headers: { connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    url,
    pid: program.pid,
    messages: async () => (await call('GET', 'messages')).messages ?? [],
    async wait(query) {
      const words = new URLSearchParams({ seconds: '100' });
      for (const [name, value] of Object.entries(query)) words.set(name, String(value));
      return (await call('GET', `wait?${words}`)).messages ?? [];
    },
    mode: async (conduct) => void (await call('POST', 'mode', conduct)),
    release: async (count) =>
      void (await call('POST', 'release', count === undefined ? {} : { count })),
    text: (text) => call('POST', 'text', text),
    attempts: async () => (await call('GET', 'attempts')).attempts ?? [],
    inboundUrl: async (to) => void (await call('POST', 'inbound-url', { url: to })),
    stop: async () => void (await program.end()),
  };
}

interface Answer {
  readonly messages?: readonly CarriedText[];
  readonly attempts?: readonly unknown[];
}
