/** `npm run bench email`: mail in and out, beside Postfix's own test programs, in one run. */

import { generateKeyPairSync } from 'node:crypto';
import { type MailSink, startMailSink } from '../support/peers/mail-sink.ts';
import { sendMany } from '../support/peers/mail-source.ts';
import { measured } from './cpu.ts';
import {
  atLeast,
  type Cost,
  type Figure,
  type Flow,
  figure,
  flow,
  type Goal,
  gate,
  ratio,
} from './figures.ts';
import { type MailGateway, mailStanzas, startMailGateway, USERS_ADDRESS } from './mail-gateway.ts';

/** How many of each. */
export interface EmailSize {
  /** Not measured. */
  readonly warmUp: number;
  readonly small: number;
  readonly large: number;
  readonly opened: number;
  readonly outbound: number;
}

export const EMAIL_FULL: EmailSize = {
  warmUp: 2_000,
  small: 10_000,
  large: 1_000,
  opened: 5_000,
  outbound: 3_000,
};

/** Shows that everything works; its figures mean nothing. */
export const EMAIL_QUICK: EmailSize = {
  warmUp: 20,
  small: 200,
  large: 20,
  opened: 100,
  outbound: 100,
};

const SMALL = { name: '2 KB', bytes: 2_048 };
const LARGE = { name: '100 KB', bytes: 100 * 1_024 };
const SESSIONS = 10;
const RSA_BITS = 2_048;

const FSYNC = [
  ['always', 'always'],
  ['everysec', 'relaxed'],
] as const;

/** What one mail may cost: half as much again as it does on a busy machine. */
const costs = (gateway: number, redis: number): readonly Cost[] => [
  ['gateway', gate(gateway)],
  ['Redis', gate(redis)],
];

/** @param profile where the gateways write a CPU profile each */
export async function* email(size: EmailSize, profile?: string): AsyncGenerator<Figure> {
  const sink = await startMailSink();
  try {
    const alone = new Map<string, number>();
    for (const [{ name, bytes }, count] of sizes(size)) {
      const pids = [sink.pid];
      const taken = await measured(count, pids, () => pour(sink.port, count, bytes));
      alone.set(name, taken.perSecond);
      yield* mails(`smtp-source → smtp-sink, ${name}`, taken, [['smtp-sink', undefined]]);
    }
    for (const each of FSYNC) yield* accepting(size, each, sink, alone, profile);
    yield* opening(size, sink, profile);
    yield* sending(size, sink, profile);
  } finally {
    await sink.stop();
  }
}

/** Mail is stored, and told so; nothing else is done. */
async function* accepting(
  size: EmailSize,
  [appendfsync, durability]: (typeof FSYNC)[number],
  sink: MailSink,
  alone: ReadonlyMap<string, number>,
  profile: string | undefined,
): AsyncGenerator<Figure> {
  const options = { durability, smarthost: sink.port, profile, proof: 'waits' } as const;
  yield* within(await startMailGateway(options), async function* ({ port, pids }) {
    await pour(port, size.warmUp, SMALL.bytes);
    for (const [{ name, bytes }, count, cost, goal] of sizes(size)) {
      const taken = await measured(count, await pids(), () => pour(port, count, bytes));
      const what = `smtp-source → durable → 250, ${name}, ${appendfsync}`;
      yield* mails(what, taken, cost, goal);
      yield ratio(what, 'of smtp-sink', taken.perSecond, alone.get(name));
    }
  });
}

/** The whole way in: mail is opened, and lies at the server, while more of it comes. */
async function* opening(
  size: EmailSize,
  sink: MailSink,
  profile: string | undefined,
): AsyncGenerator<Figure> {
  const options = { durability: 'always', smarthost: sink.port, profile, proof: 'off' } as const;
  yield* within(await startMailGateway(options), async function* ({ port, pids, server }) {
    await Promise.all([pour(port, size.warmUp, SMALL.bytes), server.received(size.warmUp)]);
    let acceptedAfterMs = 0;
    const arrived = await measured(size.opened, await pids(), async () => {
      const accepted = pour(port, size.opened, SMALL.bytes);
      await server.received(size.warmUp + size.opened);
      acceptedAfterMs = await accepted;
    });
    const what = 'smtp-source → durable → opened → stanza, 2 KB, always';
    yield* mails(what, arrived, costs(3_000, 700));
    yield figure(what, '250/s meanwhile', size.opened / (acceptedAfterMs / 1_000));
  });
}

/** The whole way out: until the smarthost has it, and the user his receipt. */
async function* sending(
  size: EmailSize,
  sink: MailSink,
  profile: string | undefined,
): AsyncGenerator<Figure> {
  for (const [signed, dkim, cost] of [
    ['unsigned', undefined, costs(2_000, 600)],
    ['signed', newKey(), costs(2_500, 600)],
  ] as const) {
    const options = { durability: 'always', smarthost: sink.port, profile, proof: 'off' } as const;
    yield* within(await startMailGateway({ ...options, dkim }), async function* ({ server, pids }) {
      server.write(mailStanzas(0, size.warmUp));
      await server.received(size.warmUp);
      const sent = await measured(size.outbound, await pids(), async () => {
        server.write(mailStanzas(size.warmUp, size.outbound));
        await server.received(size.warmUp + size.outbound);
      });
      yield* mails(`stanza → durable → smtp-sink → receipt, ${signed}, always`, sent, cost);
    });
  }
}

async function* within(
  gateway: MailGateway,
  work: (gateway: MailGateway) => AsyncGenerator<Figure>,
): AsyncGenerator<Figure> {
  try {
    yield* work(gateway);
  } finally {
    await gateway.stop();
  }
}

function sizes({ small, large }: EmailSize) {
  return [
    [SMALL, small, costs(500, 150), atLeast(2_500)],
    [LARGE, large, costs(4_500, 300), undefined],
  ] as const;
}

/** All of them over connections that are kept. Resolves to milliseconds. */
function pour(port: number, count: number, bytes: number): Promise<number> {
  return sendMany({ port, to: USERS_ADDRESS, count, bytes, sessions: SESSIONS });
}

function mails(what: string, rate: Flow, costs: readonly Cost[], goal?: Goal) {
  return flow(what, rate, costs, goal, 'mail');
}

/** The usual one. */
function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
