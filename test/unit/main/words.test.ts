import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/contract/index.ts';
import type { Originals } from '../../../src/history/originals.ts';
import { openOriginals } from '../../../src/history/sqlite-originals.ts';
import type { Word } from '../../../src/inbound/say.ts';
import { command, sendAll } from '../../../src/main/words.ts';
import { parseJid } from '../../../src/xmpp/jid.ts';
import type { IncomingText, OutgoingMessage } from '../../../src/xmpp/port.ts';
import { Inbox } from '../../support/clients/inbox.ts';
import { deskOn } from '../../support/desk.ts';
import { ADDRESSING, accountsOf, JULIET, PAPER } from '../../support/paper.ts';

const ALL = 'hi\n> Good morrow, cousin.';

let directory: string;
let originals: Originals;
let said: Inbox<readonly Word[]>;
let sent: Inbox<OutgoingMessage>;
let refused: Inbox<Refusal>;
let refusal: Refusal | undefined;
let stored: boolean;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-words-'));
  originals = openOriginals(join(directory, 'originals.sqlite'));
  said = new Inbox();
  sent = new Inbox();
  refused = new Inbox();
  refusal = undefined;
  stored = true;
  await keep(ALL);
});

afterEach(() => {
  originals.close();
  rmSync(directory, { recursive: true });
});

function keep(text: string) {
  const conversation = { transport: PAPER, account: JULIET, peer: 'romeo' };
  return originals.keep([{ conversation, event: text.slice(0, 9), text }]);
}

const port = {
  send: (message: OutgoingMessage) => sent.add(message),
  refuse: (_: IncomingText, why: Refusal) => refused.add(why),
};

function parts(): Parameters<typeof sendAll>[0] {
  return {
    shared: { originals, admits: () => true, desk: deskOn() },
    settings: {
      id: PAPER,
      domain: 'paper.example.org',
      definition: { title: 'Paper' } as Parameters<typeof sendAll>[0]['settings']['definition'],
    },
    accounts: accountsOf({ [JULIET]: 'one' }),
    addressing: ADDRESSING,
    policy: { refuses: () => undefined, spend: () => refusal, isAdmin: () => false },
    tell: async (words) => {
      if (!stored) throw new Error('store gone');
      said.add(words);
    },
    onError: () => undefined,
  };
}

function written(text: string, to = 'romeo@paper.example.org', from = `${JULIET}/balcony`) {
  return {
    content: 'text',
    from: parseJid(from),
    to: parseJid(to),
    id: 'm1',
    originId: undefined,
    text,
    thread: undefined,
    subject: undefined,
    wantsReceipt: true,
  } as const;
}

describe('the word for all of a message', () => {
  it('is answered by the contact, and confirmed', async () => {
    expect(sendAll(parts(), port, written(' Full\n'))).toBe(true);
    expect(await said.take(() => true)).toEqual([{ to: JULIET, from: 'romeo', text: ALL }]);
    expect(await sent.take(() => true)).toMatchObject({
      kind: 'receipt',
      from: 'romeo',
      to: `${JULIET}/balcony`,
      of: 'm1',
    });
    expect(refused.rest).toEqual([]);
  });

  it('is answered by several messages, in order, where the text is long', async () => {
    await keep('word\n'.repeat(8_000));
    expect(sendAll(parts(), port, written('full'))).toBe(true);
    const words = await said.take(() => true);
    expect(words.map(({ text }) => text.slice(0, 11))).toEqual([
      '(1/3)\nword\n',
      '(2/3)\nword\n',
      '(3/3)\nword\n',
    ]);
  });

  it.each([
    ['other words', written('full of care')],
    ['another contact', written('full', 'paris@paper.example.org')],
    ['nobody there can be', written('full', 'romeo5@paper.example.org')],
    ['another user', written('full', undefined, 'nurse@example.org/x')],
  ])('is a message like any other: %s', (_, message) => {
    expect(sendAll(parts(), port, message)).toBe(false);
    expect(said.rest).toEqual([]);
  });

  it('counts as a message of the minute', () => {
    refusal = { condition: 'policy-violation', type: 'wait', text: 'Too many.' };
    expect(sendAll(parts(), port, written('full'))).toBe(true);
    expect(refused.rest).toEqual([refusal]);
    expect(said.rest).toEqual([]);
  });

  it('is refused, and not sent on, while the text can not be read or the answer not stored', async () => {
    stored = false;
    expect(sendAll(parts(), port, written('full'))).toBe(true);
    expect((await refused.take(() => true)).text).toContain('can not send the rest');
    originals.close();
    expect(sendAll(parts(), port, written('full'))).toBe(true);
    expect((await refused.take(() => true)).text).toContain('can not send the rest');
    expect(sent.rest).toEqual([]);
  });

  it('is explained by the gateway itself', async () => {
    command(parts(), port, written('full', 'help@paper.example.org'));
    const [word] = await said.take(() => true);
    expect(word).toMatchObject({ to: JULIET, from: 'help' });
    expect(word?.text).toContain('Send that word to the contact');
    expect(await sent.take(() => true)).toMatchObject({ kind: 'receipt', from: 'help' });
  });
});
