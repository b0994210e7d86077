import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '../../../src/contract/index.ts';
import { channelOf, laneOf } from '../../../src/lanes/lane.ts';
import { ADMIN, OPERATOR, user } from '../../support/desk.ts';
import { claimAll, JULIET, PAPER } from '../../support/paper.ts';
import { Asking, NURSE } from './asking.ts';

let asking: Asking;

beforeEach(() => {
  asking = new Asking();
});

describe('queue', () => {
  it('says that nothing waits, and whether anybody serves', async () => {
    expect(await asking.ask('')).toMatchObject({ text: 'Nothing waits.', done: true });
    asking.desk.served = false;
    expect((await asking.ask('')).text).toContain('paper is not served');
  });

  it('tells the operator numbers, and each conversation by its oldest message', async () => {
    const first = await asking.delayed(JULIET, 'romeo');
    await asking.written(JULIET, 'romeo');
    const second = await asking.written(NURSE, 'paris');
    asking.bench.clock.pass(180_000);
    const { text, data } = await asking.ask('');
    expect(text.split('\n')).toEqual([
      expect.stringMatching(
        /^paper, to the network: 3 messages in 2 conversations(?:\s\(.*\))?; the oldest since .* \(3 minutes\)\.$/,
      ),
      expect.stringContaining(`${first}  paper  ${JULIET} → Ms romeo, since `),
      expect.stringContaining(`${second}  paper  ${NURSE} → Ms paris, since `),
    ]);
    expect(text).toContain('1 more waits behind it.');
    expect(text).not.toContain('wherefore');
    expect(data).toMatchObject({
      channels: expect.arrayContaining([
        expect.objectContaining({ transport: PAPER, direction: 'outbound', waiting: 3, lanes: 2 }),
      ]),
      conversations: [
        { message: first, account: JULIET, contact: 'Ms romeo', attempts: 1, messages: 2 },
        { message: second, account: NURSE, attempts: 0, messages: 1 },
      ],
      more: false,
    });
  });

  it('says when the next attempt is, and that the network has asked to wait', async () => {
    await asking.delayed();
    await asking.bench.lanes.notePause(channelOf(PAPER, 'outbound'), 120_000);
    const { text } = await asking.ask('');
    expect(text).toMatch(
      /: is tried again at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC after 1 attempt\.$/,
    );
    expect(text).toContain('The network has asked paper to wait until ');
  });

  it('goes on behind the last of a page, on a command line by its id, in a chat by a word', async () => {
    const ids = [];
    for (const peer of ['a', 'b', 'c']) ids.push(await asking.written(JULIET, peer));
    const page = await asking.ask('', OPERATOR, { most: 2 });
    expect(page.text).toContain(`There is more: --after ${ids[1]}.`);
    const rest = await asking.ask('', OPERATOR, { after: `${ids[1]}` });
    expect(rest.data).toMatchObject({ conversations: [{ message: ids[2] }] });

    expect((await asking.ask('', ADMIN, { most: 2 })).text).toContain('write "queue more"');
    expect((await asking.ask('more', ADMIN)).text).toMatch(/^1\. .*Ms c/);
    await expect(asking.ask('more', ADMIN)).rejects.toThrow('no more');
  });

  it('lists the messages of one conversation, of a user or of a contact', async () => {
    const one = await asking.written(JULIET, 'romeo');
    const two = await asking.written(JULIET, 'romeo');
    const three = await asking.written(JULIET, 'paris');
    const four = await asking.written(NURSE, 'romeo');
    const idsOf = async (words: string) =>
      ((await asking.ask(words)).data as { messages: { message: string }[] }).messages.map(
        ({ message }) => message,
      );
    expect(await idsOf(`${JULIET} romeo@paper.example.org`)).toEqual([one, two]);
    expect(await idsOf(JULIET)).toEqual([one, two, three]);
    expect(await idsOf('romeo@paper.example.org')).toEqual([one, two, four]);
    expect(await idsOf('romeo')).toEqual([one, two, four]);
  });

  it('says what a word is that it does not know', async () => {
    await expect(asking.ask('romeo5@paper.example.org')).rejects.toThrow('Write small letters.');
    await expect(asking.ask('a@b@c')).rejects.toThrow();
  });

  it('shows a user his own messages alone, with numbers', async () => {
    await asking.delayed(JULIET, 'romeo');
    await asking.written(NURSE, 'paris');
    const { text } = await asking.ask('', user());
    expect(text).toMatch(/^1\. {2}paper {2}juliet@example\.org → Ms romeo, .*is tried again at/);
    expect(text.split('\n')).toHaveLength(1);
    expect((await asking.ask('paris', user())).text).toBe('Nothing waits.');
    await expect(asking.ask(`${NURSE} paris`, user())).rejects.toThrow();
  });

  it('tells a user what is handed over by its number alone', async () => {
    await asking.written();
    await asking.bench.serve();
    expect((await asking.ask('', user())).text).toBe(
      'Nothing waits.\n1 message is handed over, and not confirmed yet.',
    );
  });

  it('lists what was put aside', async () => {
    expect((await asking.ask('parked')).text).toBe('Nothing was put aside.');
    const id = await asking.poisoned();
    expect((await asking.ask('parked')).text).toContain(`${id}  paper  ${JULIET} → Ms romeo, `);
    expect((await asking.ask('parked paper')).text).toContain('was put aside for the operator at');
    expect((await asking.ask('')).text).toContain('1 put aside: see "queue parked"');
    expect((await asking.ask('parked', user())).text).toContain('was put aside');
  });
});

