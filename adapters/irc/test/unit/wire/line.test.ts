import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeCtcp,
  encodeLine,
  FIRST_LIMITS,
  isChannel,
  isNick,
  LineError,
  labelled,
  textBytes,
} from '../../../wire/line.ts';

const limits = { ...FIRST_LIMITS, prefix: 40 };

function refusal(encode: () => string): string {
  try {
    return encode();
  } catch (error) {
    if (error instanceof LineError) return error.reason;
    throw error;
  }
}

describe('a line', () => {
  it('has its last text behind a colon', () => {
    expect(encodeLine(limits, 'PRIVMSG', '#garden', 'hello world')).toBe(
      'PRIVMSG #garden :hello world',
    );
    expect(encodeLine(limits, 'TOPIC', '#garden', '')).toBe('TOPIC #garden :');
    expect(encodeLine(limits, 'TOPIC', '#garden')).toBe('TOPIC #garden');
    expect(encodeLine(limits, 'PRIVMSG', 'bob', ':)')).toBe('PRIVMSG bob ::)');
    expect(encodeLine(limits, 'MODE', '#garden', '+o', 'bob')).toBe('MODE #garden +o bob');
  });

  it('is a line, whatever the parameters are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const encoded = [
          () => encodeLine(limits, 'KICK', a, b, c),
          () => encodeLine(limits, 'JOIN', a, b),
          () => encodeLine(limits, 'NICK', a),
          () => encodeLine(limits, 'MODE', a, b, c),
          () => encodeLine(limits, 'PRIVMSG', 'bob', a),
          () => encodeLine(limits, 'QUIT', a),
          () => encodeCtcp(limits, 'PRIVMSG', 'bob', 'ACTION', a),
        ].map(refusal);
        for (const line of encoded) expect(line).not.toMatch(/[\r\n\0]/);
      }),
      { seed: 18, numRuns: 2_000 },
    );
  });

  it.each([
    ['a nick', () => encodeLine(limits, 'NICK', 'x\r\nJOIN #secret'), 'control'],
    ['a topic', () => encodeLine(limits, 'TOPIC', '#a', 'x\nQUIT'), 'control'],
    ['a reason', () => encodeLine(limits, 'PART', '#a', 'x\rQUIT'), 'control'],
    ['a channel', () => encodeLine(limits, 'PRIVMSG', '#a\r\nQUIT', 'x'), 'control'],
    ['an argument of a mode', () => encodeLine(limits, 'MODE', '#a', '+k', 'x\0'), 'control'],
    ['CTCP', () => encodeLine(limits, 'PRIVMSG', 'bob', '\x01DCC SEND x 1 2 3\x01'), 'control'],
    ['CTCP in CTCP', () => encodeCtcp(limits, 'PRIVMSG', 'bob', 'ACTION', 'a\x01b'), 'control'],
    ['JOIN 0', () => encodeLine(limits, 'JOIN', '0'), 'name'],
    ['a list of channels', () => encodeLine(limits, 'JOIN', '#a,#b'), 'name'],
    ['a list of people', () => encodeLine(limits, 'PRIVMSG', 'a,b', 'x'), 'name'],
    ['a server mask', () => encodeLine(limits, 'PRIVMSG', '$*.net', 'x'), 'name'],
    ['everybody', () => encodeLine(limits, 'NOTICE', '*', 'x'), 'name'],
    ['the operators of a channel', () => encodeLine(limits, 'PRIVMSG', '@#chan', 'x'), 'name'],
    ['somebody on a server', () => encodeLine(limits, 'PRIVMSG', 'bob@irc.example', 'x'), 'name'],
    ['a nick with a space', () => encodeLine(limits, 'NICK', 'a b'), 'name'],
    ['a nick with a colon', () => encodeLine(limits, 'NICK', ':a'), 'name'],
    ['nobody', () => encodeLine(limits, 'PRIVMSG', '', 'x'), 'name'],
    ['a key with a space', () => encodeLine(limits, 'JOIN', '#a', 'a b'), 'word'],
    ['a key with a colon', () => encodeLine(limits, 'JOIN', '#a', ':a'), 'word'],
    ['an empty key', () => encodeLine(limits, 'JOIN', '#a', ''), 'word'],
    ['a channel that is none there', () => encodeLine(limits, 'JOIN', '!abc'), 'name'],
  ])('refuses %s', (_, encode, reason) => {
    expect(refusal(encode)).toBe(reason);
  });

  it('is no longer than what others get of it', () => {
    const bytes = textBytes(limits, '#gärten');
    const most = 'ü'.repeat(bytes / 2);
    const line = encodeLine(limits, 'PRIVMSG', '#gärten', most);
    expect(Buffer.byteLength(line) + limits.prefix + 2).toBeGreaterThan(limits.bytes - 2);
    expect(refusal(() => encodeLine(limits, 'PRIVMSG', '#gärten', `${most}üü`))).toBe('too-long');
    const action = 'x'.repeat(textBytes(limits, 'bob', true));
    expect(encodeCtcp(limits, 'PRIVMSG', 'bob', 'ACTION', action)).toContain(action);
    const longer = () => encodeCtcp(limits, 'PRIVMSG', 'bob', 'ACTION', `${action}x`);
    expect(refusal(longer)).toBe('too-long');
  });

  it('never repeats what was refused', () => {
    const secret = 'correct horse\n';
    expect(() => encodeLine(limits, 'PASS', secret)).toThrow(/^(?!.*horse)/);
  });

  it('may have a label', () => {
    expect(labelled(encodeLine(limits, 'AWAY'), 7)).toBe('@label=7 AWAY');
  });
});

it('knows the names of people from those of channels', () => {
  expect(['bob', '[a]`{|}_', 'Жанна', '1abc', 'a-b'].filter(isNick)).toHaveLength(5);
  expect(['', '0', '#a', 'a!b', 'a b', '~a', 'a.b', '+a', 'x\u0085'].filter(isNick)).toEqual([]);
  expect(['#a', '&local', '#a:b', '##'].filter((name) => isChannel(name, '#&'))).toHaveLength(4);
  expect(['#', 'a', '#a b', '#a,b', '+a', ''].filter((name) => isChannel(name, '#&'))).toEqual([]);
});
