import { expect, it } from 'vitest';
import { Loops } from '../../../src/rooms/loops.ts';
import { GARDEN } from './garden.ts';

const JULIET = { place: 'juliet #garden', room: GARDEN, nick: 'julie' };
const LINES = ['But soft, what light', 'through yonder window', 'breaks? It is the east'];

/** Says each of what was heard in the form that a relay gives it. @returns which of them are not sent */
function relayed(
  texts: readonly string[],
  { everyMs = 1_000, form = (text: string) => text } = {},
) {
  const loops = new Loops();
  return texts.map((text, index) => {
    const now = index * everyMs;
    loops.heard(GARDEN, 'romeo', text, now);
    return loops.says(JULIET, form(text), now + 100);
  });
}

it('mutes who repeats what he hears three times in ten seconds', () => {
  expect(relayed([...LINES, 'and Juliet is the sun'])).toEqual([false, false, true, true]);
  expect(relayed(['ha', 'ha', 'ha'])).toEqual([false, false, true]);
});

it('lets people say a few words that others have said', () => {
  expect(relayed(['yes', 'ok', 'lol', 'nurse: no', 'hello'])).not.toContain(true);
});

it('knows a text behind the nick that relays put before it', () => {
  const form = (text: string) => `[net] <romeo> ${text}`;
  expect(relayed(LINES, { form })).toEqual([false, false, true]);
});

it('lets people repeat somebody now and then', () => {
  expect(relayed([...LINES, ...LINES], { everyMs: 6_000 })).not.toContain(true);
});

it('lets people say the same often, as long as nobody else does', () => {
  const loops = new Loops();
  const says = (now: number) => {
    const isMute = loops.says(JULIET, 'hello?', now);
    // Others of ours are in the room, and hear him.
    for (let other = 0; other < 3; other++) loops.heard(GARDEN, JULIET.nick, 'hello?', now);
    return isMute;
  };
  expect([1, 2, 3, 4].map(says)).not.toContain(true);
  loops.heard(GARDEN, 'romeo', 'hello?', 5);
  expect([6, 7, 8].map(says)).toEqual([false, false, true]);
});

it('is found however many hear it, and however much is said meanwhile', () => {
  const loops = new Loops();
  const said = LINES.map((line, now) => {
    loops.heard(GARDEN, 'romeo', line, now);
    for (let other = 0; other < 3_000; other++) {
      loops.heard(GARDEN, 'nurse', `line ${now} of ${other}`, now);
    }
    return loops.says(JULIET, line, now);
  });
  expect(said).toEqual([false, false, true]);
});

it('ends after five minutes, and is of one room alone', () => {
  const loops = new Loops();
  const echo = (now: number) => {
    loops.heard(GARDEN, 'romeo', 'ping', now);
    return loops.says(JULIET, 'ping', now);
  };
  expect([echo(1), echo(2), echo(3)]).toEqual([false, false, true]);
  expect(loops.says({ ...JULIET, place: 'juliet #street' }, 'hello', 4)).toBe(false);
  expect(loops.says(JULIET, 'hello', 300_002)).toBe(true);
  expect(loops.says(JULIET, 'hello', 300_003)).toBe(false);
});
