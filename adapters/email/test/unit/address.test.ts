import type { OwnAddress, PeerId } from 'postern/adapter';
import { RefusedError } from 'postern/adapter';
import { describe, expect, test } from 'vitest';
import { addressing, UNVERIFIED } from '../../address.ts';
import { account, config } from '../../config.ts';

const place = { domain: 'mail.example.org', server: 'example.org' };
const settings = (more: object = {}) =>
  config.parse({ listen: '127.0.0.1:0', smarthost: 'smtp://127.0.0.1:25', ...more });
const addresses = addressing(settings(), place);
const USER = 'juliet@example.org';

function refusalOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
  }
  return undefined;
}

test('what is no address is refused with an example', () => {
  const refusal = refusalOf(() => addresses.parsePeer('bob, evil@example.net'));
  expect(refusal).toMatchObject({ condition: 'jid-malformed', type: 'modify' });
  expect(refusal?.text).toMatch(/bob%example\.com/);
  expect(refusal?.text.length).toBeLessThanOrEqual(120);
});

test('the one whom nobody confirms has a name and no address', () => {
  expect(addresses.formatPeer(UNVERIFIED)).toBe('unverified');
  expect(addresses.describePeer(UNVERIFIED)).not.toContain('@');
  expect(addresses.describePeer('bob@example.com' as PeerId)).toBe('bob@example.com');
});

describe('own addresses', () => {
  test('are at the domain of the transport, with the aliases, each once', () => {
    const own = account.parse({ address: 'Juliet', aliases: ['jules', 'juliet'] });
    expect(addresses.ownAddresses(own)).toEqual([
      'juliet@mail.example.org',
      'jules@mail.example.org',
    ]);
  });

  test('are at the domain of the settings, if there is one', () => {
    const elsewhere = addressing(settings({ domain: 'example.com' }), place);
    const own = account.parse({ address: 'juliet' });
    expect(elsewhere.ownAddresses(own)).toEqual(['juliet@example.com']);
  });
});

test.each([
  [{}, 'mail.bücher.example'],
  [{ domain: 'Mail.Bücher.example' }, 'gateway.example.org'],
])('own addresses are in ASCII, as others write them: %j at %s', (more, domain) => {
  const own = account.parse({ address: 'juliet' });
  const { ownAddresses } = addressing(settings(more), { domain, server: 'bücher.example' });
  expect(ownAddresses(own)).toEqual(['juliet@mail.xn--bcher-kva.example']);
});

describe('registration', () => {
  test('gives the name of the user', () => {
    const asked: OwnAddress[] = [];
    const free = (address: OwnAddress) => {
      asked.push(address);
      return false;
    };
    expect(addresses.registration(free, USER)).toEqual({ address: 'juliet', aliases: [] });
    expect(asked).toEqual(['juliet@mail.example.org']);
  });

  test("refuses another user's", () => {
    const refusal = refusalOf(() => addresses.registration(() => true, USER));
    expect(refusal).toMatchObject({ condition: 'conflict' });
    expect(refusal?.text).toContain('juliet@mail.example.org');
  });
});
