import type {
  AccountId,
  AccountLink,
  InboundEvent,
  InboundMessage,
  MessageId,
} from 'postern/adapter';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BouncedRecipient } from '../../bounce/bounce.ts';
import type { EmailAccount } from '../../config.ts';
import { Inbound } from '../../inbound.ts';
import type { OpenedMail } from '../../opener.ts';
import { Threads } from '../../threading.ts';
import { verp } from '../../verp.ts';
import { BOB, DOMAIN, KEPT, opened } from './opened.ts';

const SENT = '01ARZ3NDEKTSV4RRFFQ69G5FAV' as MessageId;
const bounces = verp(Buffer.alloc(32, 7), DOMAIN);
const BOUNCE_ADDRESS = bounces.address(SENT);

const juliet: AccountLink<EmailAccount> = {
  id: 'mail:juliet' as AccountId,
  jid: 'juliet@example.org',
  settings: { address: 'juliet', aliases: ['jules', 'capulet+j'] },
};
const owned = new Set(['juliet', 'jules', 'capulet+j'].map((local) => `${local}@${DOMAIN}`));

let inbound: Inbound;

beforeEach(() => {
  const entries = new Map<string, string>();
  const threads = new Threads(
    {
      get: (key) => entries.get(key),
      keys: () => [...entries.keys()],
      set: async (key, value) => void entries.set(key, value),
      delete: async (key) => void entries.delete(key),
    },
    (error) => {
      throw error;
    },
  );
  const context = { accountOf: (address: string) => (owned.has(address) ? juliet : undefined) };
  inbound = new Inbound({ context, domain: DOMAIN, verp: bounces, threads });
});

function message(more: Partial<OpenedMail> = {}, to?: string): InboundMessage {
  const [event] = inbound.events(opened(more, to === undefined ? undefined : [to]), KEPT);
  if (event?.kind !== 'message') throw new Error('it is no message');
  return event;
}

function report(recipient: BouncedRecipient, to: string = BOUNCE_ADDRESS, messageId?: string) {
  const mail = opened(
    {
      bounce: {
        recipients: [recipient],
        ...(messageId === undefined ? {} : { original: { messageId } }),
      },
      authenticity: { is: 'unconfirmed', why: 'nobody knows', rejectedByPolicy: false },
    },
    [to],
  );
  return inbound.events({ ...mail, envelope: { ...mail.envelope, mailFrom: '' } }, KEPT);
}

describe('RCPT', () => {
  test.each([
    [`juliet@${DOMAIN}`, 'yes'],
    [`jules@${DOMAIN}`, 'yes'],
    [`juliet+shop@${DOMAIN}`, 'yes'],
    [`capulet+j@${DOMAIN}`, 'yes'],
    [`capulet@${DOMAIN}`, 'unknown'],
    [`capulet+x@${DOMAIN}`, 'unknown'],
    [`postmaster@${DOMAIN}`, 'yes'],
    [`abuse+x@${DOMAIN}`, 'yes'],
    [`noreply@${DOMAIN}`, 'unknown'],
    [`romeo@${DOMAIN}`, 'unknown'],
    ['juliet@example.com', 'not-ours'],
    [`juliet@sub.${DOMAIN}`, 'not-ours'],
    [BOUNCE_ADDRESS, 'yes'],
    [BOUNCE_ADDRESS.replace(/\.(.)/, (_, tag) => `.${tag === 'a' ? 'b' : 'a'}`), 'unsigned-bounce'],
    [`b=x@${DOMAIN}`, 'unsigned-bounce'],
  ])('%s: %s', (address, verdict) => expect(inbound.accepts(address)).toBe(verdict));
});

