import { expect, it } from 'vitest';
import { Loops } from '../../../src/rooms/loops.ts';

/** Says each of what was heard in the form that a relay gives it. @returns which of them are not sent */
function relayed(
  texts: readonly string[],
  { everyMs = 1_000, form = (text: string) => text } = {},
) {
  const loops = new Loops();
  return texts.map((text, index) => {
    const now = index * everyMs;
    loops.heard('juliet #garden', text, now);
    return loops.says('juliet #garden', form(text), now + 100);
  });
}

it('mutes who repeats what he hears three times in ten seconds', () => {
  expect(relayed(['one', 'two', 'three', 'four'])).toEqual([false, false, true, true]);
  expect(relayed(['ha', 'ha', 'ha'])).toEqual([false, false, true]);
});

it('knows a text behind the nick that relays put before it', () => {
  const form = (text: string) => `[net] <romeo> ${text}`;
  expect(relayed(['one', 'two', 'three'], { form })).toEqual([false, false, true]);
});

it('lets people repeat somebody now and then', () => {
  expect(relayed(['yes', 'no', 'yes', 'no'], { everyMs: 6_000 })).not.toContain(true);
});

it('lets people say the same often, as long as nobody else does', () => {
  const loops = new Loops();
  const said = [1, 2, 3, 4].map((now) => loops.says('juliet #garden', 'hello?', now));
  expect(said).not.toContain(true);
});

it('ends after five minutes, and is of one room alone', () => {
  const loops = new Loops();
  const echo = (now: number) => {
    loops.heard('juliet #garden', 'ping', now);
    return loops.says('juliet #garden', 'ping', now);
  };
  expect([echo(1), echo(2), echo(3)]).toEqual([false, false, true]);
  expect(loops.says('juliet #street', 'hello', 4)).toBe(false);
  expect(loops.says('juliet #garden', 'hello', 300_002)).toBe(true);
  expect(loops.says('juliet #garden', 'hello', 300_003)).toBe(false);
});
