import { describe, expect, it } from 'vitest';
import { account, config } from '../../config.ts';

function problemOf(server: Readonly<Record<string, unknown>>, name = 'libera'): string | undefined {
  const read = config.safeParse({ servers: { [name]: { host: 'irc.libera.chat', ...server } } });
  return read.error?.issues[0]?.message;
}

describe('a server', () => {
  it('is reached by TLS, verified, unless something else is written', () => {
    const { servers } = config.parse({ servers: { libera: { host: 'irc.libera.chat' } } });
    expect(servers.libera).toEqual({
      ...{ host: 'irc.libera.chat', port: 6697, tls: true },
      ...{ charset: 'utf-8', connections: 10, pace: 'usual' },
    });
  });

  it.each([
    [{ charset: 'koi8-r' }, undefined],
    [{ charset: 'utf-16' }, /Write a charset/],
    [{ charset: 'klingon' }, /Write a charset/],
    [{ host: 'irc.libera.chat\r\nQUIT' }, /must be the name of the server/],
    [{ host: '' }, /must be the name of the server/],
    [{ host: 'irc.libera.chat:6697' }, /without port/],
    [{ host: 'ircs://irc.libera.chat' }, /without port and scheme/],
    [{ host: '::1' }, undefined],
    [{ port: 0 }, />=1/],
    [{ tls: 'no' }, /expected boolean/],
    [{ verify: false }, /verify/],
  ])('%j: %s', (server, problem) => {
    if (problem === undefined) expect(problemOf(server)).toBeUndefined();
    else expect(problemOf(server)).toMatch(problem);
  });

  it('has a name that is no host, and there is one at least', () => {
    for (const name of ['irc.libera.chat', 'Libera', '%', '']) {
      expect(problemOf({}, name)).toBeDefined();
    }
    expect(config.safeParse({ servers: {} }).success).toBe(false);
  });
});

it('an account has a nick that can be one', () => {
  const read = (nick: string) => account.safeParse({ name: 'juliet@example.org', nick }).success;
  expect(['juliet', '[rose]', 'ju liet', '#juliet', 'a,b', ''].map(read)).toEqual([
    ...[true, true, false, false, false, false],
  ]);
});