describe('a mail from somebody who is confirmed', () => {
  test('comes from his contact, with its subject and its thread', () => {
    expect(message()).toMatchObject({
      to: `juliet@${DOMAIN}`,
      from: 'bob@example.com',
      text: '✉ Invoice 42\nThanks.',
      sentAt: KEPT.keptAt,
      thread: expect.stringMatching(/^\S+$/),
    });
  });

  test('has a contact in the canonical form, whatever he writes', () => {
    const from = { name: 'Bob', address: 'Bob@BÜCHER.example' };
    expect(message({ from }).from).toBe('bob@xn--bcher-kva.example');
  });

  test('shows what is new, and keeps all of it', () => {
    const body = { text: 'Thanks.\n> before', fresh: 'Thanks.', trimmed: true };
    const { text, full } = message({ body });
    expect(text).toBe('✉ Invoice 42\nThanks.');
    expect(full).toBe('✉ Invoice 42\nThanks.\n> before');
    expect(message({ messageId: 'm2@example.com' })).not.toHaveProperty('full');
  });

  test('is the same event however often it is opened, and another one with other words', () => {
    const first = message();
    expect(message()).toEqual(first);
    expect(message({ messageId: 'm2@example.com' }).networkId).toBe('m2@example.com');
    expect(message({ bodyDigest: 'other' }).eventId).not.toBe(first.eventId);
  });

  test('is not taken for a repeat of a forged copy that came before it', () => {
    const authenticity = { is: 'unconfirmed', why: 'no proof', rejectedByPolicy: false } as const;
    const claims = 'Bob <bob@example.net>';
    const forged = message({ authenticity });
    expect(message().eventId).not.toBe(forged.eventId);
    expect(message({ authenticity, claims }).eventId).not.toBe(forged.eventId);
  });

  test('without an id is itself only', () => {
    const anonymous = opened({ messageId: undefined });
    const idIn = (id: string) => {
      const [event] = inbound.events(anonymous, { ...KEPT, id: id as MessageId });
      return event?.kind === 'message' ? event.eventId : undefined;
    };
    expect(idIn('A')).toBe(idIn('A'));
    expect(idIn('A')).not.toBe(idIn('B'));
  });

  test('to an alias or a name with a tag says so, and is the same conversation', () => {
    const first = message();
    const alias = message(
      { messageId: 'm2@example.com', references: ['m1@example.com'] },
      `jules@${DOMAIN}`,
    );
    expect(alias).toMatchObject({ to: `jules@${DOMAIN}`, thread: first.thread });
    expect(alias.text).toContain(`[Sent to jules@${DOMAIN}]`);
    const tagged = message({ messageId: 'm3@example.com' }, `juliet+shop@${DOMAIN}`);
    expect(tagged.to).toBe(`juliet@${DOMAIN}`);
    expect(tagged.text).toContain(`[Sent to juliet+shop@${DOMAIN}]`);
  });

  test('for several is a message for each', () => {
    const all = inbound.events(opened({}, [`juliet@${DOMAIN}`, `postmaster@${DOMAIN}`]), KEPT);
    expect(all.map((event) => event.kind === 'message' && event.to)).toEqual([
      `juliet@${DOMAIN}`,
      `postmaster@${DOMAIN}`,
    ]);
  });

  test('to several names of one user is one message, to the usual of them', () => {
    const names = [`jules@${DOMAIN}`, `juliet+shop@${DOMAIN}`, `juliet@${DOMAIN}`];
    const all = inbound.events(opened({}, names), KEPT);
    expect(all).toMatchObject([{ to: `juliet@${DOMAIN}`, text: '✉ Invoice 42\nThanks.' }]);
  });
});

