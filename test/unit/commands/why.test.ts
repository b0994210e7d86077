import { beforeEach, describe, expect, it } from 'vitest';
import { whoIs } from '../../../src/commands/find.ts';
import { why } from '../../../src/commands/why.ts';
import { ADMIN, OPERATOR, user } from '../../support/desk.ts';
import { JULIET } from '../../support/paper.ts';
import { id as networkId } from '../outbound/outbound-bench.ts';
import { Asking, NURSE } from './asking.ts';

let asking: Asking;

beforeEach(() => {
  asking = new Asking();
});

const desk = () => ({
  ...asking.desk,
  numbered: (asker: Parameters<typeof whoIs>[0], number: number) =>
    asking.desk.listings.numbered(whoIs(asker), number),
});
const ask = (words: string, asker = OPERATOR, most?: number) =>
  why.run(desk(), asker, {
    words: words.split(' ').filter((word) => word !== ''),
    ...(most === undefined ? {} : { most }),
  });
const toldOf = (answer: Awaited<ReturnType<typeof ask>>) =>
  (answer.data as { messages: { message: string }[] }).messages.map(({ message }) => message);

describe('why', () => {
  it('tells a story in plain words, each step with its time', async () => {
    const id = await asking.written();
    asking.bench.deliver = async () => ({ networkIds: [networkId('SM7')] });
    await asking.bench.serve();
    const { text, data, done } = await ask(id);
    expect(done).toBe(true);
    expect(text.split('\n')).toEqual([
      `${id}  paper  ${JULIET} → Ms romeo`,
      expect.stringMatching(
        /^ {2}2023-11-14 22:13:20\.000 UTC {2}taken from its sender, and stored$/,
      ),
      expect.stringMatching(/UTC {2}given to the network \(attempt 1\)$/),
      expect.stringMatching(/UTC {2}the other side has it \(SM7\)$/),
      expect.stringMatching(
        /^ {2}now: it is with the network, which has not said more of it yet, since .*\.$/,
      ),
    ]);
    expect(data).toMatchObject({
      ...{ message: id, transport: 'paper', direction: 'outbound', account: JULIET },
      steps: [{ what: 'accepted' }, { what: 'attempt' }, { what: 'handed', detail: 'SM7' }],
    });
  });

  it.each([
    ['our id in small letters', (id: string) => id.toLowerCase()],
    ['our id within one of the network', (id: string) => `<${id}@mail.example.org>`],
    ['the id of the stanza', () => 's1'],
    ['the id of the network', () => 'SM7'],
    ['the id of the network, in brackets', () => '<SM7>'],
  ])('finds it by %s', async (_, words) => {
    const id = await asking.written();
    asking.bench.deliver = async () => ({ networkIds: [networkId('SM7')] });
    await asking.bench.serve();
    expect((await ask(words(id))).text).toContain(`${id}  paper`);
  });

  it('tells the last ones of a user, of a contact, or of one with the other', async () => {
    const one = await asking.written(JULIET, 'romeo');
    const two = await asking.written(JULIET, 'paris');
    const three = await asking.written(NURSE, 'romeo');
    const four = await asking.written(JULIET, 'romeo');
    expect(toldOf(await ask(JULIET))).toEqual([one, two, four]);
    expect(toldOf(await ask(`${JULIET} romeo`))).toEqual([one, four]);
    expect(toldOf(await ask('romeo@paper.example.org'))).toEqual([one, three, four]);
    expect(toldOf(await ask(JULIET, OPERATOR, 2))).toEqual([two, four]);
  });

  it('tells a user of his own alone: his last one, one by its number, those with a contact', async () => {
    const one = await asking.delayed(JULIET, 'romeo');
    const two = await asking.written(JULIET, 'paris');
    const theirs = await asking.written(NURSE, 'romeo');
    expect(toldOf(await ask('', user()))).toEqual([two]);
    await asking.ask('', user());
    expect(toldOf(await ask('1', user()))).toEqual([one]);
    expect(toldOf(await ask('romeo', user()))).toEqual([one]);
    expect((await ask(theirs, user())).text).toBe(`${theirs} is not known here.`);
    await expect(ask('s3', user())).rejects.toThrow('Write small letters.');
  });

  it('says what it does not know', async () => {
    const none = '0123456789ABCDEFGHJKMNPQRS';
    expect(await ask(none)).toEqual({
      ...{ text: `${none} is not known here.`, data: { message: none, steps: [] }, done: false },
    });
    expect(await ask('nobody@example.org')).toMatchObject({ done: false });
    expect((await ask('', user())).text).toBe(
      'You have written to nobody here yet, and nobody to you.',
    );
    await expect(ask('')).rejects.toThrow('Say which');
    await expect(ask('S 1')).rejects.toThrow('Write small letters.');
  });

  it('leaves the middle of a long story out of a chat', async () => {
    const id = await asking.written();
    for (let n = 0; n < 50; n++) {
      asking.bench.history.note({
        ...{ message: id, transport: asking.desk.transports[0]?.id ?? expect.fail() },
        ...{ at: asking.bench.clock.now + n, what: 'later', detail: `no ${n}` },
      });
    }
    expect((await ask(id)).text.split('\n').length).toBeGreaterThan(50);
    const { text } = await ask(id, ADMIN);
    expect(text).toContain('21 steps are left out here');
    expect(text).toContain('no 49');
    expect(text).not.toContain('no 20)');
  });
});