describe('queue show', () => {
  it('tells how a message stands, and its story, but no text of it', async () => {
    const id = await asking.delayed();
    const { text, data } = await asking.ask(`show ${id}`);
    expect(text).toContain(`${id}  paper  ${JULIET} → Ms romeo\n`);
    expect(text).toContain('taken from its sender, and stored\n');
    expect(text).toContain('now: it is tried again at ');
    expect(text).not.toContain('wherefore');
    expect(data).toMatchObject({ message: id, state: 'waiting', attempts: 1 });
    expect(data).not.toHaveProperty('body');
  });

  it('shows the text where it is asked for on a command line, and nowhere else', async () => {
    const id = await asking.written(JULIET, 'romeo', 'where\u001b[2J\u202efore\nart thou');
    const more = { body: true };
    const { text, data } = await asking.ask(`show ${id}`, OPERATOR, more);
    expect(text).toMatch(/\n\nwhere\ufffd\[2J\u202efore\u202c\nart thou$/);
    expect(data).toHaveProperty('body');
    expect((await asking.ask(`show ${id}`, ADMIN, more)).data).not.toHaveProperty('body');
    expect((await asking.ask(`show ${id}`, user(), more)).data).not.toHaveProperty('body');
  });

  it('finds it by the id of its stanza, and says what is not in the queue any more', async () => {
    const id = await asking.written();
    expect((await asking.ask('show s1')).data).toMatchObject({ message: id });
    asking.bench.capabilities = { ...asking.bench.capabilities, receipts: 'none' };
    await asking.bench.serve();
    await expect(asking.ask('show s1')).rejects.toThrow('not in the queue any more');
    await expect(asking.ask('show s9')).rejects.toThrow('I know no message s9');
    await expect(asking.ask('show')).rejects.toThrow('Say which');
  });

  it('shows nobody the message of another', async () => {
    const id = await asking.written(NURSE, 'paris');
    await expect(asking.ask(`show ${id}`, user())).rejects.toThrow('I know no message');
    await expect(asking.ask('show s1', user())).rejects.toThrow('I know no message');
  });
});

describe('queue hold', () => {
  const conversation = laneOf(
    { transport: PAPER, account: JULIET, peer: 'romeo' as PeerId },
    'outbound',
  );

  it.each([
    ['a transport', () => 'paper'],
    ['a user and his contact', () => `${JULIET} romeo`],
    ['the id of a message', () => 's1'],
  ])('keeps what goes there, until it is released: %s', async (_, words) => {
    await asking.written();
    expect((await asking.ask(`hold ${words()}`)).text).toMatch(/^On hold: /);
    expect((await asking.ask(`hold ${words()}`)).text).toContain('was on hold already');
    expect(await claimAll(asking.bench.lanes, 'outbound')).toEqual([]);
    const listed = await asking.ask('');
    expect(listed.text).toContain('1 on hold');
    expect(listed.text).toMatch(/On hold: .*, since .*, by the command line\./);
    expect((await asking.ask('retry s1')).text).toContain('is on hold: release it first.');
    expect((await asking.ask(`release ${words()}`)).text).toMatch(/^Released: /);
    expect(await asking.ask(`release ${words()}`)).toMatchObject({ done: false });
    expect(await claimAll(asking.bench.lanes, 'outbound')).toHaveLength(1);
    expect(asking.desk.woken).toContainEqual(['paper.o', conversation.partition]);
  });

  it('says what it needs to know', async () => {
    await expect(asking.ask(`hold ${JULIET}`)).rejects.toThrow('Say what');
    await expect(asking.ask('hold')).rejects.toThrow('Say what');
  });

  it('is not for users', async () => {
    await expect(asking.ask('hold romeo', user())).rejects.toThrow('for the administrators');
    await expect(asking.ask('release romeo', user())).rejects.toThrow('for the administrators');
  });
});