describe('a mail from somebody whom nobody confirms', () => {
  const forged: Partial<OpenedMail> = {
    authenticity: { is: 'unconfirmed', why: 'its domain disowns it', rejectedByPolicy: true },
  };

  test('never comes from his contact, and says whom it claims to be', () => {
    const { from, text, thread } = message(forged);
    expect(from).toBe('unverified');
    expect(thread).toBeUndefined();
    expect(text.split('\n').slice(0, 2)).toEqual([
      '✉ Invoice 42',
      '⚠ This says it is from Bob <bob@example.com>. Do not rely on it: its domain disowns it.',
    ]);
  });

  test('can not creep into the thread of his contact', () => {
    const real = message();
    const crept = message({
      ...forged,
      messageId: 'f@evil.example',
      references: ['m1@example.com'],
    });
    expect(crept.thread).toBeUndefined();
    const next = message({ messageId: 'm2@example.com', references: ['f@evil.example'] });
    expect(next.thread).not.toBe(real.thread);
  });

  test('is nobody, either, where DNS never answered', () => {
    const authenticity = { is: 'unknown', why: 'DNS does not answer' } as const;
    expect(message({ authenticity }).from).toBe('unverified');
  });

  test('is nobody where what is confirmed can not be read', () => {
    expect(message({ from: undefined }).from).toBe('unverified');
    expect(message({ from: { ...BOB, address: '"bob"@example.com' } }).from).toBe('unverified');
    // As a JID it would be bob's.
    expect(message({ from: { ...BOB, address: 'ｂob@example.com' } }).from).toBe('unverified');
  });
});

describe('a report', () => {
  const failed: BouncedRecipient = {
    address: 'bob@example.com',
    outcome: 'failed',
    status: '5.1.1',
    reply: 550,
  };
  const networkId = `${SENT}@${DOMAIN}`;

  test('to an address that we wrote is about that very message', () => {
    expect(report(failed)).toEqual([
      {
        kind: 'status',
        of: { message: SENT, part: 0, networkId },
        state: {
          is: 'failed',
          refusal: {
            condition: 'item-not-found',
            type: 'cancel',
            text: 'Not delivered to bob@example.com: this mailbox does not exist (550 5.1.1).',
          },
        },
      },
    ]);
  });

  test.each([
    ['delivered', 'delivered'],
    ['relayed', 'accepted'],
    ['delayed', 'accepted'],
  ] as const)('of what is %s: %s', (outcome, is) => {
    expect(report({ outcome })).toMatchObject([{ kind: 'status', state: { is } }]);
  });

  test('to the user himself is about the mail that it gives back', () => {
    const events = report(failed, `juliet@${DOMAIN}`, networkId);
    expect(events).toMatchObject([{ kind: 'status', of: { networkId } }]);
  });

  test('to the user himself ticks nothing: whoever has seen the mail can write it', () => {
    const events = report({ outcome: 'delivered' }, `juliet@${DOMAIN}`, networkId);
    expect(events).toMatchObject([{ of: { networkId }, state: { is: 'accepted' } }]);
  });

  test('about the mail of somebody else is a mail', () => {
    const [event] = report(failed, `juliet@${DOMAIN}`, 'x@example.com');
    expect(event).toMatchObject({ kind: 'message', from: 'unverified' });
  });

  test('that has a sender is a mail, too: a report has none', () => {
    const bounce = { recipients: [failed], original: { messageId: networkId } };
    const [event] = inbound.events(opened({ bounce }), KEPT);
    expect(event).toMatchObject({ kind: 'message' });
  });
});

test('an answer to the address of bounces goes to whoever wrote the message', () => {
  const away = message({ automatic: 'reply', references: [`${SENT}@${DOMAIN}`] }, BOUNCE_ADDRESS);
  expect(away).toMatchObject({ answers: SENT, from: 'bob@example.com', to: BOUNCE_ADDRESS });
  expect(away.text).toContain('[An automatic reply]');
  expect(away.text).not.toContain('[Sent to');
});

test('every event can be repeated word for word', () => {
  const twice = (mail: OpenedMail): [readonly InboundEvent[], readonly InboundEvent[]] => [
    inbound.events(mail, KEPT),
    inbound.events(mail, KEPT),
  ];
  const [first, again] = twice(opened({ subject: 'A new one', messageId: 'new@example.com' }));
  expect(again).toEqual(first);
});
